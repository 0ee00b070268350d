import { meets } from '../../model/condition.ts';
import type { View, ViewStatistic } from '../../model/model.ts';
import { axesOf, levelOf, parameterText, sortedLevels, type Axis } from './axes.ts';
import { estimateOf, type Estimate } from './estimate.ts';
import type { ReportedCell } from './reported-cell.ts';

export interface LinePoint extends Estimate {
  readonly cell_id: string;
  readonly x: number;
  /** Spread of the permutations, P5 to P95; undefined where it is not what is drawn. */
  readonly spread: readonly [number, number] | undefined;
}

export interface Line {
  /** What it has that the other lines of its panel do not. */
  readonly label: string;
  readonly points: readonly LinePoint[];
}

/** One small picture: lines that have all in common but the series. */
export interface LinePanel {
  /** What its lines have in common and other panels do not; '' where there is one panel. */
  readonly title: string;
  readonly lines: readonly Line[];
  /** Lines that there was no room for. */
  readonly left_out: number;
}

export interface LineChartData {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly statistic: ViewStatistic;
  /** Texts of x at 0, 1, 2, ... where x is not a number. */
  readonly categories: readonly string[] | undefined;
  readonly panels: readonly LinePanel[];
}

/** More lines than this in one panel cannot be told apart. */
const MOST_LINES = 8;

/**
 * A metric against a parameter (or another metric's mean): cells that are equal in all that varies but x make a line. Few lines share one
 * panel; of many, each panel has the levels of one parameter. Undefined where no two cells differ in x alone.
 */
export function lineChartData(cells: readonly ReportedCell[], view: View): LineChartData | undefined {
  const chosen = cells.filter(
    (cell) => meets(cell.parameters, view.where ?? {}) && hasX(cell, view.x) && cell.statistics[view.y],
  );
  const axes = axesOf(chosen);
  const byMetric = !chosen.some((cell) => Object.hasOwn(cell.parameters, view.x));
  const categories = byMetric ? undefined : categoriesOf(chosen, view.x);
  // Against a metric nothing tells which parameter moves along the line: the one with most levels that is not the series.
  const along = byMetric ? longest(axes.filter(({ name }) => name !== view.series)) : view.x;
  const others = axes.filter(({ name }) => name !== along);
  const statistic = view.statistic ?? 'mean';
  const lines = groupBy(chosen, (cell) => others.map(({ name }) => levelOf(cell, name)).join('\n'))
    .map((group): RawLine => ({ cells: group, points: pointsOf(group, view, statistic, categories) }))
    .filter(({ points }) => new Set(points.map(({ x }) => x)).size > 1);
  if (lines.length === 0) return undefined;
  return { title: view.title, x: view.x, y: view.y, statistic, categories, panels: panelsOf(lines, view.series) };
}

interface RawLine {
  readonly cells: readonly ReportedCell[];
  readonly points: readonly LinePoint[];
}

function hasX(cell: ReportedCell, x: string): boolean {
  return cell.parameters[x] !== undefined || cell.statistics[x] !== undefined;
}

function categoriesOf(cells: readonly ReportedCell[], x: string): readonly string[] | undefined {
  if (cells.every((cell) => typeof cell.parameters[x] === 'number')) return undefined;
  return sortedLevels([...new Set(cells.map((cell) => levelOf(cell, x)))]);
}

function longest(axes: readonly Axis[]): string | undefined {
  const numeric = axes.filter((axis) => axis.numeric);
  return (numeric.length > 0 ? numeric : axes).reduce<Axis | undefined>(
    (best, axis) => (best === undefined || axis.levels.length > best.levels.length ? axis : best),
    undefined,
  )?.name;
}

