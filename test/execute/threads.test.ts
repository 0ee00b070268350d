import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import type { Format } from '../../src/encoding/metrics-schema.ts';
import type { ChunkResult, ChunkTask, ModelSetup } from '../../src/execute/messages.ts';
import { ThreadPool } from '../../src/execute/threads.ts';
import { temporaryFolder } from '../process/cli.ts';

test('an answer that arrives while the pool closes is passed over; at any other time it is an error', async () => {
  const worker = new URL('../../dist/readers/worker.js', import.meta.url);
  const pool = new ThreadPool({ worker, threads: 1, worker_data: { setups: [] } });
  const late = () => pool['pool'].emit('error', new Error('Unexpected message from Worker'));
  expect(late).toThrow('Unexpected message');
  await pool.close();
  expect(late).not.toThrow();
});

/** A pool of one thread whose model draws two numbers. */
function openPool(): ThreadPool {
  const worker = new URL('../../dist/readers/worker.js', import.meta.url);
  const code = `export default { name: 'two', version: '1', parameters: {}, metrics: { a: {}, b: {} },
    simulate: (state, rng, row) => { row.a = rng(); row.b = rng(); } }`;
  const setup: ModelSetup = {
    model: { code, file: 'two.ts' },
    inputs: {},
    streams: 'independent',
    shared: undefined,
    kernel: 'auto',
  };
  return new ThreadPool({ worker, threads: 1, worker_data: { setups: [setup] } });
}

function task(format: Format, first: number, count: number): ChunkTask {
  return {
    setup: 0,
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
    const pool = openPool();
    try {
      const copied = await pool.compute(task(format, 0, 300));
      expect(copied.bytes.buffer).toBeInstanceOf(ArrayBuffer);
      pool.recycle(copied);
      const shared = await pool.compute(task(format, 0, 300));
      expect(shared.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(Buffer.from(shared.bytes).equals(copied.bytes)).toBe(true);
      // Given back, its memory takes the next chunk that fits; one that does not is copied.
      pool.recycle(shared);
      const next = await pool.compute(task(format, 300, 300));
      expect(Buffer.from(shared.bytes.buffer, 0, next.bytes.length).equals(next.bytes)).toBe(true);
      expect(next.bytes).not.toEqual(copied.bytes);
      pool.recycle(next);
      const larger = await pool.compute(task(format, 0, 5000));
      expect(larger.bytes.buffer).toBeInstanceOf(ArrayBuffer);
      pool.recycle(larger);
      expect((await pool.compute(task(format, 0, 5000))).bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    } finally {
      await pool.close();
    }
  },
);

test('however many chunks were out at once, their memory is used again: shared memory that is let go is not freed for hours', async () => {
  const pool = openPool();
  const some = (first: number): Promise<ChunkResult[]> =>
    Promise.all(Array.from({ length: 5 * pool.parallel }, (_, k) => pool.compute(task('csv', first + 100 * k, 100))));
  try {
    pool.recycle(await pool.compute(task('csv', 0, 100)));
    // The same memory comes back as another object: a mark behind the rows tells it.
    for (const chunk of await some(0)) {
      new Uint8Array(chunk.bytes.buffer).fill(1, chunk.bytes.buffer.byteLength - 1);
      pool.recycle(chunk);
    }
    for (const { bytes } of await some(5000)) expect(new Uint8Array(bytes.buffer).at(-1)).toBe(1);
  } finally {
    await pool.close();
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
