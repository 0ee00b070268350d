import { describe, expect, test } from 'vitest';

import { benjaminiHochberg, holm } from '../../src/statistics/adjusted-p-values.ts';
import {
  independentDifference,
  pairedByPrefix,
  pairedDifference,
  pairedSample,
} from '../../src/statistics/difference.ts';
import { fewestForAnyResult, permutationPValue } from '../../src/statistics/p-value.ts';
import { permutationsNeeded, permutationsNeededForShare } from '../../src/statistics/permutations-needed.ts';
import { proportion } from '../../src/statistics/proportion.ts';
import { simultaneousTail } from '../../src/statistics/simultaneous.ts';
import { summarise } from '../../src/statistics/summarise.ts';
import { valueShares } from '../../src/statistics/value-shares.ts';
import { ESTIMATORS } from './estimators.ts';
import { lcg, meanOf, normals } from './reference.ts';

/** The samples of estimators.py. */
function sample(seed: number, n: number): Float64Array {
  const uniform = lcg(seed);
  for (let i = 0; i < 200; i++) uniform();
  return Float64Array.from({ length: n }, uniform);
}

function expectClose(found: readonly number[], known: readonly number[], relative = 1e-9): void {
  for (const [i, value] of known.entries())
    expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(relative * Math.max(Math.abs(value), 1e-6));
}

function summaryOf(values: Float64Array, thresholds: readonly number[] = []) {
  const perm_index = Uint32Array.from(values.keys());
  return summarise(() => [{ perm_index, columns: [values] }], ['m'], { thresholds: { m: thresholds } })['m']!;
}

describe('as SciPy has it', () => {
  test.each(ESTIMATORS.proportions)('$k of $n, with both intervals', ({ k, n, wilson, exact }) => {
    const found = proportion(k, n);
    expectClose(found.ci, wilson);
    expectClose(proportion(k, n, 'exact').ci, exact);
    expect(found.share).toBe(k / n);
    expect(found.se).toBeCloseTo((wilson[1] - wilson[0]) / (2 * 1.959963984540054), 12);
  });

  test('expected shortfall of both tails, with its error', () => {
    const { n, cvar05, cvar05_se, cvar95, cvar95_se } = ESTIMATORS.tails;
    const found = summaryOf(sample(9, n).map((u) => Math.exp(3 * u)));
    expectClose([found.cvar05, found.cvar05_se, found.cvar95, found.cvar95_se], [cvar05, cvar05_se, cvar95, cvar95_se]);
  });

  test('Welch’s and the paired interval of a difference', () => {
    const [a, b] = [sample(1, 30), sample(2, 40).map((u) => 1.5 * u)];
    const noise = sample(3, 30);
    expectClose(independentDifference(meanOf(a), meanOf(b)).ci, ESTIMATORS.differences.welch);
    const c = a.map((value, i) => value + 0.3 * noise[i]!);
    expectClose(pairedDifference(a, c).ci, ESTIMATORS.differences.paired);
  });

  test('p-values adjusted by Holm’s and by Benjamini and Hochberg’s method', () => {
    const { p, holm: by_holm, bh } = ESTIMATORS.adjusted;
    expectClose(holm(p), by_holm, 1e-12);
    expectClose(benjaminiHochberg(p), bh, 1e-12);
  });

  test.each(ESTIMATORS.needed)('a half width of $half_width needs $needed permutations', (known) => {
    const { n, se, half_width, needed } = known;
    const found = permutationsNeeded({ n, se, relative_error: 0.05 }, half_width);
    expect(found.needed).toBe(needed);
    expect(found.at_most).toBeGreaterThanOrEqual(needed);
    expect(found.at_most).toBeLessThanOrEqual(Math.ceil(1.2 * needed) + 1);
  });

  test.each(ESTIMATORS.needed_for_shares)('$k of $n: a half width of $half_width needs $needed', (known) => {
    const { k, n, half_width, needed } = known;
    const found = permutationsNeededForShare(k, n, half_width);
    expect(found.needed).toBe(needed);
    expect(found.at_most).toBeGreaterThanOrEqual(needed);
  });
});

