import { binOf } from './bins.ts';
import type { RowSource } from './summarise.ts';

/** What is to be counted of one metric. */
export interface BinsOf {
  /** Its column. */
  readonly column: number;
  /** Ascending. */
  readonly edges: readonly number[];
}

/** Exact counts of one metric in one cell. */
export interface BinCounts {
  /** Values in (edges[i], edges[i + 1]]. */
  readonly counts: readonly number[];
  /** Values at or below the first edge, and above the last: infinite ones too. NaN is in none. */
  readonly below: number;
  readonly above: number;
  /** The permutation of the lowest value and of the highest, the first of equals; -1 without values. */
  readonly lowest: number;
  readonly highest: number;
}

/** Counts the rows of a cell in bins: a function of the set of rows alone. */
export function countInBins(source: RowSource, asked: readonly BinsOf[]): BinCounts[] {
  const found = asked.map(({ edges }) => ({
    counts: new Array<number>(edges.length + 1).fill(0),
    lowest: -1,
    highest: -1,
    least: Infinity,
    most: -Infinity,
  }));
  for (const { perm_index, columns } of source()) {
    for (const [k, { column, edges }] of asked.entries()) {
      const into = found[k]!;
      const values = columns[column]!;
      for (let i = 0; i < perm_index.length; i++) {
        const value = values[i]!;
        if (Number.isNaN(value)) continue;
        into.counts[binOf(edges, value) + 1]!++;
        if (value < into.least || into.lowest < 0) [into.least, into.lowest] = [value, perm_index[i]!];
        if (value > into.most || into.highest < 0) [into.most, into.highest] = [value, perm_index[i]!];
      }
    }
  }
  return found.map(({ counts, lowest, highest }) => ({
    counts: counts.slice(1, -1),
    below: counts[0]!,
    above: counts.at(-1)!,
    lowest,
    highest,
  }));
}
