import { describe, expect, it } from 'vitest';

import { axesOf } from '../../src/report/marks/axes.ts';
import type { MetricSpec } from '../../src/model/model.ts';
import { drawnMetrics, extremesTable } from '../../src/report/contents.ts';
import { extremes } from '../../src/report/extremes.ts';
import type { MetricStatistics } from '../../src/statistics/summarise.ts';
import { cellTable } from '../../src/terminal/cell-table.ts';
import { escapeHtml, escapeMarkdown } from '../../src/report/marks/escape.ts';
import { findings } from '../../src/report/findings.ts';
import { overview } from '../../src/report/overview.ts';
import { limits } from '../../src/report/limits.ts';
import { lineChartData } from '../../src/report/marks/lines.ts';
import { reportHtml } from '../../src/report/report-html.ts';
import { reportMarkdown } from '../../src/report/report-markdown.ts';
import { tableFiles, viewCsv } from '../../src/report/report-csv.ts';
import * as names from '../../src/report/report-files.ts';
import { surfacePictures } from '../../src/report/surface-pictures.ts';
import { axisOver, px, tickText } from '../../src/report/svg/frame.ts';
import { heatMap } from '../../src/report/svg/heat-map.ts';
import { lineChart } from '../../src/report/svg/line-chart.ts';
import { BINS, cell, countsOf, gridOf, reportData, statisticsAt, undefinedStatistics } from './sample-data.ts';

/** Every element is closed in order: what a browser would repair, it would also draw wrongly. */
function openElements(markup: string): string[] {
  const open: string[] = [];
  const empty = ['meta', '!doctype'];
  for (const [, slash, name, closed] of markup.matchAll(/<(\/?)([!a-z0-9]+)[^<>]*?(\/?)>/gi)) {
    if (empty.includes(name!.toLowerCase()) || closed === '/') continue;
    if (slash === '') open.push(name!);
    else expect(open.pop()).toBe(name);
  }
  return open;
}

describe('escaping', () => {
  it('leaves no character that HTML or an attribute would read', () => {
    expect(escapeHtml(`<b a="1" c='2'>&\u0000`)).toBe('&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp; ');
  });

  it('keeps a Markdown table in one piece, and its text as text', () => {
    expect(escapeMarkdown('a|b\n<i> *x* & [y]')).toBe('a\\|b \\<i\\> \\*x\\* &amp; \\[y\\]');
  });

  it('holds for every text that a study or a model brings', () => {
    const bad = `<script>alert("1")</script>&'|`;
    const cells = gridOf({ [bad]: [bad, 'b'], x: [1, 2, 3] }).map((each) => ({
      ...each,
      statistics: { [bad]: each.statistics['loss']! },
    }));
    const data = reportData(cells, {
      name: bad,
      model: bad,
      metrics: { [bad]: { unit: bad, description: bad } },
      parameters: { [bad]: { unit: bad } },
      inputs: { [bad]: bad },
      study_text: bad,
      caveats: [bad],
      views: [{ title: bad, x: 'x', y: bad, series: bad }],
      cells_total: 10,
      incomplete: [
        { cell_id: bad, rows: 1, n_target: 9, n_failures: 1, reason: bad, partial: undefined, bounded: undefined },
      ],
      failures: [{ cell_id: bad, perm_index: 1, seed: '1', error_class: bad, message: bad }],
    });
    const html = reportHtml(data);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;|');
    expect(openElements(html)).toEqual([]);
    expect(reportMarkdown(data)).not.toMatch(/[^\\]<script/);
  });
});

