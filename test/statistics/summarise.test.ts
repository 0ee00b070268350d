import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rows } from '../../src/encoding/metrics-schema.ts';
import { flatStatistics } from '../../src/statistics/flat-statistics.ts';
import { summarise, summariseColumns, type RowSource } from '../../src/statistics/summarise.ts';
import { STATISTIC_NAMES } from '../../src/encoding/statistic-names.ts';
import { numbersFromJson, toJson } from '../../src/encoding/json-numbers.ts';
import { wilson } from '../../src/statistics/wilson.ts';
import { meanOf, pythonSample, quantile, uniforms } from './reference.ts';

/** Columns as a source of blocks; the arrays of a block are overwritten by the next one, as a reader may do. */
function sourceOf(columns: readonly Float64Array[], block = 250): RowSource {
  return function* () {
    const n = columns[0]!.length;
    const scratch = columns.map(() => new Float64Array(block));
    for (let from = 0; from < n; from += block) {
      const count = Math.min(block, n - from);
      columns.forEach((column, m) => {
        scratch[m]!.set(column.subarray(from, from + count));
      });
      const rows: Rows = {
        perm_index: Uint32Array.from({ length: count }, (_, i) => from + i),
        columns: scratch.map((values) => values.subarray(0, count)),
      };
      yield rows;
      scratch.forEach((values) => values.fill(NaN));
    }
  };
}

const text = (source: RowSource, metrics: string[], options = {}): string =>
  JSON.stringify(summarise(source, metrics, options));

const halfWidth = (k: number): number => (wilson(k, 997)[1] - wilson(k, 997)[0]) / 2;