describe('p-values', () => {
  test('are (b + 1) / (n + 1), never 0', () => {
    expect(permutationPValue(0, 999)).toBe(0.001);
    expect(permutationPValue(999, 999)).toBe(1);
  });

  test('of 1,512 tests none can pass with fewer than 30,239 permutations', () => {
    expect(fewestForAnyResult(1512)).toBe(30_239);
    const smallest = (n: number): number => 1512 * permutationPValue(0, n);
    expect(smallest(30_238)).toBeGreaterThan(0.05);
    expect(smallest(30_239)).toBeLessThanOrEqual(0.05);
  });

  test('that are undefined are no tests', () => {
    expect(holm([NaN, 0.02, 0.04])).toEqual([NaN, 0.04, 0.04]);
    expect(benjaminiHochberg([0.04, NaN, 0.02])).toEqual([0.04, NaN, 0.04]);
    expect([holm([]), benjaminiHochberg([])]).toEqual([[], []]);
  });

  test('k intervals that hold together share the error', () => {
    expect([simultaneousTail(1), simultaneousTail(10)]).toEqual([0.025, 0.0025]);
  });
});

describe('permutations needed', () => {
  test('are not known without a spread, and endless for what never comes', () => {
    expect(permutationsNeeded({ n: 1, se: NaN, relative_error: NaN }, 1)).toMatchObject({ needed: NaN, at_most: NaN });
    expect(permutationsNeeded({ n: 100, se: 1e9, relative_error: NaN }, 1e-9).needed).toBe(Infinity);
    expect(permutationsNeededForShare(0, 0, 0.1)).toMatchObject({ half_width: NaN, needed: NaN });
  });
});

describe('shares of values', () => {
  test('missing of all rows, infinite and capped of those that are not missing', () => {
    const values = Float64Array.of(1, 999, 999, NaN, -Infinity, 3, NaN, 999);
    const found = valueShares(summaryOf(values), 999);
    expect([found.missing.count, found.missing.n]).toEqual([2, 8]);
    expect([found.infinite.count, found.infinite.n]).toEqual([1, 6]);
    expect([found.capped!.count, found.capped!.n]).toEqual([3, 6]);
    expect(valueShares(summaryOf(values), 1000).capped!.count).toBe(0);
    expect(valueShares(summaryOf(values)).capped).toBeUndefined();
  });
});

describe('pairedByPrefix', () => {
  test('of all pairs is what it is of the first ones, but for the spread of these', () => {
    const normal = normals(lcg(3));
    const a = Float64Array.from({ length: 4000 }, normal);
    const b = a.map((value) => value + 0.1 * normal() - 0.05);
    const whole = pairedDifference(a, b);
    const found = pairedByPrefix(meanOf(a), meanOf(b), pairedSample(a.subarray(0, 1000), b.subarray(0, 1000)));
    expect(found.difference).toBeCloseTo(whole.difference, 12);
    expect(found.se / whole.se).toBeGreaterThan(0.93);
    expect(found.se / whole.se).toBeLessThan(1.07);
    expect(found.n).toBe(4000);
  });

  test('a sample with more rows than the other adds what only it has', () => {
    const normal = normals(lcg(8));
    let hit = 0;
    for (let repetition = 0; repetition < 500; repetition++) {
      const a = Float64Array.from({ length: 400 }, normal);
      const b = a.slice(0, 200).map((value) => value + 0.1 * normal());
      const pairs = pairedSample(a.subarray(0, 100), b.subarray(0, 100));
      const [lower, upper] = pairedByPrefix(meanOf(a), meanOf(b), pairs).ci;
      if (lower <= 0 && upper >= 0) hit++;
    }
    expect(hit / 500).toBeGreaterThan(0.92);
    expect(hit / 500).toBeLessThan(0.98);
  });
});
