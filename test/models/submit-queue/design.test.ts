import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createDesign, drawDesign, type Design } from '../../../src/models/submit-queue/design.ts';
import { streamOf } from './streams-of.ts';

const columnOf = ({ rows, column_weight }: Design, position: number): number[] => [
  ...rows.subarray(position * column_weight, (position + 1) * column_weight),
];

function largestOverlap(design: Design): number {
  let largest = 0;
  for (let a = 0; a < design.positions; a++) {
    for (let b = a + 1; b < design.positions; b++) {
      const other = new Set(columnOf(design, b));
      largest = Math.max(largest, columnOf(design, a).filter((row) => other.has(row)).length);
    }
  }
  return largest;
}

const shapes = fc
  .record({
    batches: fc.integer({ min: 1, max: 40 }),
    weight: fc.integer({ min: 1, max: 40 }),
    positions: fc.integer({ min: 1, max: 50 }),
  })
  .map(({ batches, weight, positions }) => ({ batches, column_weight: Math.min(weight, batches), positions }));

describe('a group-testing design', () => {
  test('has K different rows in every column, and knows the first column of every row', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), fc.nat(), ({ batches, column_weight, positions }, optimized, seed) => {
        const design = createDesign({ batches, column_weight }, positions);
        drawDesign(design, optimized, streamOf(seed, 0));
        for (let position = 0; position < positions; position++) {
          const column = columnOf(design, position);
          expect(new Set(column).size).toBe(column_weight);
          for (const row of column) expect(row >= 0 && row < batches).toBe(true);
        }
        for (let row = 0; row < batches; row++) {
          const first = Array.from({ length: positions }, (_, i) => i).find((i) => columnOf(design, i).includes(row));
          expect(design.first_position[row]).toBe(first ?? positions);
        }
      }),
    );
  });

  test('the improvement step changes at most one entry and never makes the largest overlap grow', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), ({ batches, column_weight, positions }, seed) => {
        const plain = createDesign({ batches, column_weight }, positions);
        const improved = createDesign({ batches, column_weight }, positions);
        drawDesign(plain, false, streamOf(seed, 0));
        drawDesign(improved, true, streamOf(seed, 0));
        expect(improved.rows.filter((row, at) => row !== plain.rows[at]).length).toBeLessThanOrEqual(1);
        expect(largestOverlap(improved)).toBeLessThanOrEqual(largestOverlap(plain));
      }),
      { numRuns: 50 },
    );
  });

  test('all sets of rows are equally likely', () => {
    const design = createDesign({ batches: 5, column_weight: 2 }, 20_000);
    drawDesign(design, false, streamOf(3, 0));
    const counts = new Map<string, number>();
    for (let position = 0; position < design.positions; position++) {
      const key = columnOf(design, position)
        .sort((a, b) => a - b)
        .join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(2000 * 0.9));
  });
});
