import { describe, expect, it } from 'vitest';
import { drawnMetrics, extremesTable, facts } from '../../src/report/contents.ts';
import type { ReportedCell } from '../../src/report/marks/reported-cell.ts';
import { cellTable } from '../../src/terminal/cell-table.ts';
import { reportHtml } from '../../src/report/report-html.ts';
import { reportMarkdown } from '../../src/report/report-markdown.ts';
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
    trades: statisticsAt(40, { min: 40, max: 40, other_value_at_most: 0.0037 }),
  };
  return { cell_id, parameters: { p }, n: 1000, statistics, precision: [] };
}

describe('the headline metrics', () => {
  const cells = [cell('a', 1), cell('b', 2)];
  const text = cellTable(cells, { metric: 'gain', best: 'highest' }, METRICS);

  const table = (of: string): string[][] =>
    of
      .slice(of.indexOf('Medians of'))
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/ {2,}/));

  it('stand first on the terminal: over all cells, from the lowest to the highest', () => {
    const lines = text.split('\n');
    expect(lines[0]).toBe('All 2 cells, from the lowest to the highest:');
    expect([1, 3, 4, 5].map((k) => lines[k]!.trim().split(/ {2,}/))).toEqual([
      ['baseline', 'medians', 'p05 to p95', 'below baseline'],
      ['gain [%]', '7', '10.00 to 20.00', '7.000 to 23.00', '12.5 %'],
      ['fall', '20', '30', '27.00 to 33.00', '12.5 %'],
      ['ruin', '-', '0.25'],
    ]);
    for (const line of lines.slice(0, 6)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('then for each cell: medians, of 0/1 metrics the share, then the spread; what varies; what every cell says alike stands above', () => {
    expect(text).toContain(
      '  the same in all of them: fall 30.0 ± 1.0, ruin 0.250 ± 0.014, below baseline 12.5 ± 1.0 % (+ 25.0 % equal), fall p05 to p95 27.0 to 33.0, below baseline 12.5 ± 1.0 %',
    );
    const [, header, , first] = table(text);
    expect(header).toEqual([...['gain', 'gain p05 to p95', 'p', 'cell']]);
    expect(first).toEqual([...['10.0 ± 1.0', '7.00 to 13.0', '1', 'a']]);
  });

  it('of one cell with its errors', () => {
    const [, , , gain, , ruin] = cellTable(cells.slice(0, 1), { metric: 'gain', best: 'highest' }, METRICS).split('\n');
    expect(gain!.trim().split(/ {2,}/)).toEqual([
      ...['gain [%]', '7', '10.0 ± 1.0', '7.000 to 13.00', '12.5 ± 1.0 % (+ 25.0 % equal)'],
    ]);
    expect(ruin!.trim().split(/ {2,}/)).toEqual(['ruin', '-', '0.250 ± 0.014']);
  });

  it('what is the same everywhere is no column, and is named once; only what is declared is without chance', () => {
    expect(text.match(/trades/g)).toHaveLength(1);
    expect(text).toMatch(
      /The same in every permutation so far: trades 40; another value has a chance of up to 0\.0037\./,
    );
    const declared = { ...METRICS, trades: { headline: true, constant: true } } as const;
    const told = cellTable(cells, { metric: 'gain', best: 'highest' }, declared);
    expect(told).toContain('Not random, and the same in every cell: trades 40.');
    expect(told).not.toContain('so far');
  });

  it('that ruin was never seen is an answer, with an error', () => {
    const none = statisticsAt(0, { min: 0, max: 0, mcse: 0, n_ones: 0, other_value_at_most: 0.0037 });
    const never = cells.map((each) => ({ ...each, statistics: { ...each.statistics, ruin: { ...none } } }));
    never.forEach(({ statistics }) => Object.assign(statistics.ruin.ci, { mean: [0, 0.004] }));
    const shown = table(cellTable(never, { metric: 'gain', best: 'highest' }, METRICS));
    expect(shown[0]!.join()).toContain('ruin 0.0000 ± 0.0010');
  });

  it('a model without any has the metric that ranks, as ever', () => {
    const plain = cells.map((each, k) => ({ ...each, statistics: { other: statisticsAt(k) } }));
    const lines = cellTable(plain, { metric: 'other', best: 'highest' }, { other: {} }).split('\n');
    expect(lines[1]!.trim().split(/ {2,}/)).toEqual(['mean', 'p50', 'p05', 'p95', 'p', 'cell']);
  });

  it('come first in the report, with the rank of the baseline; what is the same everywhere is not drawn', () => {
    const data = reportData(cells, { metrics: METRICS });
    const markdown = reportMarkdown(data);
    expect(markdown).toContain('## At a glance');
    expect(markdown.indexOf('## At a glance')).toBeLessThan(markdown.indexOf('cells are complete'));
    expect(markdown.indexOf('## At a glance')).toBeLessThan(markdown.indexOf('## What was run'));
    expect(reportHtml(data)).toContain('<h2 id="h-surface">The surface</h2>');
    expect(reportMarkdown(reportData(cells, { metrics: { gain: {} } }))).not.toContain('At a glance');
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
