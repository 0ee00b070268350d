import { expect, test } from 'vitest';

import { ColumnMemory } from '../../../src/run/loop/column-memory.ts';

const MIB = 2 ** 20;
const file = (target: number, resume_detected = false, n_metrics = 8) => ({
  cell: { setup: { schema: { metrics: Array.from({ length: n_metrics }, (_, m) => `m${m}`) } as never } },
  file: { target },
  resume_detected,
});

test('a file that was there has not all its values at hand, so there is no memory for it alone', () => {
  const memory = new ColumnMemory();
  expect(memory.takeFor([file(1000, true)])).toBeUndefined();
  expect(memory.takeFor([file(5000, true), file(1000)])?.span).toBe(1000);
});

test('a cell, and all of them together, take so much and no more; what is given back is given out again', () => {
  const memory = new ColumnMemory();
  expect(memory.takeFor([file(MIB + 1)])).toBeUndefined();
  const taken = [1, 2, 3].map(() => memory.takeFor([file(MIB)]));
  expect(taken.map((kept) => kept?.memory.byteLength)).toEqual([64 * MIB, 64 * MIB, 64 * MIB]);
  expect(memory.takeFor([file(10)])).toBeUndefined();
  memory.give(taken[1]!);
  expect(memory.takeFor([file(10)])?.memory).toBe(taken[1]!.memory);
});
