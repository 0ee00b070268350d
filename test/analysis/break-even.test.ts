import { describe, expect, test } from 'vitest';

import { breakEvens } from '../../src/analysis/break-even.ts';
import { gridOf } from '../../src/analysis/grid.ts';
import { ESTIMATORS } from '../statistics/estimators.ts';
import { MEAN, surface } from './surface.ts';

function line(xs: readonly number[], ys: readonly number[], ses: readonly number[], paired = false) {
  const cells = surface(
    xs.map((x) => ({ x })),
    ({ x }) => ys[xs.indexOf(x!)]!,
    (i) => ses[i]!,
  );
  return breakEvens(gridOf(cells), MEAN, 1, paired)[0]!;
}

describe('breakEvens(grid, quantity, level)', () => {
  const { x, y, se, at, apart, together } = ESTIMATORS.break_even;

  test('the crossing and its interval are the roots that SciPy finds', () => {
    const found = line(x, y, se);
    expect(found).toMatchObject({ axis: 'x', kind: 'falls', certain: false });
    expect(found.at).toBeCloseTo(at, 9);
    expect(found.ci).toEqual([expect.closeTo(apart[0], 7), expect.closeTo(apart[1], 7)]);
  });

  test('cells that share their streams err to the same side: the interval between two of them is wider', () => {
    expect(line(x, y, se, true).ci).toEqual([expect.closeTo(together[0], 7), expect.closeTo(together[1], 7)]);
  });

  test('without error the interval is the crossing', () => {
    const found = line([0, 1, 3], [3, 2, -2], [0, 0, 0]);
    expect([found.at, ...found.ci]).toEqual([1.5, 1.5, 1.5]);
  });

  test('an interval that goes past the line has no end there', () => {
    const found = line([0, 1, 2], [2, 1.2, 0.9], [0.1, 0.1, 0.1]);
    expect(found.kind).toBe('falls');
    expect(found.ci[0]).toBeGreaterThan(0);
    expect(found.ci[1]).toBeNaN();
  });

  test('what stays on one side says whether that is certain', () => {
    expect(line([0, 1], [1.5, 1.4], [0.1, 0.1])).toMatchObject({
      kind: 'above',
      at: NaN,
      ci: [NaN, NaN],
      certain: true,
    });
    expect(line([0, 1], [0.5, 0.95], [0.1, 0.1])).toMatchObject({ kind: 'below', certain: false });
    // It may cross before its last cell, but need not.
    expect(line([0, 1], [0.5, 0.95], [0.1, 0.1]).ci[0]).toBeLessThan(1);
    expect(line([0, 1], [0.5, 0.95], [0.1, 0.1]).ci[1]).toBeNaN();
  });

  test('a level that is met exactly counts as above', () => {
    expect(line([0, 1, 2], [1.5, 1, 0.5], [0, 0, 0])).toMatchObject({ kind: 'falls', at: 1 });
    expect(line([0, 1, 2], [1.5, 1, 1.5], [0, 0, 0])).toMatchObject({ kind: 'above' });
  });

  test('what crosses twice gives the first crossing and says so', () => {
    expect(line([0, 1, 2, 3], [1.5, 0.5, 1.5, 2], [0.01, 0.01, 0.01, 0.01])).toMatchObject({
      kind: 'crosses',
      at: 0.5,
    });
  });

  test('an axis of words has no break-even', () => {
    const cells = surface([{ how: 'a' }, { how: 'b' }], () => 1);
    expect(breakEvens(gridOf(cells), MEAN, 1, false)).toEqual([]);
  });
});
