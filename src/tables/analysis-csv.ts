import type { Analysis, QuantityAnalysis } from '../analysis/analyse.ts';
import type { BaselineTest } from '../analysis/baseline-tests.ts';
import type { Contrast } from '../analysis/contrasts.ts';
import { measure, quantityText } from '../analysis/quantity.ts';
import { csvField } from '../encoding/csv-field.ts';
import type { ParameterValue } from '../model/model.ts';
import { proportion, type Proportion } from '../statistics/proportion.ts';

type Field = string | number | boolean | undefined;
interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Field[])[];
}

/**
 * The analysis of a run as CSV, by the names of the files in aggregated/analysis/. Every file is there for every run, so that none of an earlier analysis
 * stays: where there is nothing to say it has its header alone. Numbers with all their digits; NaN where a number is undefined.
 * `exact`: thresholds have Clopper and Pearson's intervals, too.
 */
export function analysisFiles(analysis: Analysis, { exact = false } = {}): [name: string, text: string][] {
  const tables: [string, Table][] = [
    ['effects.csv', effects(analysis)],
    ['contrasts.csv', contrasts(analysis)],
    ['best.csv', best(analysis)],
    ['plateaus.csv', plateaus(analysis)],
    ['break_even.csv', breakEvens(analysis)],
    ['front.csv', front(analysis)],
    ['thresholds.csv', thresholds(analysis, exact)],
    ['shares.csv', shares(analysis)],
    ['needed.csv', needed(analysis)],
    ['baseline.csv', baseline(analysis)],
  ];
  return tables.map(([name, table]) => [name, csv(table)]);
}

function csv({ header, rows }: Table): string {
  const line = (fields: readonly Field[]): string =>
    fields.map((field) => csvField(field === undefined ? '' : String(field))).join(',');
  return [header, ...rows].map((fields) => `${line(fields)}\n`).join('');
}

const INTERVAL = ['lower', 'upper'] as const;

function of({ quantity: { metric, statistic } }: Pick<QuantityAnalysis, 'quantity'>): string[] {
  return [metric, statistic];
}
const OF = ['metric', 'statistic'];

function effects({ quantities }: Analysis): Table {
  return {
    header: [...OF, 'cells', 'sd_between', 'axis', 'with', 'df', 'share', 'se', ...INTERVAL],
    rows: quantities.flatMap((each) => {
      const { cells, sd_between, effects: found, rest } = each.effects;
      const start = [...of(each), cells, sd_between];
      return [
        ...found.map(({ axes, df, share, se, ci }) => [...start, axes[0], axes[1], df, share, se, ...ci]),
        ...(rest === undefined ? [] : [[...start, '(rest)', undefined, rest.df, rest.share, rest.se, ...rest.ci]]),
      ];
    }),
  };
}

const DIFFERENCE = ['n', 'difference', 'se', ...INTERVAL, 'simultaneous_lower', 'simultaneous_upper'];

function differenceFields({ n, difference, se, ci, simultaneous }: Contrast): Field[] {
  return [n, difference, se, ...ci, ...simultaneous];
}

function contrasts(analysis: Analysis): Table {
  const { grid, quantities } = analysis;
  const id = (cell: number): string => grid.cells[cell]!.cell_id;
  return {
    header: [...OF, 'axis', 'from', 'to', 'from_cell', 'to_cell', ...DIFFERENCE, 'side', 'paired', 'diagnostics'],
    rows: quantities.flatMap((each) =>
      each.neighbours.map((contrast) => {
        const { axis = '', from, to, side, paired, diagnostics } = contrast;
        const levels = [from, to].map((cell) => levelText(grid.cells[cell]!.parameters[axis]));
        return [
          ...of(each),
          axis,
          ...levels,
          id(from),
          id(to),
          ...differenceFields(contrast),
          side,
          paired,
          diagnostics.join(' '),
        ];
      }),
    ),
  };
}

/** All cells against the best one; which of them may be the best. */
function best({ grid, quantities }: Analysis): Table {
  const id = (cell: number): string => grid.cells[cell]!.cell_id;
  return {
    header: [...OF, 'better', 'best_cell', 'cell_id', ...DIFFERENCE, 'may_be_best', 'paired', 'diagnostics'],
    rows: quantities.flatMap((each) =>
      (each.best?.contrasts ?? []).map((contrast) => {
        const { from, to, side, paired, diagnostics } = contrast;
        const worse = each.better === 'highest' ? -1 : 1;
        const start = [...of(each), each.better, id(from), id(to)];
        return [...start, ...differenceFields(contrast), side !== worse, paired, diagnostics.join(' ')];
      }),
    ),
  };
}

function plateaus({ grid, quantities }: Analysis): Table {
  return {
    header: [...OF, 'better', 'region', 'kind', 'cells', 'value', 'se', 'at_edge', 'spans', 'cell_id'],
    rows: quantities.flatMap((each) =>
      (each.plateaus?.regions ?? []).flatMap(({ kind, cells, value, se, spans }, region) => {
        const text = spans.map(({ axis, from, to }) => (from === to ? `${axis} ${from}` : `${axis} ${from}..${to}`));
        const at_edge = spans.some((span) => span.at_edge);
        const start = [...of(each), each.better, region + 1, kind, cells.length, value, se, at_edge, text.join(' ')];
        return cells.map((cell) => [...start, grid.cells[cell]!.cell_id]);
      }),
    ),
  };
}

