import pLimit from 'p-limit';
import { describe, expect, test, vi } from 'vitest';

import type { Format } from '../../src/encoding/metrics-schema.ts';
import { STAGES, RealStudy, discard, refusal, told } from './real-run.ts';
import type { Stage } from './real-run.ts';
import { CALLS, census, disturbed, noStrace } from './strace.ts';
import type { Injection } from './strace.ts';

/**
 * The real process, disturbed at every call by which it changes its output. The short form takes a sample of the points;
 * PERMAFROST_FULL=1 takes all of them, PERMAFROST_STRIDE=n every n-th (a prime, so that it meets all kinds).
 */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const STRIDE = Number(process.env['PERMAFROST_STRIDE'] ?? (FULL ? 1 : 397));
const AT_ONCE = 2;
// One test runs the whole campaign, many processes one after the other.
vi.setConfig({ testTimeout: FULL ? 4 * 3_600_000 : 300_000 });
const why = noStrace();
const FORMATS: readonly Format[] = ['csv', 'arrow'];

/** Calls that a full disk refuses. */
const NEEDS_SPACE: readonly string[] = ['pwrite64', 'write', 'openat', 'mkdir', 'rename', 'link', 'fsync', 'fdatasync'];
/** Calls that a signal interrupts. */
const INTERRUPTED: readonly string[] = ['pwrite64', 'write', 'openat', 'ftruncate', 'fsync', 'fdatasync', 'close'];

function injections(counts: ReadonlyMap<string, number>): Injection[] {
  return CALLS.flatMap((call) =>
    Array.from({ length: counts.get(call) ?? 0 }, (_, i) => i + 1).flatMap((k): Injection[] => [
      { call, k, what: 'SIGKILL', forGood: false },
      { call, k, what: 'EIO', forGood: false },
      { call, k, what: 'EIO', forGood: true },
      ...(NEEDS_SPACE.includes(call) ? ([{ call, k, what: 'ENOSPC', forGood: true }] as const) : []),
      ...(INTERRUPTED.includes(call) ? ([{ call, k, what: 'EINTR', forGood: false }] as const) : []),
    ]),
  );
}

/** Undefined: all is well. */
async function verdict(study: RealStudy, paths: (output: string) => string[], one: Injection) {
  const output = study.output();
  try {
    const killed = one.what === 'SIGKILL';
    const command = killed ? study.tellingCommand(output) : study.command(output);
    const ended = await disturbed(command, paths(output), one);
    const { wrong, acknowledged } = killed ? { wrong: undefined, acknowledged: told(ended.stdout) } : refusal(ended);
    const problem =
      wrong ??
      (killed && !ended.reached && ended.exit !== 0
        ? `exit ${ended.exit} without a kill: ${ended.stderr}`
        : undefined) ??
      study.lost(output, acknowledged) ??
      (ended.exit === 0 || (await study.run(output)) === 0 ? undefined : 'the same command again does not finish it') ??
      (await study.unlike(output, one.k % 5 === 0));
    return { reached: ended.reached, problem };
  } finally {
    discard(output);
  }
}

const all = FORMATS.flatMap((format) => STAGES.map((stage) => ({ format, stage })));

describe.skipIf(why !== undefined).each(all)(
  '$format, $stage',
  ({ format, stage }: { format: Format; stage: Stage }) => {
    test('the process killed, or refused by the disk, at any call loses and doubles nothing, and the same command finishes it', async () => {
      const study = await RealStudy.create(format, stage);
      const model = study.output();
      const seen = await census(study.command(model), model);
      const pathsOf = (output: string) => seen.paths.map((path) => output + path.slice(model.length));
      const cases = injections(seen.counts).filter((_, i) => i % STRIDE === (FULL ? 0 : 7));
      const limit = pLimit(AT_ONCE);
      const problems: string[] = [];
      const reached = new Map<string, number>();
      await Promise.all(
        cases.map((one) =>
          limit(async () => {
            const name = `${one.what}${one.forGood ? ' for good' : ''} at ${one.call} ${one.k}`;
            try {
              const found = await verdict(study, pathsOf, one);
              if (found.reached) reached.set(one.what, (reached.get(one.what) ?? 0) + 1);
              if (found.problem !== undefined) problems.push(`${name}: ${found.problem}`);
            } catch (error) {
              problems.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
            }
          }),
        ),
      );
      study.remove();
      const points = [...reached.values()].reduce((sum, n) => sum + n, 0);
      console.log(
        `${format}, ${stage}: ${points} of ${cases.length} points reached (${[...reached].map(([what, n]) => `${what} ${n}`).join(', ')}), ${problems.length} problems`,
      );
      if (problems.length > 0) console.log(problems.join('\n----\n'));
      expect(problems.slice(0, 5)).toEqual([]);
      expect(points).toBeGreaterThan(cases.length / 2);
    });
  },
);

test.skipIf(why === undefined)(`the real process is not disturbed here: ${why ?? ''}`, () => {
  expect(why).not.toBe('');
});
