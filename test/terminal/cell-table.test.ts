import { describe, expect, it } from 'vitest';

import type { ReportedCell } from '../../src/report/marks/reported-cell.ts';
import { cellTable } from '../../src/terminal/cell-table.ts';
import { widthOf } from '../../src/terminal/fold.ts';
import { statisticsAt } from '../report/sample-data.ts';

const AXES = ['p_skip', 'slip_dollars', 'delay_bars_max', 'shuffle_mode', 'bootstrap_mode', 'block_len'];

/** Cells with so many axes; the metric is the number of the cell. */
function surface(count: number, axes = 2): ReportedCell[] {
  return Array.from({ length: count }, (_, i) => ({
    cell_id: `c9f3a0bd4f0f85${String(i).padStart(2, '0')}`,
    parameters: Object.fromEntries(
      AXES.slice(0, axes).map((name, a) => [name, name.endsWith('mode') ? `stationary_bootstrap_${i}` : i * (a + 1)]),
    ),
    n: 1000,
    statistics: { wait: statisticsAt(i, { mcse: 0.012345 + i / 1000 }) },
    precision: [],
  }));
}
const tableOf = (text: string): string[] => text.split('\n').slice(1);

describe('the cells of a surface', () => {
  it('are best and worst only where the model says which way is good', () => {
    const cells = surface(15);
    const plain = cellTable(cells, undefined, { wait: { unit: 'min' } });
    expect(plain).toMatch(/^wait \[min\] of the 6 highest and the 6 lowest of 15 cells, by its median:/);
    expect(plain).not.toMatch(/best|worst/);
    const ranked = cellTable(cells, { metric: 'wait', best: 'lowest' }, { wait: {} });
    expect(ranked).toMatch(/^wait of the 6 best and the 6 worst of 15 cells, by its median \(the lowest is best\):/);
    const first = (text: string): string => tableOf(text)[2]!.trim().split(/ {2,}/).at(-1)!;
    expect([first(plain), first(ranked)]).toEqual(['c9f3a0bd4f0f8514', 'c9f3a0bd4f0f8500']);
    expect(cellTable(surface(12), undefined, { wait: {} })).toMatch(/^wait of 12 cells:/);
  });

  it('that are not shown are counted, with where they are', () => {
    const text = cellTable(surface(15), undefined, { wait: {} });
    expect(text).toContain('and 3 more cells between them: aggregated/grid_summary.csv has all.');
    expect(tableOf(text)[8]!.trim()).toMatch(/^…( +…)+$/);
    expect(cellTable(surface(12), undefined, { wait: {} })).not.toContain('…');
  });

  it.each([60, 80, 120, 200])('fit %i columns with results first, and every cell has its parameters', (width) => {
    for (const axes of [1, 2, 6]) {
      const lines = tableOf(cellTable(surface(15, axes), undefined, { wait: {} }, { width }));
      const rows = lines.slice(
        0,
        lines.findIndex((line) => line.startsWith('and ')),
      );
      for (const line of rows) expect(widthOf(line), line).toBeLessThanOrEqual(width);
      expect(rows[0]!.trim()).toMatch(/^mean /);
      const titles = rows.slice(0, 2).join(' ');
      expect(titles).toMatch(/p_skip/);
      if (width >= 80) for (const name of AXES.slice(0, axes)) expect(titles).toContain(name.slice(0, 7));
    }
  });

  it('lose results, not parameters, where there is no room, and say which', () => {
    const text = cellTable(surface(3), undefined, { wait: {} }, { width: 60 });
    expect(text).toMatch(/\(no room for .*p95: aggregated\/grid_summary\.csv has all\)/);
    expect(tableOf(text)[0]).toMatch(/mean .*p_skip {2}slip_dollars/);
  });

  it('have no column whose every value is the same: it stands above the table, once', () => {
    const same = surface(3).map((cell) => ({
      ...cell,
      statistics: { wait: statisticsAt(5, { mean: cell.statistics['wait']!.mean }) },
    }));
    const text = cellTable(same, undefined, { wait: {} });
    expect(text).toContain('  the same in all of them: p50 5.0 ± 1.0, p05 2.0 ± 1.0, p95 8.0 ± 1.0');
    expect(text.match(/p50/g)).toHaveLength(1);
  });

  it('say that the model has more metrics than this one', () => {
    const cells = surface(2).map((cell) => ({ ...cell, statistics: { ...cell.statistics, other: statisticsAt(1) } }));
    expect(cellTable(cells, undefined, { wait: {}, other: {} })).toContain('Other metrics: other.');
  });
});
