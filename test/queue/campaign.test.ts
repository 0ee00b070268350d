import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { digestOf, finished, permafrost, seededUniform } from '../process/cli.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';
import { Cluster, studyIn, type Child, type UserStudy } from './cluster.ts';
import { HAS_REDIS, WITHOUT_REDIS } from './redis-server.ts';

/**
 * Real processes and a real Redis, killed at moments that follow from a seed: the rows are those of one machine that nobody killed. `npm run test:cluster` is the
 * full form.
 */
const FULL = process.env['PERMAFROST_FULL'] === '1';
// Takes over what was in the hands of a worker that was killed: some ten seconds, several times.
vi.setConfig({ testTimeout: FULL ? 300_000 : 120_000 });

/** A model that takes a third of a millisecond for a permutation, so that there is something to kill. */
const MODEL = `export default {
  name: 'slow', version: '1', parameters: { p: { type: 'number', default: 0.5 } }, metrics: { a: {}, sum: {} },
  simulate: ({ parameters: { p } }, rng, row) => {
    let sum = 0;
    for (let i = 0; i < 40_000; i += 1) sum = (sum * 31 + i) % 1_000_003;
    row.a = rng() * p;
    row.sum = sum;
  },
};`;
const STUDY: UserStudy = {
  model: MODEL,
  study: { name: 'slow', grid: { p: [0.1, 0.2, 0.3] }, permutations: FULL ? 2000 : 800, batch_rows: 100 },
};

let expected: string;

async function scenario(seed: number): Promise<void> {
  const next = seededUniform(seed * 7919);
  const cluster = await Cluster.start();
  const file = studyIn(cluster.folder, STUDY);
  const flags = ['--threads', seed % 3 === 0 ? '1' : '0', '--chunk', String(40 + Math.floor(next() * 100))];
  // One of three folders to keep results in: a worker that comes back sends what it had kept.
  let n_workers = 0;
  const another = (): Child => cluster.worker(String((n_workers += 1) % 3));
  let workers = [another(), another()];
  let manager = cluster.manager(file, ...flags);
  let over = false;
  let deaths = 0;
  const replaceWorker = (): void => {
    workers[0]!.kill('SIGKILL');
    workers = [...workers.slice(1), another()];
  };
  const trouble = async (): Promise<void> => {
    await sleep(1000 + next() * 1500);
    while (!over) {
      const what = next();
      if (what < 0.35) replaceWorker();
      else if (what < 0.6 && deaths < 3) {
        deaths += 1;
        manager.kill('SIGKILL');
      } else if (what < 0.75) {
        await cluster.redis.kill();
        await sleep(next() * 2500);
        await cluster.redis.up();
      } else if (what < 0.85) await cluster.redis.command('FLUSHALL');
      else if (what < 0.95) {
        await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '1kb');
        await sleep(next() * 2500);
        await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0');
      } else {
        workers[1]!.kill('SIGSTOP');
        await sleep(next() * 3000);
        workers[1]!.kill('SIGCONT');
      }
      await sleep(500 + next() * 2000);
    }
  };
  const troubles = trouble();
  try {
    for (let tries = 0; ; tries += 1) {
      const { exit, signal, stderr } = await finished(manager);
      if (exit === 0) break;
      // Killed, or started while there was no Redis: the same command resumes.
      expect([signal === 'SIGKILL', exit === 3], stderr).toContain(true);
      expect(tries).toBeLessThan(30);
      if (exit === 3) await sleep(300);
      manager = cluster.manager(file, ...flags);
    }
  } finally {
    over = true;
    await troubles;
  }
  expect(await digestOf(join(cluster.folder, 'out'))).toBe(expected);
}

describe.skipIf(!HAS_REDIS)(`a cluster${WITHOUT_REDIS}`, () => {
  beforeAll(async () => {
    const folder = newFolder();
    const file = studyIn(folder, STUDY);
    expect((await permafrost(['run', file], { cwd: folder })).exit).toBe(0);
    expected = await digestOf(join(folder, 'out'));
    removeFolder(folder);
  });

  test('a run by two workers, one of them killed: the rows are those of one machine', async () => {
    const cluster = await Cluster.start();
    const [doomed] = [cluster.worker('a'), cluster.worker('b')];
    const manager = cluster.manager(studyIn(cluster.folder, STUDY), '--threads', '1', '--chunk', '50');
    await sleep(1500);
    doomed.kill('SIGKILL');
    const { exit, stderr } = await finished(manager);
    expect(exit, stderr).toBe(0);
    expect(await digestOf(join(cluster.folder, 'out'))).toBe(expected);
    expect(await cluster.redis.command('ZCARD', 'permafrost:{default}:results')).toBe(':0\r\n');
  });

  test.each(Array.from({ length: FULL ? 50 : 1 }, (_, k) => k + 1))('whatever is killed, seed %i', async (seed) => {
    await scenario(seed);
  });
});
