import { describe, expect, test } from 'vitest';
import { crashCase, faultCase, operationsOf, scenarios, undisturbed } from '../crash/campaign.ts';
import type { Mutant, Scenario } from '../crash/campaign.ts';
import { POLICIES } from '../crash/simulated-disk.ts';
import { PLATFORMS } from './platforms.ts';

/** The store's stories over each platform: crashes and faults anywhere, and the finished file is that of an undisturbed run. */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const STRIDE = FULL ? 1 : 23;
const all = (['csv', 'arrow'] as const).flatMap((format) =>
  scenarios(format).map((scenario) => ({ format, scenario })),
);

describe.each(PLATFORMS)('on $name', (its) => {
  const platform: Mutant = { ...its, port: (disk) => its.over(disk.port) };

  test.each(all)(
    '$format, $scenario.name: a crash at any operation loses and doubles nothing',
    async ({ scenario }) => {
      const expected = await undisturbed(scenario);
      const operations = await operationsOf(scenario, platform);
      const problems: string[] = [];
      for (let at = 0; at <= operations; at += STRIDE) {
        for (const [k, policy] of POLICIES.entries()) {
          if (its.foldersUnsynced === true && policy !== 'kill') continue;
          const what = await crashCase(scenario, at, policy, 100 * at + k, at % 3, platform, expected);
          if (what !== undefined) problems.push(`operation ${at}, ${policy}: ${what}`);
        }
      }
      expect(problems.slice(0, 5)).toEqual([]);
      expect(operations).toBeGreaterThan(15);
    },
  );

  test.each(all)('$format, $scenario.name: a fault at any operation heals', async ({ scenario }) => {
    expect(await faults(scenario, platform)).toEqual([]);
  });
});

async function faults(scenario: Scenario, platform: Mutant): Promise<string[]> {
  const expected = await undisturbed(scenario);
  const operations = await operationsOf(scenario, platform);
  const codes = ['EIO', 'ESTALE', 'UNKNOWN', 'EBUSY'];
  const problems: string[] = [];
  for (let at = 0; at < operations; at += FULL ? 1 : 9) {
    const code = codes[at % codes.length]!;
    const what = await faultCase(
      scenario,
      at,
      code,
      at % 2 === 0,
      at % 3 === 0 ? 1 + (at % 23) : Infinity,
      'kill',
      at,
      platform,
      expected,
    );
    if (what !== undefined) problems.push(`operation ${at}, ${code}: ${what}`);
  }
  return problems.slice(0, 5);
}
