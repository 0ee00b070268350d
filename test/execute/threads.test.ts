import { expect, test } from 'vitest';

import type { ChunkTask, ModelSetup } from '../../src/execute/messages.ts';
import { ThreadPool } from '../../src/execute/threads.ts';

test('an answer that arrives while the pool closes is passed over; at any other time it is an error', async () => {
  const worker = new URL('../../dist/run/worker.js', import.meta.url);
  const pool = new ThreadPool({ worker, threads: 1, worker_data: { setups: [] } });
  const late = () => pool['pool'].emit('error', new Error('Unexpected message from Worker'));
  expect(late).toThrow('Unexpected message');
  await pool.close();
  expect(late).not.toThrow();
});

test.each(['csv', 'arrow'] as const)('chunks of %s come the same in a buffer that came before', async (format) => {
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
      schema: { format, model: 'two', cell_id: 'c', experiment: 'e'.repeat(64), metrics: ['a', 'b'], batch_rows: 100 },
    },
    first,
    count,
  });
  try {
    const fresh = await pool.compute(task(0, 300));
    const bytes = Buffer.from(fresh.bytes);
    const larger = await pool.compute(task(0, 5000));
    pool.recycle(larger);
    expect(larger.bytes.buffer.byteLength).toBeGreaterThan(0);
    const again = await pool.compute(task(0, 300));
    // It went out with the task and came back.
    expect(larger.bytes.buffer.byteLength).toBe(0);
    expect(again.bytes.buffer.byteLength).toBeGreaterThan(again.bytes.length);
    expect(Buffer.from(again.bytes).equals(bytes)).toBe(true);
  } finally {
    await pool.close();
  }
});
