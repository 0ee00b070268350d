import { describe, expect, it } from 'vitest';

import { pageData } from '../../src/report/page-data.ts';
import type { PageData } from '../../src/report/page-format.ts';
import { firstState, parseState, stateText } from '../../src/report/page/state.ts';
import { barsOf, nearestCell, shareAbove, sliceOf } from '../../src/report/page/surface-data.ts';
import { sharedEdges } from '../../src/statistics/bins.ts';
import { countInBins } from '../../src/statistics/count-in-bins.ts';
import { BINS, countsOf, gridOf, reportData } from './sample-data.ts';

function samplePage(): PageData {
  const cells = gridOf({ a: [1, 2, 3], b: ['x', 'y'] });
  return pageData(reportData(cells, { bins: { loss: BINS }, counts: countsOf({ cells }) }));
}

describe('the data of the page', () => {
  const data = samplePage();
  const [metric] = data.metrics as [PageData['metrics'][number]];

  it('gives P(> t) as an exact count at every edge', () => {
    expect(BINS.edges.map((t) => shareAbove(metric, t, 0).value)).toEqual([11 / 12, 11 / 12, 3 / 12, 2 / 12]);
    expect(shareAbove(metric, 5, 0).value).toBeNaN();
  });

  it('gives the bars of a cell where its counts are', () => {
    const { bars, total } = barsOf(metric, 0);
    expect(total).toBe(12);
    expect(bars.map(({ low, high, count }) => [low, high, count])).toEqual([
      [10, 15, 5],
      [15, 20, 3],
      [20, 25, 0],
      [25, 30, 1],
    ]);
  });

  it('finds the cells of a slice, and the one next to another', () => {
    expect(sliceOf(data, 0, 0, undefined).map(({ cell }) => cell)).toEqual([0, 2, 4]);
    expect(sliceOf(data, 1, 0, 1)).toHaveLength(6);
    expect(nearestCell(data, 1, [[0, 2]])).toBe(5);
  });

  it('an address gives back the state that made it', () => {
    const first = firstState(data);
    expect(stateText(data, first)).toBe('');
    const state = {
      ...first,
      x: 1,
      y: -1,
      cell: 3,
      beside: 2,
      statistic: 'above' as const,
      t: 20,
      sort: 'a',
      descending: true,
      filters: [
        { column: 'a', low: 1, high: Infinity, level: '' },
        { column: 'b', low: -Infinity, high: Infinity, level: 'y' },
      ],
    };
    expect(parseState(data, `#${stateText(data, state)}`)).toEqual(state);
  });
});

describe('bins', () => {
  it('have short edges, those that are asked for among them, and hold every value once', () => {
    const found = sharedEdges({ low: -3.3, high: 41, log: false, whole: false, also: [12.34] });
    expect(found).toContain(12.34);
    expect(found[0]!).toBeLessThan(-3.3);
    expect(found.at(-1)!).toBeGreaterThanOrEqual(41);
    const values = Float64Array.from([-Infinity, -9, -3.3, 0, 12.34, 12.35, 41, 99, Infinity, NaN]);
    const rows = { perm_index: Uint32Array.from(values, (_, i) => i), columns: [values] };
    const [counted] = countInBins(() => [rows], [{ column: 0, edges: found }]);
    const inside = counted!.counts.reduce((sum, count) => sum + count, 0);
    expect([counted!.below, inside, counted!.above]).toEqual([2, 5, 2]);
    expect([counted!.lowest, counted!.highest]).toEqual([0, 8]);
    const above = found.slice(found.indexOf(12.34)).length - 1;
    expect(counted!.counts.slice(-above).reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('of whole numbers hold one number each where there are few', () => {
    expect(sharedEdges({ low: 1, high: 7, log: false, whole: true, also: [] })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('over many decades are as wide as their place asks', () => {
    const found = sharedEdges({ low: 0.02, high: 900, log: true, whole: false, also: [] });
    expect(found[0]!).toBeLessThan(0.02);
    expect(found.at(-1)!).toBeGreaterThanOrEqual(900);
    expect(found).toContain(1);
  });
});
