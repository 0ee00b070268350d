import type { PairedSample } from '../statistics/difference.ts';
import { simultaneousTail } from '../statistics/simultaneous.ts';
import { cellDifference, judged, type JudgedDifference } from './cell-difference.ts';
import { measure, type AnalysedCell, type Measured, type Quantity } from './quantity.ts';

/** Two cells of two runs that belong together. */
export interface CellPair {
  readonly first: AnalysedCell;
  readonly second: AnalysedCell;
  /** One experiment and as many permutations: every row is the same. */
  readonly same_rows: boolean;
  /** Of the metrics whose rows were paired. */
  readonly pairs: Readonly<Record<string, PairedSample>> | undefined;
}

/** A quantity in both cells of a pair: the second less the first. The list is that of all pairs. */
export interface ComparedCell extends JudgedDifference {
  /** By the place of the pair. */
  readonly pair: number;
  readonly first: Measured;
  readonly second: Measured;
}

/** One quantity over all pairs in which it is defined on both sides. */
export interface ComparedQuantity {
  readonly quantity: Quantity;
  readonly cells: readonly ComparedCell[];
}

/** Of rows that are the same there is none, whatever the statistic, and chance has no part in that. */
const NO_DIFFERENCE = {
  difference: 0,
  se: 0,
  ci: [0, 0],
  simultaneous: [0, 0],
  side: 0,
  paired: true,
  diagnostics: [],
} as const;

/** Where rows are paired, means are compared permutation by permutation; all else as of independent samples. The pairs are one family (Bonferroni). */
export function compareCells(pairs: readonly CellPair[], quantity: Quantity): ComparedQuantity {
  const measured = pairs.map(({ first, second }) => [measure(first, quantity), measure(second, quantity)] as const);
  const defined = [...measured.keys()].filter((p) => measured[p]!.every(({ value }) => !Number.isNaN(value)));
  if (defined.length === 0) return { quantity, cells: [] };
  const tail = simultaneousTail(defined.length);
  const cells = defined.map((pair): ComparedCell => {
    const { first, second, same_rows, pairs: samples } = pairs[pair]!;
    const [of_first, of_second] = measured[pair]!;
    if (same_rows) return { pair, first: of_first, second: of_second, ...NO_DIFFERENCE };
    const found = cellDifference(second, first, quantity, samples?.[quantity.metric]);
    return { pair, first: of_first, second: of_second, ...judged(found, tail) };
  });
  return { quantity, cells };
}

/** Cells with the largest differences first, by standard errors; undefined and unknown ones last, equal ones as they came. */
export function largestFirst(cells: readonly ComparedCell[]): ComparedCell[] {
  const size = ({ difference, se }: ComparedCell): number => {
    const found = difference === 0 ? 0 : Math.abs(difference) / se;
    return Number.isNaN(found) ? -1 : found;
  };
  // Infinity - Infinity gives no order.
  return [...cells].sort((a, b) => Number(size(b) > size(a)) - Number(size(a) > size(b)));
}
