import type { PairedSample } from '../statistics/difference.ts';
import { bestOfManyTail } from '../statistics/best-of-many.ts';
import { simultaneousTail } from '../statistics/simultaneous.ts';
import { cellDifference, judged, type JudgedDifference } from './cell-difference.ts';
import { neighboursOf, type Grid } from './grid.ts';
import { measure, type Quantity } from './quantity.ts';

/**
 * Two cells held against each other: the quantity of `to` less that of `from`. Cells are known by their place in the grid. Of the contrasts with the best cell, the
 * end of `simultaneous` towards it is what holds for all at once.
 */
export interface Contrast extends JudgedDifference {
  /** Along which they differ; undefined where `from` is the best cell. */
  readonly axis: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly n: number;
}

/** What is known of pairs of rows: undefined where two cells have random numbers of their own. */
export type PairsOf = (from: number, to: number, metric: string) => PairedSample | undefined;

/** Every cell against the next one along each axis. The list is one family: its intervals hold together, by Bonferroni's bound. */
export function neighbourContrasts(grid: Grid, quantity: Quantity, pairsOf?: PairsOf): Contrast[] {
  const defined = definedCells(grid, quantity);
  const pairs = neighboursOf(grid).filter(({ from, to }) => defined.has(from) && defined.has(to));
  if (pairs.length === 0) return [];
  const tail = simultaneousTail(pairs.length);
  return pairs.map(({ axis, from, to }) => contrast(grid, quantity, axis.name, from, to, tail, pairsOf));
}

/**
 * Every cell against the best one in the sample. `side` says which are told apart from it; with a chance of at least 95 % the truly best
 * cell is not among them (`bestOfManyTail`). Empty for fewer than two cells in which the quantity is defined.
 */
export function bestContrasts(grid: Grid, quantity: Quantity, best: number, pairsOf?: PairsOf): Contrast[] {
  const others = [...definedCells(grid, quantity)].filter((cell) => cell !== best);
  if (others.length === 0) return [];
  const tail = bestOfManyTail(others.length + 1);
  return others.map((to) => contrast(grid, quantity, undefined, best, to, tail, pairsOf));
}

/** The best cell in the sample, the first of equal ones; undefined where the quantity is in none. */
export function bestCell({ cells }: Grid, quantity: Quantity, better: 'highest' | 'lowest'): number | undefined {
  const sign = better === 'highest' ? 1 : -1;
  let best: number | undefined;
  let most = -Infinity;
  for (const [i, cell] of cells.entries()) {
    const value = sign * measure(cell, quantity).value;
    if (Number.isNaN(value) || (best !== undefined && !(value > most))) continue;
    best = i;
    most = value;
  }
  return best;
}

function definedCells({ cells }: Grid, quantity: Quantity): Set<number> {
  return new Set([...cells.keys()].filter((i) => !Number.isNaN(measure(cells[i]!, quantity).value)));
}

function contrast(
  { cells }: Grid,
  quantity: Quantity,
  axis: string | undefined,
  from: number,
  to: number,
  tail: number,
  pairsOf: PairsOf | undefined,
): Contrast {
  // Pairs come as `to` less `from`, whichever of both stands first in the run.
  const pairs = pairsOf?.(from, to, quantity.metric);
  const found = cellDifference(cells[to]!, cells[from]!, quantity, pairs);
  return { axis, from, to, n: found.n, ...judged(found, tail) };
}
