import type { Interval } from '../statistics/interval.ts';
import { Z_95 } from '../statistics/special.ts';
import type { Grid, GridLine } from './grid.ts';
import { measure, type Quantity } from './quantity.ts';

/**
 * `falls`, `rises`: the quantity crosses the level once along the line; `crosses`: more than once; `above`, `below`: it stays on one side
 * of it (equal to it counts as above).
 */
export type BreakEvenKind = 'falls' | 'rises' | 'crosses' | 'above' | 'below';

/** Where a quantity crosses a level along one axis of numbers, all other parameters being equal. */
export interface BreakEven {
  readonly axis: string;
  /** Cells of the line, by their place in the grid, along the axis. */
  readonly cells: readonly number[];
  readonly kind: BreakEvenKind;
  /** The value of the axis at the first crossing, by a straight line between the cells on either side; NaN where it does not cross. */
  readonly at: number;
  /**
   * 95 %: from the first to the last value of the axis at which the level is within the interval of the quantity. NaN: the end lies beyond
   * the line; both NaN as well where the whole line is told apart from the level.
   */
  readonly ci: Interval;
  /** Of a line that stays on one side: all its cells are told apart from the level, each with 95 %. */
  readonly certain: boolean;
}

/**
 * Along every line of an axis of numbers. The interval is Fieller's for each stretch between two cells: where |y(x) - level| <= 1.96 se(x). The
 * error between two cells is that of independent ones; with shared streams (`paired`) the most that it can be, since both err to the same side.
 * It holds if the quantity is straight between neighbouring cells. Source: Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x.
 */
export function breakEvens(grid: Grid, quantity: Quantity, level: number, paired: boolean): BreakEven[] {
  return grid.lines
    .filter(({ axis }) => axis.ordered)
    .flatMap((line) => {
      const points = pointsOf(grid, line, quantity, level);
      return points.length < 2 ? [] : [breakEven(line.axis.name, points, paired)];
    });
}

/** One cell on a line, the level being 0. */
interface Point {
  readonly cell: number;
  readonly x: number;
  readonly y: number;
  readonly se: number;
}

function pointsOf(grid: Grid, { axis, cells }: GridLine, quantity: Quantity, level: number): Point[] {
  const points = cells.map((cell): Point => {
    const { value, se } = measure(grid.cells[cell]!, quantity);
    return { cell, x: axis.levels[axis.at[cell]!] as number, y: value - level, se };
  });
  return points.filter(({ y, se }) => Number.isFinite(y) && Number.isFinite(se));
}

function breakEven(axis: string, points: readonly Point[], paired: boolean): BreakEven {
  const stretches = points.slice(1).map((right, i) => [points[i]!, right] as const);
  const crossings = stretches.filter(([left, right]) => left.y >= 0 !== right.y >= 0);
  const [first] = crossings;
  const base = { axis, cells: points.map(({ cell }) => cell), ci: intervalOf(points, stretches, paired) };
  if (first === undefined) {
    const certain = points.every(({ y, se }) => Math.abs(y) > Z_95 * se);
    return { ...base, kind: points[0]!.y >= 0 ? 'above' : 'below', at: NaN, certain };
  }
  const [left, right] = first;
  const at = left.x + crossingOf(left, right) * (right.x - left.x);
  const kind = crossings.length > 1 ? 'crosses' : left.y >= 0 ? 'falls' : 'rises';
  return { ...base, kind, at, certain: false };
}

/** How far between two cells on either side of 0 the straight line meets it, 0 .. 1. */
function crossingOf(left: Point, right: Point): number {
  return left.y / (left.y - right.y);
}

function intervalOf(
  points: readonly Point[],
  stretches: readonly (readonly [Point, Point])[],
  paired: boolean,
): Interval {
  const [first, last] = [points[0]!, points.at(-1)!];
  const accepted = stretches.flatMap(([left, right]) =>
    (paired ? acceptedTogether(left, right) : acceptedApart(left, right)).map(
      (weight) => left.x + weight * (right.x - left.x),
    ),
  );
  if (accepted.length === 0) return [NaN, NaN];
  const [low, high] = [Math.min(...accepted), Math.max(...accepted)];
  return [isOpen(first) ? NaN : low, isOpen(last) ? NaN : high];
}

/** The level is within the interval of an end of the line: beyond it, nothing is known. */
function isOpen({ y, se }: Point): boolean {
  return Math.abs(y) <= Z_95 * se;
}

/** The ends of what is accepted between two cells, as weights of the right one: (y + w d)^2 <= z^2 ((1 - w)^2 u + w^2 v), a quadratic in w. */
function acceptedApart(left: Point, right: Point): number[] {
  const z2 = Z_95 * Z_95;
  const [u, v] = [z2 * left.se * left.se, z2 * right.se * right.se];
  const d = right.y - left.y;
  const a = d * d - u - v;
  const b = 2 * (left.y * d + u);
  const c = left.y * left.y - u;
  const root = Math.sqrt(Math.max(0, b * b - 4 * a * c));
  const q = -(b + (b < 0 ? -root : root)) / 2;
  // Without error the quadratic has one double root, which rounding may lose.
  return [...within(b * b >= 4 * a * c ? [q / a, c / q] : []), ...ends(left, right)];
}

/** The same where both err to the same side: |y + w d| <= z ((1 - w) s + w t), two lines. */
function acceptedTogether(left: Point, right: Point): number[] {
  const [s, t] = [Z_95 * left.se, Z_95 * right.se];
  const upper = (s - left.y) / (right.y - left.y - (t - s));
  const lower = (-s - left.y) / (right.y - left.y + (t - s));
  return [...within([upper, lower]), ...ends(left, right)];
}

function within(weights: readonly number[]): number[] {
  return weights.filter((weight) => weight >= 0 && weight <= 1);
}

/** The cells themselves where they are accepted, and the crossing, which always is. */
function ends(left: Point, right: Point): number[] {
  return [
    ...(isOpen(left) ? [0] : []),
    ...(isOpen(right) ? [1] : []),
    ...(left.y >= 0 !== right.y >= 0 ? [crossingOf(left, right)] : []),
  ];
}
