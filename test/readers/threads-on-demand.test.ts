import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import type { Local } from '../../src/readers/readers.ts';
import type { ScanTask } from '../../src/readers/tasks.ts';
import { ThreadsOnDemand } from '../../src/readers/threads-on-demand.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Counts how often it was opened and closed; every answer is its name. */
function counted() {
  const count = { opened: 0, closed: 0 };
  const local = {
    parallel: 4,
    compute: () => Promise.resolve('computed'),
    release: () => undefined,
    read: (name: string) => Promise.resolve(name),
    close: () => Promise.resolve(void (count.closed += 1)),
  };
  const threads = new ThreadsOnDemand(disk, 4, () => {
    count.opened += 1;
    return local as unknown as Local;
  });
  return { count, threads, read: () => threads.read('measure', {} as never) as Promise<unknown> };
}

/** A cell of one metric with ten rows, in a folder of its own. */
function tinyCell(): ScanTask {
  const folder = temporaryFolder();
  const rows = Array.from({ length: 10 }, (_, i) => `${i},${i / 2}\n`).join('');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'metrics_compact.csv'), `perm_index,a\n${rows}`);
  const schema = { model: 'm', cell_id: 'c', experiment: 'e'.repeat(64), metrics: ['a'], batch_rows: 100 };
  return { place: { folder, schema: { format: 'csv', ...schema } }, target: 10, stopping: undefined };
}

it('threads that only read start with the first that is to be read, once', async () => {
  const { count, threads, read } = counted();
  expect([threads.parallel, count.opened]).toEqual([4, 0]);
  expect(await Promise.all([read(), read()])).toEqual(['measure', 'measure']);
  expect(count.opened).toBe(1);
  await threads.close();
  expect(count.closed).toBe(1);
});

it('where there is nothing to read they never start; once closed they read nothing', async () => {
  const { count, threads, read } = counted();
  await threads.close();
  await expect(read()).rejects.toMatchObject({ code: 'STOPPED' });
  expect(count).toEqual({ opened: 0, closed: 0 });
});

it('small files are read by the calling thread, and start none', async () => {
  const { count, threads } = counted();
  const task = tinyCell();
  const { scan } = await threads.read('scan', task);
  expect(scan).toMatchObject({ exists: true, n_rows_raw: 10, present: [{ from: 0, to: 10 }] });
  expect(count.opened).toBe(0);
  await threads.close();
  await expect(threads.read('scan', task)).rejects.toMatchObject({ code: 'STOPPED' });
});

it('a large file, or the last of many small ones, starts the threads, which read all that follows', async () => {
  const large = tinyCell();
  truncateSync(join(large.place.folder, 'metrics_compact.csv'), 2 ** 21);
  const small = tinyCell();
  const one = counted();
  expect(await one.threads.read('scan', large)).toBe('scan');
  expect(await one.threads.read('scan', small)).toBe('scan');
  expect(one.count.opened).toBe(1);
  const many = counted();
  let here = 0;
  while ((await many.threads.read('scan', small)) !== ('scan' as never)) here += 1;
  expect(here).toBe(256);
  expect(many.count.opened).toBe(1);
});

it('once something is computed, the threads read small files, too', async () => {
  const { count, threads } = counted();
  await threads.compute(undefined as never);
  expect(await threads.read('scan', tinyCell())).toBe('scan');
  expect(count.opened).toBe(1);
});
