import { normal } from '../random/normal.ts';
import { createSeededRng } from '../random/streams.ts';
import { proportion, type Proportion } from '../statistics/proportion.ts';
import type { Aim } from './aims.ts';
import type { Grid } from './grid.ts';
import { measure, quantityText } from './quantity.ts';

/** A cell that is, or may be, on the front. */
export interface FrontCell {
  /** By its place in the grid. */
  readonly cell: number;
  /** No other cell is at least as good in everything and better in something, by the values in the sample. */
  readonly on_front: boolean;
  /** How often it is on the front when every value is drawn again within its error. */
  readonly probability: Proportion;
}

/** The cells that are not beaten in all aims at once. */
export interface Front {
  readonly aims: readonly Aim[];
  /** Cells in which every aim is defined. */
  readonly compared: number;
  /** Those on the front, and those that may be, the most probable first. All others are beaten beyond doubt. */
  readonly cells: readonly FrontCell[];
}

const DRAWS = 2000;
/** Beaten by this many standard errors in every aim at once: it is not drawn again (a chance of at most one in three million a aim). */
const BEYOND_DOUBT = 5;

/**
 * The Pareto front of any aims. Probabilities by drawing all values again, normal and independent, with their standard errors: with shared
 * streams, whose cells err together, they are nearer to one half than they need be. Drawn from a fixed seed: the same every time.
 */
export function paretoFront(grid: Grid, aims: readonly Aim[]): Front {
  const points = pointsOf(grid, aims);
  const candidates = notBeatenBeyondDoubt(points);
  const on_front = frontOf(candidates.map(({ values }) => values));
  const counts = new Float64Array(candidates.length);
  const rng = createSeededRng('sfc32');
  rng.reseed(seedOf(aims));
  const drawn = candidates.map(({ values }) => values.slice());
  for (let draw = 0; draw < DRAWS; draw++) {
    for (const [i, { values, errors }] of candidates.entries())
      for (let g = 0; g < values.length; g++)
        drawn[i]![g] = errors[g]! > 0 ? values[g]! + errors[g]! * normal(rng) : values[g]!;
    for (const i of frontOf(drawn)) counts[i]! += 1;
  }
  const cells = candidates.map(({ cell }, i): FrontCell => {
    return { cell, on_front: on_front.has(i), probability: proportion(counts[i]!, DRAWS) };
  });
  return {
    aims,
    compared: points.length,
    cells: cells
      .filter(({ on_front: is, probability }) => is || probability.count > 0)
      .sort((a, b) => b.probability.count - a.probability.count || a.cell - b.cell),
  };
}

/** A cell with the signs turned so that more is better. */
interface Point {
  readonly cell: number;
  readonly values: Float64Array;
  /** 0 where there is none. */
  readonly errors: Float64Array;
}

function pointsOf({ cells }: Grid, aims: readonly Aim[]): Point[] {
  const points = cells.map((each, cell): Point => {
    const measured = aims.map(({ quantity }) => measure(each, quantity));
    const values = Float64Array.from(measured, ({ value }, g) => (aims[g]!.better === 'highest' ? value : -value));
    const errors = Float64Array.from(measured, ({ value, se }) => (Number.isFinite(value) && se > 0 ? se : 0));
    return { cell, values, errors };
  });
  return points.filter(({ values }) => !values.includes(NaN));
}

/** Held against the front in the sample alone: what is beaten beyond doubt is beaten so by one of it, or nearly so. */
function notBeatenBeyondDoubt(points: readonly Point[]): Point[] {
  const front = [...frontOf(points.map(({ values }) => values))].map((i) => points[i]!);
  return points.filter((point) => !front.some((other) => other !== point && beatsBeyondDoubt(other, point)));
}

function beatsBeyondDoubt(a: Point, b: Point): boolean {
  let surely = true;
  for (let g = 0; g < a.values.length && surely; g++) {
    const [s, t] = [a.errors[g]!, b.errors[g]!];
    surely = a.values[g]! - b.values[g]! > BEYOND_DOUBT * Math.sqrt(s * s + t * t);
  }
  return surely;
}

/** Places of the points that no other one beats. */
function frontOf(points: readonly Float64Array[]): Set<number> {
  const order = Array.from(points.keys()).sort((i, j) => compare(points[j]!, points[i]!) || i - j);
  const front: number[] = [];
  // In this order no point is beaten by a later one.
  for (const i of order) if (!front.some((f) => beats(points[f]!, points[i]!))) front.push(i);
  return new Set(front);
}

function compare(a: Float64Array, b: Float64Array): number {
  for (let g = 0; g < a.length; g++) if (a[g] !== b[g]) return a[g]! < b[g]! ? -1 : 1;
  return 0;
}

function beats(a: Float64Array, b: Float64Array): boolean {
  let better = false;
  for (let g = 0; g < a.length; g++) {
    if (a[g]! < b[g]!) return false;
    if (a[g]! > b[g]!) better = true;
  }
  return better;
}

/** By what is asked, so that another question has other draws. */
function seedOf(aims: readonly Aim[]): number {
  const text = aims.map(({ quantity, better }) => `${quantityText(quantity)}:${better}`).join();
  let seed = 0;
  for (const character of text) seed = (Math.imul(seed, 31) + character.codePointAt(0)!) >>> 0;
  return seed;
}
