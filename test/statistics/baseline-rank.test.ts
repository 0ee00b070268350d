import { describe, expect, it } from 'vitest';
import type { Rows } from '../../src/encoding/metrics-schema.ts';
import { flatStatistics } from '../../src/statistics/flat-statistics.ts';
import { summarise } from '../../src/statistics/summarise.ts';

const rowsOf =
  (...columns: (readonly number[])[]) =>
  (): Iterable<Rows> => [
    {
      perm_index: Uint32Array.from(columns[0]!, (_, i) => i),
      columns: columns.map((column) => Float64Array.from(column)),
    },
  ];

describe('where the baseline lies among the rows', () => {
  const values = [1, 2, 2, 2, 3, 4, 5, 6, 7, 8];

  it.each([
    [2, 0.1, 0.3],
    [2.5, 0.4, 0],
    [0, 0, 0],
    [9, 1, 0],
    [8, 0.9, 0.1],
  ])('of %d: shares below and equal, with their errors', (baseline, below, equal) => {
    const { m } = summarise(rowsOf(values), ['m'], { baseline: { m: baseline } });
    expect(m!.baseline).toMatchObject({ value: baseline, below, equal });
    // Half the width of Wilson's 95 % interval by 1.96: never 0, not even for a share of 0 or 1.
    expect(m!.baseline!.below_se).toBeGreaterThan(0.05);
    expect(m!.baseline!.equal_se).toBeLessThan(0.2);
  });

  it('what differs by the rounding of a sum is equal', () => {
    const sum = 0.1 + 0.2;
    const found = summarise(rowsOf([0.3, sum, 0.3 - 1e-16, 0.31, 0.29]), ['m'], { baseline: { m: 0.3 } });
    expect(found['m']!.baseline).toMatchObject({ below: 0.2, equal: 0.6 });
    const zero = summarise(rowsOf([0, 5e-324, -5e-324, 1]), ['m'], { baseline: { m: 0 } });
    expect(zero['m']!.baseline).toMatchObject({ below: 0.25, equal: 0.5 });
  });

  it('is of the rows that have a value; an undefined baseline lies nowhere', () => {
    const missing = summarise(rowsOf([NaN, 1, NaN, 3]), ['m'], { baseline: { m: 2 } });
    expect(missing['m']!.baseline).toMatchObject({ below: 0.5, equal: 0 });
    const undefined_baseline = summarise(rowsOf([1, 2]), ['m'], { baseline: { m: NaN } });
    expect(undefined_baseline['m']!.baseline).toEqual({
      ...{ value: NaN, below: NaN, below_se: NaN, equal: NaN, equal_se: NaN },
    });
    const none = summarise(rowsOf([NaN]), ['m'], { baseline: { m: 1 } });
    expect(none['m']!.baseline!.below).toBeNaN();
  });

  it('changes no other statistic, and is the same however the rows are read', () => {
    const plain = summarise(rowsOf(values), ['m'], { thresholds: { m: [2] } });
    const { baseline, ...others } = summarise(rowsOf(values), ['m'], { thresholds: { m: [2] }, baseline: { m: 2 } })[
      'm'
    ]!;
    expect(others).toEqual(plain['m']);
    const bounded = summarise(rowsOf(values), ['m'], {
      ...{ thresholds: { m: [2] }, baseline: { m: 2 }, memory_bytes: 32 },
    });
    expect(bounded['m']!.baseline).toEqual(baseline);
  });

  it('is in the tables of cells, where the model has a baseline', () => {
    const found = summarise(rowsOf(values), ['m'], { baseline: { m: 2 } });
    const { below_se, equal_se } = found['m']!.baseline!;
    expect(flatStatistics(found['m']!).slice(-5)).toEqual([
      ['baseline', 2],
      ['baseline_below', 0.1],
      ['baseline_below_se', below_se],
      ['baseline_equal', 0.3],
      ['baseline_equal_se', equal_se],
    ]);
    const names = flatStatistics(summarise(rowsOf(values), ['m'])['m']!).map(([name]) => name);
    expect(names).not.toContain('baseline');
  });
});