describe('summarise', () => {
  test('every statistic is the one of its own function', () => {
    const values = pythonSample();
    const { mean, sd, ci, sd_se, largest_share } = meanOf(values);
    const { profit } = summarise(sourceOf([values]), ['profit'], { thresholds: { profit: [90, 1000] } });
    expect(profit).toMatchObject({
      n: 997,
      n_nan: 0,
      mean,
      sd,
      mcse: sd / Math.sqrt(997),
      sd_se,
      largest_share,
      diagnostics: [],
      min: Math.min(...values),
      max: Math.max(...values),
      p01: quantile(values, 0.01),
      p50: quantile(values, 0.5),
      p99: quantile(values, 0.99),
    });
    expect(profit!.ci.mean).toEqual(ci);
    const sorted = values.slice().sort();
    expect(profit!.cvar05).toBe(meanOf(sorted.subarray(0, 50)).mean);
    expect(profit!.cvar95).toBe(meanOf(sorted.subarray(947)).mean);
    const above = values.filter((value) => value > 90).length;
    expect(profit!.thresholds).toEqual([
      {
        threshold: 90,
        count: above,
        probability: above / 997,
        se: halfWidth(above) / 1.959963984540054,
        ci: wilson(above, 997),
      },
      { threshold: 1000, count: 0, probability: 0, se: halfWidth(0) / 1.959963984540054, ci: wilson(0, 997) },
    ]);
    for (const name of ['n_infinite', 'n_ones', 'finite', 'other_value_at_most'])
      expect(profit).not.toHaveProperty(name);
  });

  test('the keys of the contract come first and in its order', () => {
    const { m } = summarise(sourceOf([pythonSample()]), ['m']);
    const contract = [
      'n',
      'n_nan',
      'mean',
      'sd',
      'mcse',
      'min',
      'max',
      'p01',
      'p05',
      'p25',
      'p50',
      'p75',
      'p95',
      'p99',
    ];
    expect(Object.keys(m!).slice(0, contract.length)).toEqual(contract);
  });

  test('every quantile comes with its error, inside its interval', () => {
    const { m } = summarise(sourceOf([pythonSample()]), ['m']);
    for (const name of ['p01', 'p05', 'p25', 'p50', 'p75', 'p95', 'p99'] as const) {
      const [lower, upper] = m!.ci[name];
      expect(lower).toBeLessThanOrEqual(m![name]);
      expect(upper).toBeGreaterThanOrEqual(m![name]);
      expect(m!.quantile_mcse[name]).toBe((upper - lower) / (2 * 1.959963984540054));
    }
  });

  test('NaN is counted and left out; an infinite value is a value: the mean is infinite, that of the others beside it', () => {
    const column = Float64Array.of(1, NaN, 2, Infinity, 3, NaN, 4);
    const { m } = summarise(sourceOf([column]), ['m'], { thresholds: { m: [2] } });
    const { n, mean, sd, mcse, ci } = meanOf(Float64Array.of(1, 2, 3, 4));
    expect(m).toMatchObject({ n: 5, n_nan: 2, n_infinite: 1, mean: Infinity, min: 1, max: Infinity, p50: 3 });
    expect(m).toMatchObject({ sd: NaN, mcse: NaN, finite: { n, mean, sd, mcse, ci }, cvar95: Infinity });
    expect(m!.ci.mean).toEqual([NaN, NaN]);
    expect(m!.diagnostics).toEqual(['infinite_rows', 'few_permutations']);
    expect(m!.thresholds![0]).toMatchObject({ count: 3, probability: 0.6 });
    const both = summarise(sourceOf([Float64Array.of(1, Infinity, 2, -Infinity)]), ['m'])['m']!;
    expect(both).toMatchObject({ mean: NaN, min: -Infinity, max: Infinity, finite: { n: 2, mean: 1.5 } });
    expect(summarise(sourceOf([Float64Array.of(1, -Infinity)]), ['m'])['m']!.mean).toBe(-Infinity);
  });

  test('infinite quantiles, and ends of intervals, are infinite; unbounded ends are unknown', () => {
    const uniform = uniforms(12);
    const column = Float64Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? Infinity : uniform()));
    const { m } = summarise(sourceOf([column]), ['m']);
    expect(m).toMatchObject({ p95: Infinity, p99: Infinity, max: Infinity, mean: Infinity, finite: { n: 900 } });
    expect(m!.ci.p95).toEqual([Infinity, Infinity]);
    expect(m!.quantile_mcse.p95).toBeNaN();
    const written = JSON.parse(toJson(m)) as Record<string, unknown> & { ci: Record<string, unknown> };
    expect(written).toMatchObject({
      mean: 'Infinity',
      p95: 'Infinity',
      max: 'Infinity',
      sd: null,
      ci: { mean: [null, null] },
    });
    expect(written.ci['p95']).toEqual(['Infinity', 'Infinity']);
    expect(numbersFromJson(written)).toEqual(m);
    expect(summarise(sourceOf([Float64Array.of(1, 2)]), ['m'])['m']!.ci.p01).toEqual([NaN, 1]);
  });

  test('equal rows have a bound for another value, 3.7 / n', () => {
    const equal = summarise(sourceOf([new Float64Array(1000)]), ['m'])['m']!;
    expect(equal.other_value_at_most).toBeCloseTo(3.7 / 1000, 4);
    expect(equal).toMatchObject({ mean: 0, sd: 0, mcse: 0, n_ones: 0, diagnostics: ['equal_rows'] });
    expect(equal.ci.mean[1]).toBeCloseTo(3.8 / 1000, 4);
    const endless = summarise(sourceOf([new Float64Array(1000).fill(Infinity)]), ['m'])['m']!;
    expect(endless).toMatchObject({ mean: Infinity, p50: Infinity, other_value_at_most: equal.other_value_at_most });
    // Of the size of 1e-170, where squares are 0.
    const uniform = uniforms(8);
    const tiny = summarise(sourceOf([Float64Array.from({ length: 1000 }, () => 1e-170 * uniform())]), ['m'])['m']!;
    expect(tiny).not.toHaveProperty('other_value_at_most');
    expect(tiny.sd).toBeGreaterThan(2e-171);
  });

  test.each([
    ['no rows', new Float64Array(0)],
    ['only NaN', Float64Array.of(NaN, NaN)],
  ])('%s: counts, and null for the rest', (_, column) => {
    for (const memory_bytes of [0, 1e6]) {
      const { m } = JSON.parse(text(sourceOf([column]), ['m'], { memory_bytes, thresholds: { m: [0] } })) as Record<
        string,
        object
      >;
      expect(m).toMatchObject({
        n: 0,
        n_nan: column.length,
        mean: null,
        sd: null,
        min: null,
        p50: null,
        ci: { p50: [null, null] },
      });
    }
  });

  test('one row: its value, without an error', () => {
    const { m } = summarise(sourceOf([Float64Array.of(5)]), ['m']);
    expect(m).toMatchObject({ n: 1, mean: 5, sd: NaN, mcse: NaN, min: 5, max: 5, p01: 5, p99: 5 });
    expect(m!.quantile_mcse.p50).toBeNaN();
    expect(m!.ci.mean).toEqual([NaN, NaN]);
  });

  test('the same rows give the same JSON text, in any order, in any blocks, in any memory', () => {
    const value = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, Infinity, -Infinity, 0));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { maxLength: 80 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(0, 40, 400, 1200),
        (pairs, block, memory_bytes) => {
          const columns = [0, 1].map((m) => Float64Array.from(pairs, (pair) => pair[m]! + 0));
          const backwards = columns.map((column) => column.slice().reverse());
          const options = { thresholds: { b: [0, 1.5] } };
          const expected = text(sourceOf(columns), ['a', 'b'], options);
          expect(text(sourceOf(columns, block), ['a', 'b'], { ...options, memory_bytes })).toBe(expected);
          expect(text(sourceOf(backwards, block), ['a', 'b'], { ...options, memory_bytes })).toBe(expected);
          const only_read = columns.map((column) => column.slice());
          expect(JSON.stringify(summariseColumns(only_read, ['a', 'b'], options))).toBe(expected);
          expect(only_read).toEqual(columns);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a column larger than the memory allowed gives the same text, in few readings', () => {
    const uniform = uniforms(2);
    const columns = [
      Float64Array.from({ length: 30000 }, () => uniform() * uniform()),
      Float64Array.from({ length: 30000 }, () => Math.floor(10 * uniform())),
      Float64Array.from({ length: 30000 }, () => (uniform() < 0.01 ? NaN : 1 / (uniform() - 0.5))),
    ];
    let readings = 0;
    const counted: RowSource = () => {
      readings++;
      return sourceOf(columns, 2000)();
    };
    const expected = text(counted, ['a', 'b', 'c']);
    expect(readings).toBe(1);
    readings = 0;
    expect(text(counted, ['a', 'b', 'c'], { memory_bytes: 100_000 })).toBe(expected);
    expect(readings).toBeLessThanOrEqual(8);
  });

  test('a threshold on a metric that the rows do not have is a programmer error', () => {
    expect(() => summarise(sourceOf([pythonSample()]), ['m'], { thresholds: { other: [1] } })).toThrow(/other/);
    expect(() => summarise(sourceOf([pythonSample()]), ['m', 'k'])).toThrow(/columns/);
  });
});

