import { describe, expect, test } from 'vitest';

import { batchPlan, quantised, shapeFor } from '../../../src/models/submit-queue/batch-plan.ts';

/** The table of the specification: from, to, value. */
const QUANTISED = [
  [1, 1, 1], [19, 19, 19], [20, 20, 19], [21, 21, 20], [22, 22, 21], [23, 23, 22], [24, 24, 23], [25, 25, 25], [26, 26, 26],
  [27, 28, 27], [29, 29, 28], [30, 31, 30], [32, 32, 31], [33, 34, 33], [35, 36, 35], [37, 37, 36], [38, 39, 38], [40, 41, 40],
  [42, 43, 42], [44, 46, 44], [47, 48, 47], [49, 50, 49], [51, 53, 52], [54, 55, 54], [56, 58, 57], [59, 61, 60], [62, 64, 63],
  [65, 68, 66], [69, 71, 69], [72, 75, 73], [76, 78, 76], [79, 82, 80], [83, 86, 84], [87, 91, 89], [92, 95, 93], [96, 100, 98],
  [105, 105, 103], [116, 116, 113], [150, 150, 152], [200, 200, 204], [240, 240, 236], [342, 342, 348],
] as const; // prettier-ignore

/** W, maxk, kdiv, resources, N, K. */
const SHAPES = [
  [1, 12, 5, 74, 73, 12], [1, 12, 5, 8, 8, 2], [2, 12, 5, 74, 1, 1], [3, 12, 5, 74, 1, 1], [4, 12, 5, 74, 2, 2],
  [9, 12, 5, 74, 4, 2], [40, 12, 5, 74, 19, 3], [80, 12, 5, 74, 40, 8], [480, 12, 5, 74, 236, 12], [684, 12, 5, 74, 348, 12],
  [684, 40, 1, 74, 348, 40], [100, 40, 1, 74, 49, 40], [40, 40, 1, 74, 19, 19], [60, 1, 50, 74, 30, 2],
] as const; // prettier-ignore

const OPTIONS = { maxbatch: 684, cap_batches: false, singleton: 'retry' } as const;

describe('the number of batches and the column weight', () => {
  test('quantised(v) is the table of the specification', () => {
    for (const [from, to, value] of QUANTISED) {
      for (let v = from; v <= to; v++) expect([v, quantised(v)]).toEqual([v, value]);
    }
  });

  test.each(SHAPES)(
    '%d waiting changes, maxk %d, kdiv %d, resources %d: %d batches of weight %d',
    (window, maxk, kdiv, resources, batches, column_weight) => {
      expect(shapeFor(window, { ...OPTIONS, maxk, kdiv, resources })).toEqual({ batches, column_weight });
    },
  );

  test('cap_batches caps before quantising', () => {
    expect(shapeFor(684, { ...OPTIONS, cap_batches: true, maxk: 12, kdiv: 5, resources: 74 })).toEqual({
      batches: 73,
      column_weight: 12,
    });
  });

  test('windows with equal shapes share one design', () => {
    const plan = batchPlan({ ...OPTIONS, maxk: 12, kdiv: 5, resources: 74 });
    expect(plan.shape_of[1]).toBe(plan.shape_of[146]);
    expect(new Set(plan.shapes.map((shape) => JSON.stringify(shape))).size).toBe(plan.shapes.length);
  });

  test('the column weight never exceeds the batches', () => {
    for (const kdiv of [1, 2, 5]) {
      const plan = batchPlan({ ...OPTIONS, maxbatch: 4096, maxk: 1000, kdiv, resources: 1000 });
      for (const { batches, column_weight } of plan.shapes) expect(column_weight).toBeLessThanOrEqual(batches);
    }
  });
});
