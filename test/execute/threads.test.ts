import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import type { ChunkTask, ModelSetup } from '../../src/execute/messages.ts';
import { ThreadPool } from '../../src/execute/threads.ts';
import { temporaryFolder } from '../process/cli.ts';

test('an answer that arrives while the pool closes is passed over; at any other time it is an error', async () => {
  const worker = new URL('../../dist/run/worker.js', import.meta.url);
  const pool = new ThreadPool({ worker, threads: 1, worker_data: { setups: [] } });
  const late = () => pool['pool'].emit('error', new Error('Unexpected message from Worker'));
  expect(late).toThrow('Unexpected message');
  await pool.close();
  expect(late).not.toThrow();
});

test.each(['csv', 'arrow'] as const)(
  'chunks of %s come the same in memory that is shared and used again',
  async (format) => {
    const worker = new URL('../../dist/run/worker.js', import.meta.url);
    const code = `export default { name: 'two', version: '1', parameters: {}, metrics: { a: {}, b: {} },
    simulate: (state, rng, row) => { row.a = rng(); row.b = rng(); } }`;
    const setup: ModelSetup = {
      model: { code, file: 'two.ts' },
      inputs: {},
      streams: 'independent',
      shared: undefined,
      kernel: 'auto',
    };
    const pool = new ThreadPool({ worker, threads: 1, worker_data: { setups: [setup] } });
    const task = (first: number, count: number): ChunkTask => ({
      setup: 0,
      cell: {
        parameters: {},
        source: { scheme: 'sha256-32', generator: 'alea', base_seed: 7 },
        schema: {
          format,
          model: 'two',
          cell_id: 'c',
          experiment: 'e'.repeat(64),
          metrics: ['a', 'b'],
          batch_rows: 100,
        },
      },
      first,
      count,
    });
    try {
      const copied = await pool.compute(task(0, 300));
      expect(copied.bytes.buffer).toBeInstanceOf(ArrayBuffer);
      pool.recycle(copied);
      const shared = await pool.compute(task(0, 300));
      expect(shared.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(Buffer.from(shared.bytes).equals(copied.bytes)).toBe(true);
      // Given back, its memory takes the next chunk that fits; one that does not is copied.
      pool.recycle(shared);
      const next = await pool.compute(task(300, 300));
      expect(Buffer.from(shared.bytes.buffer, 0, next.bytes.length).equals(next.bytes)).toBe(true);
      expect(next.bytes).not.toEqual(copied.bytes);
      pool.recycle(next);
      const larger = await pool.compute(task(0, 5000));
      expect(larger.bytes.buffer).toBeInstanceOf(ArrayBuffer);
      pool.recycle(larger);
      expect((await pool.compute(task(0, 5000))).bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    } finally {
      await pool.close();
    }
  },
);

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