describe('flatStatistics', () => {
  test('has the same columns for every metric with the same thresholds, whatever the rows', () => {
    const names = (column: Float64Array): string[] =>
      flatStatistics(summarise(sourceOf([column]), ['m'], { thresholds: { m: [40] } })['m']!).map(([name]) => name);
    expect(names(Float64Array.of(NaN, Infinity))).toEqual(names(pythonSample()));
    expect(names(pythonSample())).toContain('p_gt_40');
    expect(names(pythonSample()).slice(0, 5)).toEqual(['n', 'n_nan', 'n_infinite', 'mean', 'sd']);
    expect(names(pythonSample())).toEqual(
      expect.arrayContaining(['mean_lower', 'mean_upper', 'p05_lower', 'p99_upper', 'cvar05', 'diagnostics']),
    );
    expect(names(pythonSample()).slice(0, -3)).toEqual([...STATISTIC_NAMES]);
  });

  test('has every value under its own name', () => {
    const m = summarise(sourceOf([pythonSample()]), ['m'], { thresholds: { m: [40] }, baseline: { m: 3 } })['m']!;
    const { quantile_mcse, ci, baseline, thresholds, diagnostics } = m;
    const own = Object.entries(m).filter(([, value]) => typeof value === 'number');
    expect(Object.fromEntries(flatStatistics(m))).toMatchObject({
      ...Object.fromEntries(own.filter(([name]) => name !== 'n_ones' && name !== 'other_value_at_most')),
      ...Object.fromEntries(Object.entries(quantile_mcse).map(([name, value]) => [`${name}_mcse`, value])),
      ...Object.fromEntries(Object.entries(ci).map(([name, [lower]]) => [`${name}_lower`, lower])),
      ...Object.fromEntries(Object.entries(ci).map(([name, [, upper]]) => [`${name}_upper`, upper])),
      n_finite: m.n,
      mean_finite: m.mean,
      diagnostics: diagnostics.join(' '),
      baseline: 3,
      baseline_below: baseline!.below,
      baseline_equal_se: baseline!.equal_se,
      p_gt_40: thresholds![0]!.probability,
      p_gt_40_upper: thresholds![0]!.ci[1],
    });
  });
});
