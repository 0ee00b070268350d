import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import type { Format } from '../../src/encoding/metrics-schema.ts';
import type { ChunkResult, ChunkTask } from '../../src/execute/messages.ts';
import { ThreadPool } from '../../src/execute/thread-pool.ts';
import type { ThreadTasks } from '../../src/readers/thread-tasks.ts';
import { Threads } from '../../src/readers/threads.ts';
import { temporaryFolder } from '../process/cli.ts';

/** One thread whose model draws two numbers. */
function openThreads(): Threads {
  const worker = new URL('../../dist/readers/worker.js', import.meta.url);
  const code = `export default { name: 'two', version: '1', parameters: {}, metrics: { a: {}, b: {} },
    simulate: (state, rng, row) => { row.a = rng(); row.b = rng(); } }`;
  const setup = { model: { code, file: 'two.ts' }, inputs: {}, streams: 'independent', kernel: 'auto' } as const;
  const given = { id: 'two', setup, inputs: { loaded: {} } };
  return new Threads(new ThreadPool<ThreadTasks>({ worker, threads: 1, worker_data: { setups: [given] } }));
}

function task(format: Format, first: number, count: number): ChunkTask {
  return {
    setup: 'two',
    cell: {
      parameters: {},
      source: { scheme: 'sha256-32', generator: 'alea', base_seed: 7 },
      schema: { format, model: 'two', cell_id: 'c', experiment: 'e'.repeat(64), metrics: ['a', 'b'], batch_rows: 100 },
    },
    first,
    count,
  };
}

test.each(['csv', 'arrow'] as const)(
  'chunks of %s come the same in memory that is shared and used again',
  async (format) => {
    const threads = openThreads();
    try {
      const copied = await threads.compute(task(format, 0, 300));
      expect(copied.bytes.buffer).toBeInstanceOf(ArrayBuffer);
      threads.release(copied);
      const shared = await threads.compute(task(format, 0, 300));
      expect(shared.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(Buffer.from(shared.bytes).equals(copied.bytes)).toBe(true);
      // Given back, its memory takes the next chunk that fits; one that does not is copied.
      threads.release(shared);
      const next = await threads.compute(task(format, 300, 300));
      expect(Buffer.from(shared.bytes.buffer, 0, next.bytes.length).equals(next.bytes)).toBe(true);
      expect(next.bytes).not.toEqual(copied.bytes);
      threads.release(next);
      const larger = await threads.compute(task(format, 0, 5000));
      expect(larger.bytes.buffer).toBeInstanceOf(ArrayBuffer);
      threads.release(larger);
      expect((await threads.compute(task(format, 0, 5000))).bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    } finally {
      await threads.close();
    }
  },
);

test('however many chunks were out at once, their memory is used again: shared memory that is let go is not freed for hours', async () => {
  const threads = openThreads();
  const some = (first: number): Promise<ChunkResult[]> =>
    Promise.all(
      Array.from({ length: 5 * threads.parallel }, (_, k) => threads.compute(task('csv', first + 100 * k, 100))),
    );
  try {
    threads.release(await threads.compute(task('csv', 0, 100)));
    // The same memory comes back as another object: a mark behind the rows tells it.
    for (const chunk of await some(0)) {
      new Uint8Array(chunk.bytes.buffer).fill(1, chunk.bytes.buffer.byteLength - 1);
      threads.release(chunk);
    }
    for (const { bytes } of await some(5000)) expect(new Uint8Array(bytes.buffer).at(-1)).toBe(1);
  } finally {
    await threads.close();
  }
});

test('a pool that is closed at once lets its threads come up first: terminated while it loads, one would abort the process', async () => {
  const file = join(temporaryFolder(), 'slow.mjs');
  writeFileSync(
    file,
    `import { workerData } from 'node:worker_threads';
    const until = performance.now() + 300;
    while (performance.now() < until);
    Atomics.add(new Int32Array(workerData), 0, 1);
    export default () => {};`,
  );
  const up = new SharedArrayBuffer(4);
  const pool = new ThreadPool({ worker: pathToFileURL(file), threads: 3, worker_data: up });
  await pool.close();
  expect(new Int32Array(up)[0]).toBe(3);
});

test('a pool whose threads fail to come up can be closed', async () => {
  const file = join(temporaryFolder(), 'failing.mjs');
  writeFileSync(file, 'process.exit(1); export default () => {};');
  const pool = new ThreadPool({ worker: pathToFileURL(file), threads: 2, worker_data: undefined });
  await pool.close();
  expect(pool['starting'].size).toBe(0);
});

test.each([1, 2])('of %i threads, another one computes a sample again where there is one', async (threads) => {
  const worker = new URL('../../dist/readers/worker.js', import.meta.url);
  const code = `import { threadId } from 'node:worker_threads';
    export default { name: 'two', version: '1', parameters: {}, metrics: { a: {}, b: {} },
    simulate: (state, rng, row) => { row.a = threadId; row.b = rng(); } }`;
  const setup = { model: { code, file: './two.ts' }, inputs: {}, streams: 'independent', kernel: 'auto' } as const;
  const given = { id: 'two', setup, inputs: { loaded: {} } };
  const pool = new ThreadPool<ThreadTasks>({ worker, threads, worker_data: { setups: [given] } });
  const checked = new Threads(pool, [given], [given]);
  try {
    // Both threads are there: the check has a choice.
    const [first] = await Promise.allSettled([
      checked.compute(task('csv', 0, 300)),
      checked.compute(task('csv', 300, 300)),
    ]);
    expect(first.status).toBe(threads === 1 ? 'fulfilled' : 'rejected');
    if (first.status === 'rejected') expect(first.reason).toMatchObject({ code: 'MODEL' });
  } finally {
    await checked.close();
  }
});
