import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { expect, test, vi } from 'vitest';

import type { Format } from '../../src/encoding/metrics-schema.ts';
import { seededUniform } from '../process/cli.ts';
import { RealStudy, discard, heard, told } from './real-run.ts';

/** kill -9 at random moments, with several worker threads: a few here, a thousand with PERMAFROST_FULL=1. */
const FULL = process.env['PERMAFROST_FULL'] === '1';
const KILLS = Number(process.env['PERMAFROST_KILLS'] ?? (FULL ? 1000 : 5));
// One test runs the whole campaign, many processes one after the other.
vi.setConfig({ testTimeout: FULL ? 3_600_000 : 300_000 });

interface Tally {
  kills: number;
  finished: number;
  readonly problems: string[];
}

/** One output is killed until a run gets to its end; then it must be that of an undisturbed run. */
async function killUntilDone(study: RealStudy, uniform: () => number, tally: Tally): Promise<void> {
  const output = study.output();
  const acknowledged = new Map<string, number>();
  for (let done = false; !done && tally.kills < KILLS;) {
    const [program, ...args] = study.tellingCommand(output, { threads: 2, chunk: 500 });
    const child = execa(program!, args, { reject: false, stdin: 'ignore', buffer: true });
    // After some acknowledgment, a little later: at a moment that does not depend on how fast this machine is.
    const words = Math.floor(uniform() * 5);
    const later_ms = uniform() * 120;
    if (words > 0) await heard(child, words);
    await sleep(words === 0 ? 4 * later_ms : later_ms);
    child.kill('SIGKILL');
    const { exitCode, signal, stdout, stderr } = await child;
    done = exitCode === 0;
    if (signal === 'SIGKILL') tally.kills++;
    else if (!done) tally.problems.push(`exit ${exitCode}: ${stderr}`);
    for (const [cell, rows] of told(stdout)) acknowledged.set(cell, (acknowledged.get(cell) ?? 0) + rows);
    const lost = study.lost(output, acknowledged);
    if (lost !== undefined) tally.problems.push(lost);
    if (tally.problems.length > 0) return;
  }
  if ((await study.run(output)) !== 0) tally.problems.push('the same command again does not finish it');
  const unlike = await study.unlike(output);
  if (unlike !== undefined) tally.problems.push(unlike);
  tally.finished++;
  discard(output);
}

test('kill -9 at random moments loses nothing acknowledged, repeats nothing, and the files end as those of an undisturbed run', async () => {
  const tally: Tally = { kills: 0, finished: 0, problems: [] };
  const limit = pLimit(2);
  const lives = (['csv', 'arrow'] as const).map((format: Format, i) =>
    limit(async () => {
      const study = await RealStudy.create(format, 'long');
      const uniform = seededUniform(20261122 + i);
      while (tally.kills < KILLS && tally.problems.length === 0) await killUntilDone(study, uniform, tally);
      study.remove();
    }),
  );
  await Promise.all(lives);
  console.log(`${tally.kills} kills, ${tally.finished} runs finished, ${tally.problems.length} problems`);
  expect(tally.problems).toEqual([]);
  expect(tally.kills).toBeGreaterThanOrEqual(KILLS);
});
