import { simultaneousTail } from '../statistics/simultaneous.ts';
import { studentQuantile } from '../statistics/student.ts';
import type { Aim } from './aims.ts';
import { neighboursOf, type Grid } from './grid.ts';
import { measure, type Measured } from './quantity.ts';

/** The levels that a region has of an axis. */
export interface RegionSpan {
  readonly axis: string;
  readonly from: number;
  readonly to: number;
  /** It goes to the lowest, or the highest, level that the grid has: what is beyond is not known. */
  readonly at_edge: boolean;
}

/** Cells that hang together along axes of numbers and differ from the best of them by no more than their error. */
export interface Region {
  /** `peak`: one cell alone, told apart from every neighbour, all of which are worse. */
  readonly kind: 'plateau' | 'peak';
  /** By their place in the grid; the best one in the sample first. */
  readonly cells: readonly number[];
  /** The mean of their values, with its error. */
  readonly value: number;
  readonly se: number;
  /** Of the axes of numbers along which it extends, or (a peak) has neighbours. */
  readonly spans: readonly RegionSpan[];
}

/** The surface by what a person could choose on it. */
export interface Plateaus {
  readonly aim: Aim;
  /** In which the aim is finite and has an error. */
  readonly compared: number;
  /** The best first, by their best cell. */
  readonly regions: readonly Region[];
  /** Cells alone that are no peak: on a slope, or without a neighbour along an axis of numbers. */
  readonly alone: number;
}

/**
 * From the best cell downwards: each that is in no region yet begins one, and takes in what hangs together with it and cannot be told apart from it, with an
 * error of at most 5 % over all cells (Student's t, Bonferroni's bound). `tolerance`: differences up to it are none, whatever their error: with
 * very many permutations every difference is told apart. Two regions may touch: cells of one differ from the best of the other.
 */
export function plateaus(grid: Grid, aim: Aim, { paired = false, tolerance = 0 } = {}): Plateaus {
  const surface = new Surface(grid, aim, tolerance);
  const region = new Map<number, number[]>();
  const taken = new Set<number>();
  for (const seed of surface.bestFirst) {
    if (taken.has(seed)) continue;
    const found = [seed];
    taken.add(seed);
    for (let k = 0; k < found.length; k++) {
      for (const next of surface.neighbours(found[k]!)) {
        if (taken.has(next) || surface.side(next, seed) !== 0) continue;
        taken.add(next);
        found.push(next);
      }
    }
    region.set(seed, found);
  }
  const regions = [...region.values()].flatMap((cells): Region[] => {
    const kind = cells.length > 1 ? 'plateau' : surface.isPeak(cells[0]!) ? 'peak' : undefined;
    return kind === undefined ? [] : [{ kind, cells, ...surface.meanOf(cells, paired), spans: surface.spansOf(cells) }];
  });
  const inside = regions.reduce((sum, { cells }) => sum + cells.length, 0);
  return { aim, compared: surface.bestFirst.length, regions, alone: surface.bestFirst.length - inside };
}

class Surface {
  readonly bestFirst: readonly number[];
  readonly #grid: Grid;
  readonly #sign: 1 | -1;
  readonly #tolerance: number;
  readonly #measured: readonly Measured[];
  /** Standard errors of a difference up to which it is none. */
  readonly #multiplier: number;
  readonly #neighbours = new Map<number, number[]>();

  constructor(grid: Grid, { quantity, better }: Aim, tolerance: number) {
    this.#grid = grid;
    this.#sign = better === 'highest' ? 1 : -1;
    this.#tolerance = tolerance;
    const measured = grid.cells.map((cell) => measure(cell, quantity));
    const used = [...measured.keys()].filter(
      (i) => Number.isFinite(measured[i]!.value) && Number.isFinite(measured[i]!.se),
    );
    this.#measured = measured;
    this.bestFirst = used.sort((i, j) => this.#sign * (measured[j]!.value - measured[i]!.value) || i - j);
    const df = used.reduce((least, i) => Math.min(least, grid.cells[i]!.n), Infinity) - 1;
    this.#multiplier =
      used.length > 1 && df >= 1 ? studentQuantile(simultaneousTail(used.length - 1), Math.min(df, 1e9)) : Infinity;
    const known = new Set(used);
    const join = (a: number, b: number): void => {
      const list = this.#neighbours.get(a);
      if (list === undefined) this.#neighbours.set(a, [b]);
      else list.push(b);
    };
    for (const { axis, from, to } of neighboursOf(grid)) {
      if (!axis.ordered || !known.has(from) || !known.has(to)) continue;
      join(from, to);
      join(to, from);
    }
  }

  neighbours(cell: number): readonly number[] {
    return this.#neighbours.get(cell) ?? [];
  }

  /** 1: better than the other, -1: worse; 0: not told apart, or within the tolerance. */
  side(cell: number, other: number): -1 | 0 | 1 {
    const [a, b] = [this.#measured[cell]!, this.#measured[other]!];
    const difference = this.#sign * (a.value - b.value);
    const margin = this.#multiplier * Math.sqrt(a.se * a.se + b.se * b.se);
    if (Math.abs(difference) <= Math.max(this.#tolerance, margin || 0)) return 0;
    return difference > 0 ? 1 : -1;
  }

  isPeak(cell: number): boolean {
    const around = this.neighbours(cell);
    return around.length > 0 && around.every((other) => this.side(cell, other) === 1);
  }

  /** Errors of cells that share their streams go to the same side, and do not cancel. */
  meanOf(cells: readonly number[], paired: boolean): { readonly value: number; readonly se: number } {
    const all = cells.map((cell) => this.#measured[cell]!);
    const value = all.reduce((sum, each) => sum + each.value, 0) / all.length;
    const errors = all.map(({ se }) => se);
    const apart = Math.sqrt(errors.reduce((sum, se) => sum + se * se, 0));
    const together = errors.reduce((sum, se) => sum + se, 0);
    return { value, se: (paired ? together : apart) / all.length };
  }

  spansOf(cells: readonly number[]): RegionSpan[] {
    return this.#grid.axes.flatMap(({ name, levels, ordered, at }): RegionSpan[] => {
      if (!ordered) return [];
      const places = cells.map((cell) => at[cell]!).filter((place) => place >= 0);
      if (places.length === 0) return [];
      const [low, high] = [Math.min(...places), Math.max(...places)];
      const at_edge = low === 0 || high === levels.length - 1;
      return [{ axis: name, from: levels[low] as number, to: levels[high] as number, at_edge }];
    });
  }
}
