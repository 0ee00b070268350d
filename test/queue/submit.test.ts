import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import { run } from '../../src/operations/run.ts';
import { submit } from '../../src/operations/submit.ts';
import { BlobCache } from '../../src/queue/blob-cache.ts';
import { Spool } from '../../src/queue/spool.ts';
import { CoinStudy, finishedFiles, HOST } from '../operations/coin-study.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { hire, hostOf, overQueue } from './hired.ts';
import { MemoryBroker } from './memory-broker.ts';

/** A study whose first chunks are with a worker, in its spool, and whose manager is gone. */
async function left(format: 'csv' | 'arrow'): Promise<{ readonly study: CoinStudy; readonly spool: string }> {
  const study = new CoinStudy();
  if (format === 'arrow')
    writeFileSync(study.file, JSON.stringify({ ...study.study, format, permutations: 2500, batch_rows: 1000 }));
  const broker = new MemoryBroker();
  broker.full = true;
  const worker = hire(broker, study.folder);
  const abort = new AbortController();
  const spool = join(study.folder, 'spool');
  const running = overQueue(study, broker, { signal: abort.signal, chunk: format === 'csv' ? 30 : 1000 });
  while (Spool.open(disk, spool).length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  abort.abort('gone');
  await running;
  await worker.stop();
  return { study, spool };
}

describe('what a worker kept', () => {
  test.each(['csv', 'arrow'] as const)(
    '%s: goes into the run that it is of, and the rest is computed',
    async (format) => {
      const { study, spool } = await left(format);
      const expected = join(study.folder, 'alone');
      await run(study.file, { output: expected }, HOST);
      const kept = Spool.open(disk, spool).length;
      const done = await submit(spool, { into: study.output, study: study.file, threads: 1 }, HOST);
      expect(done).toMatchObject({ submitted: kept, left: [], merged: { conflicts: [] } });
      expect(done.merged!.rows).toBeGreaterThan(60);
      expect(readdirSync(spool)).toEqual([]);
      // Twice is as good as once.
      expect(await submit(spool, { into: study.output, threads: 1 }, HOST)).toMatchObject({
        submitted: 0,
        merged: undefined,
      });
      const result = await run(study.file, {}, HOST);
      expect(result.permutations_reused).toBe(done.merged!.rows);
      expect(finishedFiles(study.output)).toEqual(finishedFiles(expected));
    },
  );

  test('goes to the queue, where the next manager finds what it asks for', async () => {
    const { study, spool } = await left('csv');
    const broker = new MemoryBroker();
    const kept = Spool.open(disk, spool).length;
    const copies = readdirSync(spool).map((name) => [name, readFileSync(join(spool, name))] as const);
    expect(await submit(spool, { queue: 'memory' }, hostOf(broker))).toMatchObject({ submitted: kept, left: [] });
    expect(broker.kept.size).toBe(kept);
    // And once more, as if somebody had a copy of the folder.
    for (const [name, bytes] of copies) writeFileSync(join(spool, name), bytes);
    await submit(spool, { queue: 'memory' }, hostOf(broker));
    const { exit } = await overQueue(study, broker, { threads: 1, chunk: 30 });
    expect(exit).toBe(0);
    expect(broker.kept.size).toBe(0);
    const expected = join(study.folder, 'alone');
    await run(study.file, { output: expected }, HOST);
    expect(finishedFiles(study.output)).toEqual(finishedFiles(expected));
  });

  test('stays where it is of another run, or damaged, and each file says why', async () => {
    const { spool } = await left('csv');
    const other = new CoinStudy();
    await run({ ...other.study, seed: { global: 7 } }, { base: other.folder }, HOST);
    const [name] = readdirSync(spool).sort();
    const bytes = readFileSync(join(spool, name!));
    bytes[40]! ^= 1;
    writeFileSync(join(spool, name!), bytes);
    const before = readdirSync(spool).length;
    const { left: stay, submitted } = await submit(spool, { into: other.output, threads: 1 }, HOST);
    expect(submitted).toBe(0);
    expect(stay).toHaveLength(before);
    expect(stay[0]).toMatchObject({ file: join(spool, name!), why: expect.stringContaining('damaged') as string });
    expect(stay[1]!.why).toBe('It is of a cell that this run does not have.');
    expect(readdirSync(spool)).toHaveLength(before);
  });

  test('needs to be told where it goes', async () => {
    const folder = temporaryFolder();
    await expect(submit(folder, {}, HOST)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(submit(join(folder, 'none'), { into: 'x' }, HOST)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a spool', () => {
  test('holds no more than it may, counts what an earlier worker left, and keeps a result once', async () => {
    const folder = join(temporaryFolder(), 'spool');
    const spool = Spool.open(disk, folder, 10);
    await spool.keep('a', Buffer.alloc(6));
    await spool.keep('a', Buffer.alloc(4));
    await expect(spool.keep('b', Buffer.alloc(7))).rejects.toMatchObject({ code: 'DISK_FULL' });
    await spool.keep('b', Buffer.alloc(5));
    const again = Spool.open(disk, folder, 10);
    expect([again.ids(), again.length, again.bytes]).toEqual([['a', 'b'], 2, 9]);
    await again.remove('a');
    await again.remove('a');
    expect([again.length, again.bytes, spool.read('a')]).toEqual([1, 5, undefined]);
  });
});

describe('the cache of a worker', () => {
  const sha256 = 'edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb'; // of abc and a newline
  const bytes = Buffer.from('abc\n');

  test('fetches once, and again where the file is damaged; what comes damaged is refused', async () => {
    const folder = join(temporaryFolder(), 'cache');
    let fetched = 0;
    const fetch = (): Promise<Buffer> => Promise.resolve(((fetched += 1), bytes));
    const cache = new BlobCache(disk, folder, 100);
    for (let k = 0; k < 3; k += 1) expect(Buffer.from(await cache.get(sha256, fetch))).toEqual(bytes);
    expect(fetched).toBe(1);
    writeFileSync(join(folder, sha256), 'abd\n');
    expect(Buffer.from(await cache.get(sha256, fetch))).toEqual(bytes);
    expect(fetched).toBe(2);
    const other = 'f'.repeat(64);
    await expect(cache.get(other, fetch)).rejects.toMatchObject({ code: 'QUEUE' });
    await expect(cache.get(other, () => Promise.resolve(undefined))).rejects.toMatchObject({ code: 'QUEUE' });
    expect(readdirSync(folder)).toEqual([sha256]);
  });

  test('makes room for the newest', async () => {
    const folder = join(temporaryFolder(), 'cache');
    const cache = new BlobCache(disk, folder, 6);
    await cache.get(sha256, () => Promise.resolve(bytes));
    writeFileSync(join(folder, 'a'.repeat(64)), 'four');
    writeFileSync(join(folder, 'a file of somebody'), 'else, and long');
    writeFileSync(join(folder, sha256), 'gone');
    await cache.get(sha256, () => Promise.resolve(bytes));
    expect(readdirSync(folder).sort()).toEqual(['a file of somebody', sha256]);
  });
});
