import { describe, expect, test } from 'vitest';

import { analyse } from '../../src/analysis/analyse.ts';
import { analysedMetrics, heldAgainstLevels, quantityOf } from '../../src/analysis/aims.ts';
import { isStatistic, measure } from '../../src/analysis/quantity.ts';
import type { AnalysedCell } from '../../src/analysis/quantity.ts';
import { cellAt, crossed, meanAt, MEAN, surface } from './surface.ts';

const TWO: AnalysedCell[] = surface(crossed({ x: [0, 10, 20] }), ({ x }) => 3 - 0.1 * x!).map((cell, i) => ({
  ...cell,
  statistics: { ...cell.statistics, cost: meanAt(i, 0.1), same: meanAt(1, 0, { min: 1, max: 1 }) },
}));

describe('what is analysed', () => {
  test('what ranks, the headline and what has values that decide; else the first; never what is the same everywhere', () => {
    const metrics = { m: {}, cost: {}, same: { headline: true } };
    expect(analysedMetrics(TWO, { metrics })).toEqual(['m', 'cost']);
    expect(analysedMetrics(TWO, { metrics, ranking: { metric: 'cost', best: 'lowest' } })).toEqual(['cost']);
    expect(analysedMetrics(TWO, { metrics, thresholds: { cost: [1] } })).toEqual(['cost']);
    expect(analysedMetrics(TWO, { metrics: { ...metrics, cost: { goals: [{ at: 1 }] } } })).toEqual(['cost']);
    expect(analysedMetrics(TWO, { metrics, lead: ['cost', 'm', 'unknown'] })).toEqual(['cost', 'm']);
    expect(analysedMetrics([], { metrics })).toEqual([]);
  });

  test('its mean, and the median where a mean is not to be trusted or infinite', () => {
    expect(quantityOf(TWO, 'm')).toEqual(MEAN);
    const with_statistics = (more: Parameters<typeof meanAt>[2]): AnalysedCell[] => [
      ...TWO,
      { ...TWO[0]!, statistics: { m: meanAt(1, 1, more) } },
    ];
    expect(quantityOf(with_statistics({ diagnostics: ['heavy_tail'] }), 'm').statistic).toBe('p50');
    expect(quantityOf(with_statistics({ mean: Infinity }), 'm').statistic).toBe('p50');
  });

  test('a level is held against the tail on the bad side, or against both', () => {
    const statistics = (better: 'highest' | 'lowest' | undefined): string[] =>
      heldAgainstLevels(TWO, MEAN, better).map(({ statistic }) => statistic);
    expect(statistics('highest')).toEqual(['mean', 'p05']);
    expect(statistics('lowest')).toEqual(['mean', 'p95']);
    expect(statistics(undefined)).toEqual(['mean', 'p05', 'p95']);
  });
});

describe('measure(cell, quantity)', () => {
  const thresholds = [{ threshold: 2.5, count: 4, probability: 0.4, se: 0.01, ci: [0.38, 0.42] as const }];
  const cell = { ...cellAt('c', {}, 3, 0.5), statistics: { m: meanAt(3, 0.5, { thresholds }) } };

  test('knows means, quantiles, tail means and thresholds by the names of their columns', () => {
    const value = (statistic: string): number[] => {
      if (!isStatistic(statistic)) throw new Error(statistic);
      const { value: found, se } = measure(cell, { metric: 'm', statistic });
      return [found, se];
    };
    expect([value('mean'), value('p05'), value('cvar95'), value('p_gt_2.5'), value('p_gt_9')]).toEqual([
      [3, 0.5],
      [0, 1],
      [7, 1],
      [0.4, 0.01],
      [NaN, NaN],
    ]);
    expect(['median', 'p_gt_', 'p_gt_x', 'p50 '].filter(isStatistic)).toEqual([]);
  });

  test('an event that was not seen has an error all the same', () => {
    const unseen = meanAt(0, 0, { n_ones: 0 });
    const found = measure({ statistics: { m: { ...unseen, ci: { ...unseen.ci, mean: [0, 0.0038] } } } }, MEAN);
    expect(found.se).toBeCloseTo(0.0038 / 3.92, 5);
  });
});

describe('analyse(cells, declared)', () => {
  const declared = {
    metrics: { m: { good: 'high', goals: [{ at: 1.5 }] }, cost: { good: 'low' }, same: {} },
  } as const;

  test('answers every question about every quantity', () => {
    const found = analyse(TWO, declared, { quantities: [MEAN, { metric: 'cost', statistic: 'mean' }] });
    const [m, cost] = found.quantities;
    expect(m).toMatchObject({ better: 'highest', best: { cell: 0 } });
    expect(m!.break_evens.map(({ quantity, level, lines }) => [quantity.statistic, level, lines[0]!.kind])).toEqual([
      ['mean', 1.5, 'falls'],
      ['p05', 1.5, 'below'],
    ]);
    expect(m!.break_evens[0]!.lines[0]!.at).toBeCloseTo(15, 9);
    expect(m!.effects.effects.map(({ axes }) => axes)).toEqual([['x']]);
    expect(m!.neighbours).toHaveLength(2);
    expect(m!.plateaus!.regions).toEqual([expect.objectContaining({ kind: 'peak', cells: [0] })]);
    // 1 % of 3 is 0.03: the interval now is 0.2 wide to either side.
    expect(m!.needed[0]!.wished).toBeCloseTo(0.03, 12);
    expect(m!.needed[0]!.needed).toBeGreaterThan(40_000);
    expect(cost).toMatchObject({ better: 'lowest', break_evens: [] });
    expect(found.front!.cells.map(({ cell }) => cell)).toEqual([0]);
  });

  test('without a good direction there is no best cell, no plateau and no front', () => {
    const found = analyse(TWO, { metrics: { m: {} } }, { quantities: [MEAN] });
    expect(found.quantities[0]).toMatchObject({ better: undefined, best: undefined, plateaus: undefined });
    expect(found.front).toBeUndefined();
  });

  test('what is asked wins over what is declared', () => {
    const found = analyse(TWO, declared, { quantities: [MEAN], better: { m: 'lowest' }, levels: { m: [2] } });
    expect(found.quantities[0]).toMatchObject({ better: 'lowest', best: { cell: 2 } });
    expect(found.quantities[0]!.break_evens.map(({ level }) => level)).toEqual([2, 2]);
  });

  test('no cell, and one cell, have an analysis', () => {
    expect(analyse([], declared).quantities).toEqual([]);
    const one = analyse(TWO.slice(0, 1), declared);
    expect(one.quantities[0]).toMatchObject({ neighbours: [], best: { cell: 0, contrasts: [] } });
    expect(one.front).toBeUndefined();
  });

  test('is the same whatever order the cells were computed in: it knows nothing but the cells', () => {
    expect(analyse(TWO, declared)).toEqual(analyse(structuredClone(TWO), declared));
  });
});
