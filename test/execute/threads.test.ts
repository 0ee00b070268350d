import { expect, test } from 'vitest';

import { ThreadPool } from '../../src/execute/threads.ts';

test('an answer that arrives while the pool closes is passed over; at any other time it is an error', async () => {
  const worker = new URL('../../dist/run/worker.js', import.meta.url);
  const pool = new ThreadPool({ worker, threads: 1, worker_data: { setups: [] } });
  const late = () => pool['pool'].emit('error', new Error('Unexpected message from Worker'));
  expect(late).toThrow('Unexpected message');
  await pool.close();
  expect(late).not.toThrow();
});
