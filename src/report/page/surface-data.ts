import { edgeAt } from '../../statistics/bins.ts';
import { wilson } from '../../statistics/wilson.ts';
import { Z_95 } from '../../statistics/special.ts';
import type { PageColumn, PageData, PageMetric, PageNumber, PageStatistic } from '../page-format.ts';

/** A number with its standard error and 95 % interval; NaN where undefined. */
export interface Value {
  readonly value: number;
  readonly error: number;
  readonly low: number;
  readonly high: number;
}

/** A statistic of the page, or `above`: P(metric > t). */
export type Statistic = PageStatistic | 'above';

export const STATISTICS: readonly Statistic[] = ['p50', 'mean', 'p05', 'p95', 'cvar05', 'cvar95', 'above'];

export function statisticText(statistic: Statistic, metric: PageMetric, t: number): string {
  switch (statistic) {
    case 'p50':
      return 'median';
    case 'mean':
      return metric.share ? 'share of 1' : 'mean';
    case 'p05':
      return 'P5';
    case 'p95':
      return 'P95';
    case 'cvar05':
      return 'mean of the lowest 5 % (CVaR)';
    case 'cvar95':
      return 'mean of the highest 5 % (CVaR)';
    case 'above':
      return `P(> ${t})`;
  }
}

export function numberOf(value: PageNumber | undefined): number {
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  return value ?? NaN;
}

/** A statistic of one cell. */
export function valueOf(metric: PageMetric, statistic: Statistic, t: number, cell: number): Value {
  if (statistic === 'above') return shareAbove(metric, t, cell);
  const column = (name: PageColumn): number => numberOf(metric.columns[name][cell]);
  const value = column(statistic);
  if (statistic === 'cvar05' || statistic === 'cvar95') {
    const error = column(`${statistic}_error`);
    return { value, error, low: value - Z_95 * error, high: value + Z_95 * error };
  }
  const [low, high] = [column(`${statistic}_low`), column(`${statistic}_high`)];
  return { value, low, high, error: statistic === 'mean' ? column('mean_error') : (high - low) / (2 * Z_95) };
}

/** P(metric > t) from exact counts, with Wilson's interval. `t` is one of the metric's edges. */
export function shareAbove(metric: PageMetric, t: number, cell: number): Value {
  const { edges, counts } = metric;
  const [halvings, from, below, above, , , inside] = counts[cell]!;
  const edge = edges.indexOf(t);
  const first = edge * 2 ** halvings - from;
  const total = below + above + sum(inside);
  if (edge < 0 || total === 0) return { value: NaN, error: NaN, low: NaN, high: NaN };
  const count = above + sum(inside.slice(Math.max(0, first)));
  const [low, high] = wilson(count, total);
  return { value: count / total, error: (high - low) / (2 * Z_95), low, high };
}

export interface Bar {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Share of all values of the cell. */
  readonly share: number;
  /** Share per unit of the metric. */
  readonly density: number;
}

/** The distribution of a cell in the bins that have any values, and what lies outside of all bins. */
export function barsOf(metric: PageMetric, cell: number): { bars: Bar[]; below: number; above: number; total: number } {
  const [halvings, from, below, above, , , counts] = metric.counts[cell]!;
  const total = below + above + sum(counts);
  const bars = counts.map((count, i): Bar => {
    const [low, high] = [edgeAt(metric.edges, halvings, from + i), edgeAt(metric.edges, halvings, from + i + 1)];
    const share = count / total;
    return { low, high, count, share, density: share / (high - low) };
  });
  return { bars, below, above, total };
}

export function baselineOf(metric: PageMetric, cell: number): number {
  const { baseline } = metric;
  if (baseline === null) return NaN;
  return typeof baseline === 'number' ? baseline : numberOf(baseline[cell]);
}

/** The level of a cell on an axis. */
export function levelOf(data: PageData, axis: number, cell: number): string {
  return data.axes[axis]!.levels[data.levels[axis]![cell]!]!;
}

/** What tells a cell from the others. */
export function settingOf(data: PageData, cell: number): string {
  const parts = data.axes.flatMap(({ name }, a) => {
    const level = levelOf(data, a, cell);
    return level === '-' ? [] : [`${name} ${level}`];
  });
  return parts.length === 0 ? data.ids[cell]! : parts.join(', ');
}

/**
 * The cell at these levels: of those that have `axis` at `level` the one that agrees with `cell` in most other axes, the first of equals.
 */
export function nearestCell(
  data: PageData,
  cell: number,
  wanted: readonly (readonly [axis: number, level: number])[],
): number {
  let best = -1;
  let most = -1;
  for (let other = 0; other < data.ids.length; other++) {
    if (!wanted.every(([axis, level]) => data.levels[axis]![other] === level)) continue;
    const agreeing = data.levels.filter((levels) => levels[other] === levels[cell]).length;
    if (agreeing > most) [best, most] = [other, agreeing];
  }
  return best;
}

/** For every pair of levels of two axes the cell that agrees with `cell` in the others, as far as these are active there; -1 for none. */
export function sliceOf(
  data: PageData,
  cell: number,
  x: number,
  y: number | undefined,
): { cell: number; x: number; y: number }[] {
  const others = data.axes.map((_, a) => a).filter((a) => a !== x && a !== y);
  const inactive = data.axes.map(({ levels }) => levels.indexOf('-'));
  const fits = (other: number, a: number): boolean => {
    const [mine, theirs] = [data.levels[a]![cell]!, data.levels[a]![other]!];
    // Where it is active on one side only, its first level stands for it.
    return (
      mine === theirs || theirs === inactive[a] || (mine === inactive[a] && theirs === (inactive[a] === 0 ? 1 : 0))
    );
  };
  const exact = (other: number): number =>
    others.filter((a) => data.levels[a]![other] === data.levels[a]![cell]).length;
  const found = new Map<string, { cell: number; x: number; y: number }>();
  for (let other = 0; other < data.ids.length; other++) {
    if (!others.every((a) => fits(other, a))) continue;
    const place = { cell: other, x: data.levels[x]![other]!, y: y === undefined ? 0 : data.levels[y]![other]! };
    const key = `${place.x} ${place.y}`;
    const before = found.get(key);
    if (before === undefined || exact(other) > exact(before.cell)) found.set(key, place);
  }
  return [...found.values()];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
