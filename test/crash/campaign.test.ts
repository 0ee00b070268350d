import { describe, expect, test, vi } from 'vitest';
import type { Format } from '../../src/encoding/metrics-schema.ts';
import { CODES, FAITHFUL, MUTANTS, crashCase, faultCase, operationsOf, scenarios, undisturbed } from './campaign.ts';
import type { Mutant, Scenario } from './campaign.ts';
import { POLICIES } from './simulated-disk.ts';

/**
 * Short form by default; all of it with PERMAFROST_FULL=1: every operation prefix x every policy x several seeds x up to three
 * further crashes during recovery, and every fault at every operation.
 */
const FULL = process.env['PERMAFROST_FULL'] === '1';
// Whole studies are run again and again; a busy machine is slow at that.
vi.setConfig({ testTimeout: FULL ? 900_000 : 120_000 });
const FORMATS: readonly Format[] = ['csv', 'arrow'];

interface Problem {
  readonly where: string;
  readonly what: string;
}

async function crashes(
  scenario: Scenario,
  mutant: Mutant,
  stride: number,
  seeds: number,
  stopAtFirst = false,
): Promise<{ cases: number; problems: Problem[] }> {
  const expected = await undisturbed(scenario);
  const operations = await operationsOf(scenario);
  const problems: Problem[] = [];
  let cases = 0;
  for (let at = 0; at <= operations; at += stride) {
    for (const policy of POLICIES) {
      for (let seed = 0; seed < (policy === 'random' ? seeds * 3 : seeds); seed++) {
        cases++;
        const what = await crashCase(scenario, at, policy, 1000 * at + seed, seed % 4, mutant, expected);
        if (what !== undefined)
          problems.push({ where: `${scenario.name}, operation ${at}, ${policy}, seed ${seed}`, what });
        if (stopAtFirst && problems.length > 0) return { cases, problems };
      }
    }
  }
  return { cases, problems };
}

async function faults(
  scenario: Scenario,
  mutant: Mutant,
  stride: number,
  codes: readonly string[],
  stopAtFirst = false,
): Promise<{ cases: number; problems: Problem[] }> {
  const expected = await undisturbed(scenario);
  const operations = await operationsOf(scenario);
  const problems: Problem[] = [];
  let cases = 0;
  for (let at = 0; at < operations; at += stride) {
    for (const code of codes) {
      for (const forGood of [false, true]) {
        for (const policy of ['kill', 'nothing', 'random'] as const) {
          cases++;
          const what = await faultCase(
            scenario,
            at,
            code,
            forGood,
            cases % 2 === 0 ? Infinity : 1 + (cases % 23),
            policy,
            at,
            mutant,
            expected,
          );
          if (what !== undefined)
            problems.push({
              where: `${scenario.name}, operation ${at}, ${code}, ${policy}, for good ${forGood}`,
              what,
            });
          if (stopAtFirst && problems.length > 0) return { cases, problems };
        }
      }
    }
  }
  return { cases, problems };
}

const all = FORMATS.flatMap((format) =>
  scenarios(format).map((scenario) => ({ format, scenario, name: `${format}, ${scenario.name}` })),
);

describe.each(all)('$name', ({ scenario }) => {
  test('a crash at any operation loses and doubles nothing, and the finished file is that of an undisturbed run', async () => {
    const { cases, problems } = await crashes(scenario, FAITHFUL, FULL ? 1 : 5, FULL ? 12 : 1);
    if (FULL) console.log(`${scenario.name}: ${cases} crashes`);
    expect(problems.slice(0, 5)).toEqual([]);
    expect(cases).toBeGreaterThan(10);
  });
  test('a fault at any operation is an error of one line, loses nothing that was acknowledged, and heals', async () => {
    const { cases, problems } = await faults(scenario, FAITHFUL, 1, FULL ? CODES : ['EIO']);
    if (FULL) console.log(`${scenario.name}: ${cases} faults`);
    expect(problems.slice(0, 5)).toEqual([]);
  });
});

test('writes that are always short change nothing', async () => {
  for (const { scenario } of all) {
    const before = scenario.before.bind(scenario);
    const short = {
      ...scenario,
      before: async () => {
        const disk = await before();
        disk.shortWrites = FULL ? 7 : 60;
        return disk;
      },
    };
    const { problems } = await crashes(short, FAITHFUL, FULL ? 3 : 61, 1);
    expect(problems.slice(0, 5)).toEqual([]);
  }
});

describe('a store with a seeded bug is caught:', () => {
  test.each(MUTANTS)('$name', async (mutant) => {
    let caught = 0;
    for (const { scenario } of all) {
      if (caught > 0) break; // one scenario that shows the bug is enough
      const before = scenario.before.bind(scenario);
      const withShort = {
        ...scenario,
        before: async () => {
          const disk = await before();
          if (mutant.shortWrites !== undefined) disk.shortWrites = mutant.shortWrites;
          return disk;
        },
      };
      const run =
        mutant.faults === true ? faults(withShort, mutant, 1, ['EIO'], true) : crashes(withShort, mutant, 1, 4, true);
      caught += (await run).problems.length;
    }
    expect(caught).toBeGreaterThan(0);
  });
});
