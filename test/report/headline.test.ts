import { describe, expect, it } from 'vitest';
import { drawnMetrics, extremesTable, facts } from '../../src/report/contents.ts';
import type { ReportedCell } from '../../src/report/marks/reported-cell.ts';
import { baselineText, cellTable } from '../../src/terminal/best-cells.ts';
import { fixedParametersText } from '../../src/wording/fixed-parameters-text.ts';
import { reportData, statisticsAt } from './sample-data.ts';

const METRICS = {
  other: {},
  gain: { unit: '%', headline: true },
  fall: { headline: true },
  ruin: { headline: true },
  trades: { headline: true },
};

/** A cell in which 12.5 % of the rows are below the baseline of `gain`, and `trades` is 40 throughout. */
function cell(cell_id: string, p: number): ReportedCell {
  const baseline = { value: 7, below: 0.125, below_se: 0.01, equal: 0.25, equal_se: 0.01 };
  const statistics = {
    other: statisticsAt(1),
    gain: statisticsAt(10 * p, { baseline }),
    fall: statisticsAt(30, { baseline: { ...baseline, value: 20, equal: 0 } }),
    ruin: statisticsAt(0.25, { min: 0, max: 1, mcse: 0.0137, n_ones: 250 }),
    trades: statisticsAt(40, { min: 40, max: 40 }),
  };
  return { cell_id, parameters: { p }, n: 1000, statistics, precision: [] };
}

describe('the headline metrics', () => {
  const cells = [cell('a', 1), cell('b', 2)];
  const text = cellTable(cells, { metric: 'gain', best: 'highest' }, METRICS);

  it('stand first on the terminal: medians, of 0/1 metrics the share, then the spread, then where the baseline lies', () => {
    const [, header, , first] = text.split('\n');
    expect(header!.split(/ {2,}/)).toEqual([
      ...['p', 'gain', 'fall', 'ruin', 'p05 to p95', 'p05 to p95', 'below baseline', 'below baseline'],
    ]);
    expect(first!.trim().split(/ {2,}/)).toEqual([
      ...['1', '10.0 ± 1.0', '30.0 ± 1.0', '0.250 ± 0.014', '7.00 to 13.0', '27.0 to 33.0'],
      ...['12.5 ± 1.0 % (+ 25.0 % equal)', '12.5 ± 1.0 %'],
    ]);
  });

  it('what is the same everywhere is no column, and is named once', () => {
    expect(text.match(/trades/g)).toHaveLength(1);
    expect(text).toContain('The same in every permutation of every cell: trades 40.');
  });

  it('a narrow terminal keeps the first of them', () => {
    const narrow = cellTable(cells, { metric: 'gain', best: 'highest' }, METRICS, 60);
    expect(narrow.split('\n')[1]).toMatch(/p +gain +fall +ruin/);
    for (const line of narrow.split('\n').slice(1, 5)) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('a model without any has the metric that ranks, as ever', () => {
    const plain = cellTable(cells, { metric: 'other', best: 'highest' }, { other: {} });
    expect(plain.split('\n')[1]!.split(/ {2,}/)).toEqual(['p', 'mean', 'p05', 'p50', 'p95']);
  });

  it('the baseline is told, once where all cells have the same', () => {
    expect(baselineText(cells, METRICS)).toBe('baseline  gain 7, fall 20 (unperturbed)');
    const other = {
      ...cell('c', 3),
      statistics: {
        ...cell('c', 3).statistics,
        gain: statisticsAt(1, { baseline: { value: 9.5, below: 0, below_se: 0, equal: 0, equal_se: 0 } }),
      },
    };
    expect(baselineText([...cells, other], METRICS)).toBe('baseline  gain 7 to 9.5, fall 20 (unperturbed)');
    expect(baselineText(cells, { other: {} })).toBe('');
  });

  it('come first in the report, with the rank of the baseline; what is the same everywhere is not drawn', () => {
    const data = reportData(cells, { metrics: METRICS });
    expect(drawnMetrics(data)).toEqual(['gain', 'fall', 'ruin', 'other']);
    expect(extremesTable(data, 'gain').header.at(-1)).toBe('below baseline');
    expect(extremesTable(data, 'gain').rows[0]!.at(-1)).toBe('12.5 ± 1.0 % (+ 25.0 % equal)');
    expect(extremesTable(data, 'other').header).not.toContain('below baseline');
  });
});

describe('parameters that do not vary', () => {
  const fixed = {
    given: { equity: 50000, sizing: 'equity' },
    from_inputs: { per_year: 17.583471002 },
    defaults: { cap: 999, mode: 'none' },
  };

  it('are listed by where they come from, in lines that fit', () => {
    expect(fixedParametersText(fixed)).toBe(
      'fixed     equity 50000, sizing equity\nfrom data per_year 17.5835\ndefaults  cap 999, mode none',
    );
    const many = { ...fixed, defaults: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`name_${i}`, i])) };
    for (const line of fixedParametersText(many, 60).split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(fixedParametersText({ given: {}, from_inputs: {}, defaults: {} })).toBe('');
  });

  it('stand in the report', () => {
    const rows = facts(reportData([], { fixed }));
    expect(rows).toContainEqual(['fixed parameters', 'equity 50000, sizing equity']);
    expect(rows).toContainEqual(['taken from the inputs', 'per_year 17.5835']);
    expect(rows).toContainEqual(['defaults', 'cap 999, mode none']);
    expect(facts(reportData([])).map(([name]) => name)).not.toContain('defaults');
  });
});
