import { sideOf, type PairedSample } from '../statistics/difference.ts';
import { bestOfManyTail } from '../statistics/best-of-many.ts';
import type { Diagnostic } from '../statistics/diagnostics.ts';
import type { Interval } from '../statistics/interval.ts';
import { simultaneousTail } from '../statistics/simultaneous.ts';
import { cellDifference } from './cell-difference.ts';
import { neighboursOf, type Grid } from './grid.ts';
import { measure, type Quantity } from './quantity.ts';

/** Two cells held against each other: the quantity of `to` less that of `from`. Cells are known by their place in the grid. */
export interface Contrast {
  /** Along which they differ; undefined where `from` is the best cell. */
  readonly axis: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly difference: number;
  readonly se: number;
  /** 95 % of this contrast alone. */
  readonly ci: Interval;
  /** With 95 % these hold for all contrasts of the list at once; of those with the best cell, the end towards it does. */
  readonly simultaneous: Interval;
  /** 1: `to` is higher, -1: lower, both with an error of at most 5 % over the whole list; 0: not told apart. */
  readonly side: -1 | 0 | 1;
  readonly paired: boolean;
  readonly diagnostics: readonly Diagnostic[];
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
  const { n, difference, se, ci, paired, diagnostics } = found;
  const simultaneous = found.interval(tail);
  return { axis, from, to, n, difference, se, ci, simultaneous, side: sideOf(found, tail), paired, diagnostics };
}