function pointsOf(
  cells: readonly ReportedCell[],
  view: View,
  statistic: ViewStatistic,
  categories: readonly string[] | undefined,
): LinePoint[] {
  const points = cells.map((cell): LinePoint => {
    const y = cell.statistics[view.y]!;
    const value = cell.parameters[view.x];
    const x =
      categories?.indexOf(parameterText(value)) ?? (typeof value === 'number' ? value : cell.statistics[view.x]!.mean);
    return {
      ...estimateOf(y, statistic),
      cell_id: cell.cell_id,
      x,
      spread: statistic === 'p50' ? [y.p05, y.p95] : undefined,
    };
  });
  return points.filter(({ x, value }) => Number.isFinite(x) && Number.isFinite(value)).sort((a, b) => a.x - b.x);
}

/** One panel for few lines. Else the series stays in the panels, and with it the parameter with most levels that still fits. */
function panelsOf(lines: readonly RawLine[], series: string | undefined): LinePanel[] {
  const firsts = lines.map(({ cells }) => cells[0]!);
  const axes = axesOf(firsts).filter(({ name }) => firsts.length > 1 && variesBetween(lines, name));
  if (lines.length <= MOST_LINES) return [{ title: '', lines: labelled(lines, axes), left_out: 0 }];
  const inside = insideAxes(lines, axes, series);
  const outside = axes.filter((axis) => !inside.includes(axis));
  return groupBy(lines, (line) => outside.map(({ name }) => levelOf(line.cells[0]!, name)).join('\n')).map((group) => ({
    title: outside
      .filter(({ name }) => group[0]!.cells[0]!.parameters[name] !== undefined)
      .map(({ name }) => `${name} ${levelOf(group[0]!.cells[0]!, name)}`)
      .join(', '),
    lines: labelled(spreadOver(group, MOST_LINES), inside),
    left_out: Math.max(0, group.length - MOST_LINES),
  }));
}

/**
 * The parameters whose levels share a panel: the series, and those that are active only for some lines (a block length without blocks
 * would leave panels with one line) as long as the lines can be told apart.
 */
function insideAxes(lines: readonly RawLine[], axes: readonly Axis[], series: string | undefined): Axis[] {
  const first = axes.find(({ name }) => name === series) ?? longestFitting(axes);
  const inside = first === undefined ? [] : [first];
  for (const axis of axes) {
    if (inside.includes(axis) || !axis.levels.includes('-')) continue;
    const combinations = new Set(
      lines.map((line) => [...inside, axis].map(({ name }) => levelOf(line.cells[0]!, name)).join('\n')),
    );
    if (combinations.size <= MOST_LINES) inside.push(axis);
  }
  return inside;
}

/** A parameter that changes along the lines tells none of them from another. */
function variesBetween(lines: readonly RawLine[], name: string): boolean {
  return lines.every(({ cells }) => new Set(cells.map((cell) => levelOf(cell, name))).size === 1);
}

function longestFitting(axes: readonly Axis[]): Axis | undefined {
  const fitting = axes.filter(({ levels }) => levels.length <= MOST_LINES);
  return (fitting.length > 0 ? fitting : axes).reduce<Axis | undefined>(
    (best, axis) => (best === undefined || axis.levels.length > best.levels.length ? axis : best),
    undefined,
  );
}

function labelled(lines: readonly RawLine[], axes: readonly Axis[]): Line[] {
  return lines.map(({ cells, points }) => ({
    label: axes
      .filter(({ name }) => cells[0]!.parameters[name] !== undefined)
      .map((axis) =>
        axis.numeric || axis.levels.some(isShort)
          ? `${axis.name} ${levelOf(cells[0]!, axis.name)}`
          : levelOf(cells[0]!, axis.name),
      )
      .join(', '),
    points,
  }));
}

/** A number, `true` or `none` alone has no meaning. */
function isShort(level: string): boolean {
  return level === '-' || level.length < 5 || Number.isFinite(Number(level));
}

/** At most `most` of the list, evenly, ends included. */
function spreadOver<Item>(list: readonly Item[], most: number): Item[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, k) => list[Math.round((k * (list.length - 1)) / (most - 1))]!);
}

/** In order of first appearance. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