describe('the report', () => {
  const data = reportData(gridOf({ p: [0, 0.1, 0.2] }));

  it('needs nothing from elsewhere', () => {
    const html = reportHtml(data);
    expect(html).not.toMatch(/https?:|<script|<link|@import|url\(/);
    // The page's own program is all that may run, by its hash.
    const alive = reportHtml({ ...data, bins: { loss: BINS }, counts: countsOf(data) }, 'start()');
    expect(alive).toContain("script-src 'sha256-");
    expect(alive).not.toMatch(/https?:|<link|@import|url\(|src=/);
    expect(html).toContain('prefers-color-scheme:dark');
  });

  it('is the same text for the same data', () => {
    expect(reportHtml(data)).toBe(reportHtml(structuredClone(data)));
    expect(reportMarkdown(data)).toBe(reportMarkdown(structuredClone(data)));
  });

  it('says every number with its Monte Carlo error', () => {
    expect(extremesTable(data, 'loss').rows).toEqual([
      ['0.2', '12.0 ± 1.0', '9.0 ± 1.0', '12.0 ± 1.0', '15.0 ± 1.0'],
      ['0.1', '11.0 ± 1.0', '8.0 ± 1.0', '11.0 ± 1.0', '14.0 ± 1.0'],
      ['0', '10.0 ± 1.0', '7.0 ± 1.0', '10.0 ± 1.0', '13.0 ± 1.0'],
    ]);
  });

  it('of a run without a complete cell says so and draws nothing', () => {
    const empty = reportData([], { cells_total: 3, views: [{ title: 'v', x: 'p', y: 'loss' }] });
    const html = reportHtml(empty);
    expect(html).toContain('0 of 3 cells are complete');
    expect(html).not.toContain('<svg');
    expect(openElements(html)).toEqual([]);
    expect(reportMarkdown(empty)).toContain('**Problem:** 0 of 3 cells');
  });

  it('of one cell, of undefined and of infinite values draws no coordinate that is not a number', () => {
    const odd = { ...cell('odd', { p: 0.3 }, 1), statistics: { loss: undefinedStatistics() } };
    const infinite = { ...cell('inf', { p: 0.4 }, 1), statistics: { loss: statisticsAt(Infinity, { mean: NaN }) } };
    for (const cells of [[odd], [infinite], [cell('one', {}, 5)], [...gridOf({ p: [0, 0.1] }), odd, infinite]]) {
      const html = reportHtml(reportData(cells, { views: [{ title: 'v', x: 'p', y: 'loss' }] }));
      expect(html).not.toMatch(/="[^"]*(NaN|Infinity)[^"]*"/);
      expect(openElements(html)).toEqual([]);
    }
  });

  it('of a thousand cells stays below a megabyte and lists a part, naming the file with all', () => {
    const cells = gridOf({
      a: Array.from({ length: 10 }, (_, i) => i),
      b: Array.from({ length: 10 }, (_, i) => `level ${i}`),
      c: Array.from({ length: 10 }, (_, i) => i),
    });
    const html = reportHtml(reportData(cells));
    expect(html.length).toBeLessThan(1e6);
    expect(html).toContain('The first 100 of 1,000 cells; tables/cells.csv has all of them');
    // One picture of all of them first, then values beside errors.
    expect(html.match(/<svg[^>]*aria-label="All 1000 cells/g)).toHaveLength(1);
    expect(html.match(/data-cell=/g)).toHaveLength(3000);
  });

  it('writes every table that it names', () => {
    const cells = gridOf({ p: [0, 1] });
    const full = reportData(cells, {
      views: [{ title: 'v', x: 'p', y: 'loss' }],
      ranking: {
        metric: 'loss',
        best: 'lowest',
        paired: false,
        compared: 2,
        n_undefined: 0,
        cells: [{ cell: cells[0]!, difference: undefined, told_apart: false }],
      },
      pooled: [{ cell: cells[0]!, rates: {} }],
      paths: [{ cell: cells[0]!, along: 'trades', n: 1, courses: [] }],
    });
    const written = tableFiles(full, true).map(([name]) => name);
    const { CELLS_FILE, ...others } = names;
    const named = Object.values(others).filter((name) => typeof name === 'string');
    expect(named.filter((name) => !written.includes(name))).toEqual([]);
    const links = [...reportHtml(full).matchAll(/href="([^"]*)"/g)].map(([, href]) => href!);
    expect(links).toContain(names.BEST_FILE);
    const files = links.filter((link) => !link.startsWith('#'));
    expect(files.filter((link) => ![...written, CELLS_FILE].includes(link))).toEqual([]);
  });

  it('puts problems first', () => {
    const spoilt = reportData(gridOf({ p: [0, 1] }), {
      cells_total: 3,
      incomplete: [
        {
          cell_id: 'x',
          rows: 7,
          n_target: 9,
          n_failures: 1,
          reason: 'rows are missing',
          partial: undefined,
          bounded: undefined,
        },
      ],
      failures: [{ cell_id: 'x', perm_index: 3, seed: '9', error_class: 'RangeError', message: 'no' }],
      disturbed: [{ cell_id: 'c0', n_conflicting_duplicates: 2, n_duplicates_dropped: 3, n_rows_damaged: 1 }],
    });
    const found = findings(spoilt);
    expect(found.map(({ level }) => level)).toEqual(['bad', 'bad', 'bad', 'note']);
    expect(found[1]!.text).toContain('RangeError 1');
    expect(found[2]!.text).toContain('2 rows were found twice, with different values');
    const html = reportHtml(spoilt);
    expect(html.indexOf('2 of 3 cells')).toBeLessThan(html.indexOf('<ol class="answers">'));
  });

  it('says where a metric meets its cap, is undefined, or knows no chance', () => {
    const capped = {
      ...cell('a', { p: 0, cap: 12 }, 1),
      statistics: { loss: statisticsAt(10, { p95: 12, p99: 12, max: 12 }) },
    };
    const missing = {
      ...cell('b', { p: 1, cap: 12 }, 1),
      statistics: { loss: statisticsAt(1, { n: 990, n_nan: 10 }) },
    };
    const texts = (cells: Parameters<typeof reportData>[0]): string =>
      findings(reportData(cells, { metrics: { loss: { cap: 'cap' } } }))
        .map(({ text }) => text)
        .join('\n');
    expect(texts([capped, missing])).toContain(
      'loss reaches its cap (cap) in 1 cell, in the worst of them in at least 5 %',
    );
    expect(texts([capped, missing])).toContain('undefined in 10 permutations of 1 cell');
    const unused = { ...missing, statistics: { loss: undefinedStatistics() } };
    expect(texts([capped, unused])).toContain('undefined in 1,000 permutations of 1 cell');
    expect(texts([unused])).toContain('Undefined in every permutation, so without statistics: loss.');
    expect(texts([unused])).not.toContain('over the others');
  });

  it('says that chance has no part only in what the model declares constant; equal rows have a bound', () => {
    const equal = {
      ...cell('a', { p: 0 }, 1),
      statistics: { loss: statisticsAt(1, { sd: 0, other_value_at_most: 0.00368 }) },
    };
    const other = cell('b', { p: 1 }, 1);
    const texts = (constant: MetricSpec['constant'], cells = [equal, other]): string =>
      findings(reportData(cells, { metrics: { loss: constant === undefined ? {} : { constant } } }))
        .map(({ level, text }) => `${level}: ${text}`)
        .join('\n');
    expect(texts(undefined)).toContain('note: All rows are equal: loss in 1 of 2 cells.');
    expect(texts(undefined)).toContain('a chance of at most 0.0037 (about 3.7 / n)');
    expect(texts(undefined)).not.toContain('They are not random');
    expect(texts([{ p: 0 }])).toContain('as the model declares: loss in 1 of 2 cells. They are not random.');
    expect(texts([{ p: 0 }])).not.toContain('All rows are equal');
    expect(texts(true, [equal])).toContain('as the model declares: loss. They');
    expect(texts(true)).toContain(
      'bad: Declared constant by the model, but different between permutations: loss in 1 of 2 cells.',
    );
  });

  it('marks a mean whose interval is not to be trusted, wherever it stands, and says it first', () => {
    const heavy = { ...cell('a', { p: 0 }, 1), statistics: { loss: statisticsAt(1, { diagnostics: ['heavy_tail'] }) } };
    const data = reportData([heavy, cell('b', { p: 1 }, 5)], { permutations: 1000 });
    expect(findings(data)[0]).toEqual({
      level: 'bad',
      doubt: true,
      text: expect.stringContaining('is not reliable, see the median: loss in 1 of 2 cells.') as string,
    });
    const table = extremesTable(data, 'loss');
    expect(table.rows.map(([, mean]) => mean)).toEqual(['5.0 ± 1.0', '1.0 ± 1.0 !']);
    expect(table.note).toContain('!: do not trust the interval of this mean');
    expect(extremesTable(reportData([cell('b', { p: 1 }, 5)]), 'loss').note).toBe('');
    const terminal = cellTable(data.cells, { metric: 'loss', best: 'highest' }, {});
    expect(terminal).toContain('1.0 ± 1.0 !');
    expect(terminal).toContain('!: do not trust this interval');
  });

  it('with few permutations says that they carry little, with rare events how they were counted', () => {
    const texts = (n: number, more: Partial<MetricStatistics> = {}): string =>
      findings(
        reportData([{ ...cell('a', {}, 1), n, statistics: { loss: statisticsAt(1, { n, ...more }) } }], {
          permutations: n,
        }),
      )
        .map(({ text }) => text)
        .join('\n');
    expect(texts(3)).toContain('3 permutations are few');
    expect(texts(29)).toContain('permutations are few');
    expect(texts(60)).not.toContain('permutations are few');
    expect(texts(1)).toContain('single draws');
    expect(texts(1000, { diagnostics: ['few_events'] })).toContain('Fewer than 10 permutations have the rarer');
  });

  it('an infinite mean stands with that of the finite rows, and a probability has the same error everywhere', () => {
    const finite = { n: 900, mean: 2.5, sd: 3, mcse: 0.1, ci: [2.3, 2.7] as const };
    const infinite = statisticsAt(7, {
      mean: Infinity,
      mcse: NaN,
      sd: NaN,
      n_infinite: 100,
      finite,
      diagnostics: ['infinite_rows'],
    });
    const thresholds = [{ threshold: 1, count: 1, probability: 0.1, se: 0.05, ci: [0, 0.2] as const }];
    const cells = [
      { ...cell('a', { p: 0 }, 1), statistics: { loss: { ...infinite, thresholds } } },
      { ...cell('b', { p: 1 }, 1), statistics: { loss: statisticsAt(3, { thresholds }) } },
    ];
    const [first] = extremesTable(reportData(cells), 'loss').rows;
    expect(first![1]).toBe('Infinity (900 finite: 2.50 ± 0.10)');
    expect(first!.at(-1)).toBe('0.100 ± 0.050');
    const terminal = cellTable(cells, { metric: 'loss', best: 'highest' }, {});
    expect(terminal).toContain('Infinity (900 finite: 2.50 ± 0.10)');
    expect(terminal).toContain('the same in all of them: P(loss > 1) 0.100 ± 0.050');
  });

  it('orders cells with undefined medians last, and infinite ones as the numbers they are', () => {
    const at = (id: string, p50: number): ReturnType<typeof cell> => ({
      ...cell(id, { id }, 1),
      statistics: { loss: statisticsAt(0, { p50 }) },
    });
    const cells = [
      at('undefined', NaN),
      at('low', -Infinity),
      at('five', 5),
      at('high', Infinity),
      at('other', Infinity),
    ];
    expect(extremes(cells, 'loss', 'p50', 10).cells.map(({ cell_id }) => cell_id)).toEqual([
      'high',
      'other',
      'five',
      'low',
      'undefined',
    ]);
    const many = [...Array.from({ length: 12 }, (_, i) => at(`m${i}`, i)), ...cells];
    const shown = cellTable(many, { metric: 'loss', best: 'lowest' }, {})
      .split('\n')
      .slice(4, -1)
      .map((line) => line.trim().split(/ +/).at(-1));
    expect(shown).toEqual(['low', 'm0', 'm1', 'm2', 'm3', 'm4', '…', 'm9', 'm10', 'm11', 'high', 'other', 'undefined']);
  });

  it('says what its numbers do not say, and what the model adds to that', () => {
    const said = limits(reportData([], { caveats: ['Trades are few.'], sharing: 'shared' })).join('\n');
    expect(said).toContain('simulation noise alone');
    expect(said).toContain('same random draws');
    expect(said).toMatch(/Trades are few\.$/);
  });

  it('draws the metrics that were asked for first', () => {
    const metrics = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`m${i}`, {}]));
    const statistics = Object.fromEntries(Object.keys(metrics).map((name) => [name, statisticsAt(1)]));
    const thresholds = [{ threshold: 1, count: 1, probability: 0.1, se: 0.05, ci: [0, 0.2] as const }];
    const one = { ...cell('a', {}, 1), statistics: { ...statistics, m19: statisticsAt(1, { thresholds }) } };
    const drawn = drawnMetrics(reportData([one], { metrics, views: [{ title: '', x: 'm0', y: 'm7' }] }));
    expect(drawn).toEqual(['m19', 'm7', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5']);
  });
});

describe('axes', () => {
  it('are what varies, numbers ascending; a parameter that is only switched on is none', () => {
    const cells = [
      cell('a', { mode: 'blocks', len: 5, n: 10, fixed: 1 }, 1),
      cell('b', { mode: 'none', n: 9, fixed: 1 }, 2),
    ];
    expect(axesOf(cells)).toEqual([
      { name: 'mode', levels: ['blocks', 'none'], numeric: false },
      { name: 'n', levels: ['9', '10'], numeric: true },
    ]);
    // Unless nothing else tells the cells apart.
    expect(axesOf([cell('a', { rate: 5 }, 1), cell('b', {}, 2)]).map(({ name }) => name)).toEqual(['rate']);
  });
});

describe('lines', () => {
  it('join the cells that differ in x alone, sorted by it', () => {
    const cells = gridOf({ x: [3, 1, 2], kind: ['slow', 'quick'] });
    const chart = lineChartData(cells, { title: 't', x: 'x', y: 'loss', series: 'kind' })!;
    expect(chart.panels).toHaveLength(1);
    expect(
      chart.panels[0]!.lines.map(({ label, points }) => [label, points.map(({ x, value }) => [x, value])]),
    ).toEqual([
      [
        'kind slow',
        [
          [1, 12],
          [2, 14],
          [3, 10],
        ],
      ],
      [
        'kind quick',
        [
          [1, 13],
          [2, 15],
          [3, 11],
        ],
      ],
    ]);
  });

  it('are none where no two cells differ in x alone, and keep to `where`', () => {
    expect(
      lineChartData([cell('a', { x: 1, k: 1 }, 1), cell('b', { x: 2, k: 2 }, 2)], { title: '', x: 'x', y: 'loss' }),
    ).toBeUndefined();
    const chart = lineChartData(gridOf({ x: [1, 2], kind: ['a', 'b'] }), {
      title: '',
      x: 'x',
      y: 'loss',
      where: { kind: ['b'] },
    })!;
    expect(chart.panels[0]!.lines.map(({ points }) => points.map(({ cell_id }) => cell_id))).toEqual([['c1', 'c3']]);
  });

  it('too many for one panel are spread over panels that hold the series, and every point is in the table', () => {
    const chart = lineChartData(gridOf({ x: [1, 2], kind: ['a', 'b'], k: [1, 2, 3, 4, 5, 6] }), {
      title: '',
      x: 'x',
      y: 'loss',
      series: 'kind',
    })!;
    expect(chart.panels.map(({ title, lines }) => [title, lines.length])).toEqual(
      [1, 2, 3, 4, 5, 6].map((k) => [`k ${k}`, 2]),
    );
    expect(viewCsv(chart).trim().split('\n')).toHaveLength(1 + 24);
    expect(viewCsv(chart).split('\n')[0]).toBe('cell_id,panel,line,x,loss_mean,mcse,ci_low,ci_high');
  });

  it('run over another metric, too', () => {
    const cells = [10, 20].map((load) => ({
      ...cell(`c${load}`, { load }, load),
      statistics: { loss: statisticsAt(load), rate: statisticsAt(load / 10) },
    }));
    const chart = lineChartData(cells, { title: '', x: 'rate', y: 'loss' })!;
    expect(chart.panels[0]!.lines[0]!.points.map(({ x, value }) => [x, value])).toEqual([
      [1, 10],
      [2, 20],
    ]);
  });
});

describe('charts', () => {
  it('a line chart puts its points where its scales say, and a band only under a median', () => {
    const cells = gridOf({ x: [0, 1, 2] });
    const mean = lineChartData(cells, { title: 't', x: 'x', y: 'loss' })!;
    const svg = lineChart(mean, mean.panels[0]!, { x: 'x', y: 'y' });
    // x from 72 to 434, y from 242 (8: the lowest end of an interval) to 16 (14).
    expect(svg).toContain('<path class="line" d="M72,166.67L253,129L434,91.33"');
    expect(svg).toContain('x1="72" y1="242" x2="72" y2="91.33"');
    expect(svg).not.toContain('class="band"');
    const median = lineChartData(cells, { title: 't', x: 'x', y: 'loss', statistic: 'p50' })!;
    expect(lineChart(median, median.panels[0]!, { x: 'x', y: 'y' })).toContain('class="band"');
  });

  it('values that double stand at equal distances, though they span little', () => {
    const at = (values: number[]): string[] => {
      const data = lineChartData(gridOf({ x: values }), { title: 't', x: 'x', y: 'loss' })!;
      const svg = lineChart(data, data.panels[0]!, { x: 'x', y: 'y' });
      return [.../class="line" d="([^"]*)"/.exec(svg)![1]!.matchAll(/[ML]([\d.]+),/g)].map((match) => match[1]!);
    };
    expect(at([1, 2, 4, 8])).toEqual(['72', '192.67', '313.33', '434']);
    expect(at([1, 2, 4, 7])).toEqual(['72', '132.33', '253', '434']);
  });

  it('two axes become a map of values beside a map of errors, with a hole where no cell is', () => {
    const cells = gridOf({ a: [1, 2], b: [1, 2, 3] }).slice(1);
    const [value, error] = surfacePictures(reportData(cells), 'loss');
    expect(value!.svg.match(/<rect/g)).toHaveLength(6);
    expect(value!.svg).toContain('no complete cell');
    expect(value!.caption).toBe('median of loss [USD]: 11 (dark) to 15 (bright)');
    expect(error!.caption).toBe('Monte Carlo standard error of the median of loss [USD]: 0 (bright) to 1 (dark)');
  });

  it('one number becomes a line, with a category a line each; a category alone the cells in order', () => {
    expect(surfacePictures(reportData(gridOf({ a: [1, 2, 3] })), 'loss')).toHaveLength(1);
    const two = surfacePictures(reportData(gridOf({ a: [1, 2, 3], kind: ['x', 'y'] })), 'loss');
    expect(two).toHaveLength(1);
    expect(two[0]!.svg.match(/class="line"/g)).toHaveLength(2);
    const many = overview(reportData(gridOf({ kind: Array.from({ length: 20 }, (_, i) => `k${i}`) })));
    expect(many!.svg.match(/class="dot"/g)).toHaveLength(20);
    expect(many!.caption).toContain('All cells in order');
  });

  it('a map whose values are all equal has one colour', () => {
    const svg = heatMap(
      {
        title: '',
        x: { name: 'x', levels: ['1', '2'] },
        y: { name: 'y', levels: ['1'] },
        values: [[5, 5]],
        say: () => '',
      },
      'value',
    );
    expect(new Set(svg.match(/fill="#[0-9a-f]+"/g))).toEqual(new Set(['fill="#21918c"']));
  });

  it('ticks are short, and those that would overlap are left out', () => {
    expect([0.25, 1000, 2e6, 0, -0.00001].map(tickText)).toEqual(['0.25', '1,000', '2e6', '0', '-1e-5']);
    expect(px(1 / 3)).toBe('0.33');
    const axis = axisOver([1, 2, 3, 1000], [0, 100], { log: false, marked: true, room: () => 20 });
    expect(axis.ticks).toEqual([
      { at: 0, text: '1' },
      { at: 100, text: '1,000' },
    ]);
  });
});
