import { describe, expect, it } from 'vitest';

import { areCurrent, completed } from '../../src/statistics/earlier-statistics.ts';
import type { MetricStatistics } from '../../src/statistics/summarise.ts';
import { statisticsAt } from '../report/sample-data.ts';

function without(...names: readonly (keyof MetricStatistics)[]): Partial<MetricStatistics> {
  const all = Object.entries(statisticsAt(5, { diagnostics: ['few_events'] }));
  return Object.fromEntries(all.filter(([name]) => !(names as readonly string[]).includes(name)));
}

describe('statistics of a summary', () => {
  it('of this version stay as they are, undefined numbers included', () => {
    const found = { loss: statisticsAt(5, { diagnostics: ['few_events'], cvar95: NaN }) };
    expect(completed(found)).toEqual(found);
    expect(areCurrent(completed(found))).toBe(true);
  });

  it('of the first version lack the diagnostics and all that came with them', () => {
    const { loss } = completed({
      loss: without('diagnostics', 'largest_share', 'cvar05', 'cvar05_se', 'cvar95', 'cvar95_se'),
    });
    expect(loss).toMatchObject({ diagnostics: ['earlier_version'], mean: 5, largest_share: NaN, cvar95_se: NaN });
  });

  it('that lack one statistic alone are of an earlier version, too: it is unknown, and what is known stays', () => {
    const found = completed({ loss: without('cvar95_se'), gain: statisticsAt(1) });
    expect(found['loss']).toMatchObject({ diagnostics: ['few_events', 'earlier_version'], cvar95: 9, cvar95_se: NaN });
    expect(found['gain']!.diagnostics).toEqual([]);
    expect(areCurrent(found)).toBe(false);
  });
});
