import type { PageData, PageMetric } from '../page-format.ts';
import { STATISTICS, type Statistic } from './surface-data.ts';

/** A range that cells must be in: of a statistic of a metric, or of a numeric axis; or a level of an axis. */
export interface Filter {
  /** Name of an axis or a metric. */
  readonly column: string;
  readonly low: number;
  readonly high: number;
  /** Of an axis that is no number. */
  readonly level: string;
}

/** Everything that the reader has chosen; the part of the address behind # holds it. */
export interface State {
  readonly metric: number;
  readonly statistic: Statistic;
  readonly t: number;
  readonly x: number;
  /** -1: none, a line over x. */
  readonly y: number;
  readonly cell: number;
  /** The cell that is held beside it; -1: the unperturbed case, where there is one. */
  readonly beside: number;
  /** Name of a column of the table. */
  readonly sort: string;
  readonly descending: boolean;
  readonly filters: readonly Filter[];
}

/** The state of a page that was just opened. */
export function firstState(data: PageData): State {
  const [x, y] = firstAxes(data);
  const metric = data.metrics[0]!;
  return {
    metric: 0,
    statistic: metric.first,
    t: firstThreshold(metric),
    x,
    y,
    cell: bestCell(data),
    beside: -1,
    sort: '',
    descending: false,
    filters: [],
  };
}

/** The numeric axis with most levels lies; the next one stands. */
function firstAxes({ axes }: PageData): [x: number, y: number] {
  const order = axes
    .map(({ levels, numeric }, a) => ({ a, rank: (numeric ? 1000 : 0) + levels.length }))
    .sort((p, q) => q.rank - p.rank)
    .map(({ a }) => a);
  return [order[0] ?? -1, order[1] ?? -1];
}

export function firstThreshold({ edges, thresholds, goals }: PageMetric): number {
  const wanted = thresholds[Math.floor(thresholds.length / 2)] ?? goals[0]?.at;
  return wanted !== undefined && edges.includes(wanted) ? wanted : edges[Math.floor(edges.length / 2)]!;
}

/** The best by the first metric, on its good side. */
function bestCell({ metrics }: PageData): number {
  const { columns, first, good } = metrics[0]!;
  const sign = good === 'low' ? -1 : 1;
  const values = columns[first].map((value) => (typeof value === 'number' ? sign * value : -Infinity));
  return values.reduce((best, value, cell) => (value > values[best]! ? cell : best), 0);
}

/** The state in the part of an address behind #; what it does not say, or says wrongly, stays as it opens. */
export function parseState(data: PageData, hash: string): State {
  const first = firstState(data);
  if (!hash.includes('=')) return first;
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const index = (key: string, names: readonly string[], otherwise: number): number => {
    const found = names.indexOf(given.get(key) ?? '');
    return found < 0 ? otherwise : found;
  };
  const axes = data.axes.map(({ name }) => name);
  const metric = index(
    'm',
    data.metrics.map(({ name }) => name),
    first.metric,
  );
  const spec = data.metrics[metric]!;
  const statistic = STATISTICS.find((name) => name === given.get('s')) ?? spec.first;
  const t = Number(given.get('t') ?? NaN);
  const x = index('x', axes, first.x);
  const y = given.get('y') === '' ? -1 : index('y', axes, first.y);
  return {
    metric,
    statistic,
    t: spec.edges.includes(t) ? t : firstThreshold(spec),
    x,
    y: y === x ? -1 : y,
    cell: index('cell', data.ids, first.cell),
    beside: index('beside', data.ids, -1),
    sort: given.get('sort')?.replace(/^-/, '') ?? '',
    descending: given.get('sort')?.startsWith('-') ?? false,
    filters: given.getAll('only').flatMap(parseFilter),
  };
}

/** Only what differs from how the page opens. */
export function stateText(data: PageData, state: State): string {
  const first = firstState(data);
  const text = new URLSearchParams();
  const axis = (a: number): string => data.axes[a]?.name ?? '';
  const metric = data.metrics[state.metric]!;
  if (state.metric !== first.metric) text.set('m', metric.name);
  if (state.statistic !== metric.first) text.set('s', state.statistic);
  if (state.statistic === 'above') text.set('t', String(state.t));
  if (state.x !== first.x) text.set('x', axis(state.x));
  if (state.y !== first.y) text.set('y', axis(state.y));
  if (state.cell !== first.cell) text.set('cell', data.ids[state.cell]!);
  if (state.beside >= 0) text.set('beside', data.ids[state.beside]!);
  if (state.sort !== '') text.set('sort', `${state.descending ? '-' : ''}${state.sort}`);
  for (const { column, low, high, level } of state.filters)
    text.append('only', level === '' ? `${column}:${low}:${high}` : `${column}=${level}`);
  return text.toString();
}

function parseFilter(text: string): Filter[] {
  const level = /^([^:=]+)=(.+)$/.exec(text);
  if (level !== null) return [{ column: level[1]!, low: -Infinity, high: Infinity, level: level[2]! }];
  const [column = '', low = '', high = ''] = text.split(':');
  const filter = { column, low: Number(low), high: Number(high), level: '' };
  return column === '' || Number.isNaN(filter.low) || Number.isNaN(filter.high) ? [] : [filter];
}