function breakEvens({ grid, quantities }: Analysis): Table {
  const axes = grid.axes.map(({ name }) => name);
  return {
    header: [...OF, 'level', 'axis', ...axes, 'cells', 'kind', 'at', ...INTERVAL, 'certain'],
    rows: quantities.flatMap(({ break_evens }) =>
      break_evens.flatMap(({ quantity, level, lines }) =>
        lines.map(({ axis, cells, kind, at, ci, certain }) => {
          const { parameters } = grid.cells[cells[0]!]!;
          const place = axes.map((name) => (name === axis ? undefined : levelText(parameters[name])));
          return [...of({ quantity }), level, axis, ...place, cells.length, kind, at, ...ci, certain];
        }),
      ),
    ),
  };
}

function front({ grid, front: found }: Analysis): Table {
  const aims = found?.aims ?? [];
  const names = aims.map(({ quantity, better }) => `${quantityText(quantity)}:${better}`);
  return {
    header: ['cell_id', 'on_front', 'probability', 'probability_se', ...names.flatMap((name) => [name, `${name}_se`])],
    rows: (found?.cells ?? []).map(({ cell, on_front, probability: { share, se } }) => {
      const values = aims.map(({ quantity }) => measure(grid.cells[cell]!, quantity));
      return [grid.cells[cell]!.cell_id, on_front, share, se, ...values.flatMap((each) => [each.value, each.se])];
    }),
  };
}

function thresholds({ grid: { cells } }: Analysis, exact: boolean): Table {
  return {
    header: ['cell_id', 'metric', 'threshold', ...PROPORTION, ...(exact ? ['exact_lower', 'exact_upper'] : [])],
    rows: cells.flatMap(({ cell_id, statistics }) =>
      Object.entries(statistics).flatMap(([metric, { n, thresholds: asked = [] }]) =>
        asked.map(({ threshold, count }) => [
          cell_id,
          metric,
          threshold,
          ...proportionFields(proportion(count, n)),
          ...(exact ? proportion(count, n, 'exact').ci : []),
        ]),
      ),
    ),
  };
}

const PROPORTION = ['count', 'n', 'share', 'se', ...INTERVAL];

function proportionFields({ count, n, share, se, ci }: Proportion): Field[] {
  return [count, n, share, se, ...ci];
}

/** Missing, infinite and capped values, in a line each. */
function shares({ grid: { cells }, quantities }: Analysis): Table {
  return {
    header: ['cell_id', 'metric', 'of', ...PROPORTION],
    rows: quantities.flatMap(({ quantity: { metric }, shares: found }) =>
      found.flatMap((values, cell) =>
        Object.entries(values).flatMap(([what, share]: [string, Proportion | undefined]) =>
          share === undefined ? [] : [[cells[cell]!.cell_id, metric, what, ...proportionFields(share)]],
        ),
      ),
    ),
  };
}

function needed({ grid: { cells }, quantities }: Analysis): Table {
  return {
    header: ['cell_id', ...OF, 'n', 'value', 'se', 'half_width', 'wished', 'needed', 'needed_at_most'],
    rows: quantities.flatMap((each) =>
      each.needed.flatMap((found, cell) => {
        if (found === undefined) return [];
        const { value, se } = measure(cells[cell]!, each.quantity);
        const { half_width, wished, needed: permutations, at_most } = found;
        return [
          [cells[cell]!.cell_id, ...of(each), cells[cell]!.n, value, se, half_width, wished, permutations, at_most],
        ];
      }),
    ),
  };
}

function baseline({ grid: { cells }, quantities }: Analysis): Table {
  const retention = (name: 'p50' | 'p05'): string[] =>
    ['', '_lower', '_upper'].map((end) => `${name}_over_baseline${end}`);
  return {
    header: [
      ...['cell_id', 'metric', 'baseline', 'higher', 'higher_se', 'equal', 'equal_se'],
      ...['p_high', 'p_low', 'p', 'p_holm', 'p_bh', 'undecided', 'fewest_permutations'],
      ...[...retention('p50'), ...retention('p05'), 'legacy_robust_score'],
    ],
    rows: quantities.flatMap((each) =>
      (each.baseline?.cells ?? []).map((test) => [
        cells[test.cell]!.cell_id,
        each.quantity.metric,
        ...baselineFields(test, each.baseline!.fewest_permutations),
      ]),
    ),
  };
}

function baselineFields(test: BaselineTest, fewest: number): Field[] {
  const { higher, equal, p_high, p_low, p, p_holm, p_bh, undecided, retention } = test;
  const kept = [retention?.p50, retention?.p05].flatMap((each) => [each?.share ?? NaN, ...(each?.ci ?? [NaN, NaN])]);
  return [
    ...[test.baseline, higher.share, higher.se, equal.share, equal.se],
    ...[p_high, p_low, p, p_holm, p_bh, undecided, fewest, ...kept, test.legacy_robust_score],
  ];
}

function levelText(value: ParameterValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
