import { counted } from '../wording/format-number.ts';
import assert from 'node:assert/strict';
import { baseSeed, INVERSE_STRIDE, MAX_PERMUTATIONS, PERMUTATION_STRIDE } from '../random/seeding.ts';
import type { Seed, Sharing } from '../random/seeding.ts';

/** Two cells that share streams: permutation p of the one is permutation p + lag of the other. Cells are numbers in the list given. */
export interface Overlap {
  readonly first: number;
  readonly second: number;
  /** Distance of the two on the circle of seeds [permutations]; 0 for identical base seeds. */
  readonly lag: number;
  /** Streams both cells use. */
  readonly shared: number;
}

/** What all cells share among them. Exact. */
export interface OverlapAudit {
  readonly pairs: number;
  /** Cells that are in at least one pair. */
  readonly cells_involved: number;
  /** Sum over pairs of the streams both use. */
  readonly shared_streams: number;
  /** shared_streams / (cells x permutations), at most 1 (of three cells with the same streams there are three pairs). */
  readonly fraction: number;
  /** Permutations whose stream another permutation has, too, all but one of each stream counted: fewer than cells x permutations. */
  readonly repeated_permutations: number;
  /** Of all permutations, below 1. */
  readonly repeated_fraction: number;
  /** Pairs with the same base seed (they are in `pairs`, too). */
  readonly identical_pairs: number;
  /** The pairs that share most, at most as many as asked for; identical ones first. */
  readonly largest: readonly Overlap[];
}

const CIRCLE = MAX_PERMUTATIONS;

function allPairs(cells: number): number {
  return (cells * Math.max(0, cells - 1)) / 2;
}

/**
 * The exact overlap audit of the scheme `sha256-32`. Each cell is the interval [x, x + permutations) on a circle of 2^32,
 * x = base x 2021759595 mod 2^32; two cells share streams exactly where their intervals meet. All pairs count, not neighbours
 * alone; two moving pointers and running sums make it O(C log C) whatever the number of pairs.
 * `permutations` is 1 .. 2^32. The global seed only turns the circle: it changes nothing here.
 */
export function auditOverlap(bases: Uint32Array, permutations: number, top = 10): OverlapAudit {
  assert(permutations >= 1 && permutations <= CIRCLE, 'permutations per cell out of range');
  const cells = bases.length;
  const order = sortedByPlace(bases);
  const at = (k: number): number => order.place[k % cells]! + (k < cells ? 0 : CIRCLE);

  let hits = 0;
  let shared_streams = 0;
  let identical_pairs = 0;
  let cells_involved = 0;
  let end = 1; // first position, unwrapped, at least `permutations` ahead of position k
  let distinct = 0; // streams that any cell uses
  let ahead = 0; // sum of the places at positions k + 1 .. end - 1
  for (let k = 0, same = 0; k < cells; k++) {
    if (end <= k) {
      end = k + 1;
      ahead = 0;
    }
    while (end < k + cells && at(end) - at(k) < permutations) ahead += at(end++);
    distinct += Math.min(permutations, at(k + 1) - at(k));
    const inside = end - k - 1;
    hits += inside;
    // Each shares permutations - distance. Below 2^53 for all sums a plan can have, so exact.
    shared_streams += inside * permutations - (ahead - inside * at(k));
    if (end > k + 1) ahead -= at(k + 1);
    same = k > 0 && at(k) === at(k - 1) ? same + 1 : 0;
    identical_pairs += same;
    if (inside > 0 || (cells > 1 && at(k + cells) - at(k + cells - 1) < permutations)) cells_involved++;
  }
  // Past half the circle two intervals meet at both ends: one pair, two hits, and then every pair meets.
  const pairs = permutations > CIRCLE / 2 ? allPairs(cells) : hits;
  return {
    pairs,
    cells_involved,
    shared_streams,
    fraction: shareOf(shared_streams, cells * permutations),
    repeated_permutations: cells * permutations - distinct,
    repeated_fraction: shareOf(cells * permutations - distinct, cells * permutations),
    identical_pairs,
    largest: closest(order, permutations, top),
  };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}

interface Circle {
  /** Places, ascending. */
  readonly place: Float64Array;
  /** The cell at that place. */
  readonly cell: Uint32Array;
}

function sortedByPlace(bases: Uint32Array): Circle {
  // place x 2^21 + cell fits a double exactly, so that a plain numeric sort does it, ties by cell.
  assert(bases.length <= 2097152, 'too many cells for one audit');
  const keys = Float64Array.from(bases, (base, i) => (Math.imul(base, INVERSE_STRIDE) >>> 0) * 2097152 + i).sort();
  return {
    place: keys.map((key) => Math.floor(key / 2097152)),
    cell: Uint32Array.from(keys, (key) => key % 2097152),
  };
}

/**
 * The `top` closest pairs below `permutations`, by lag, then by position: distances to the first neighbour, the second, ... ahead are
 * ascending for each cell, so the j-th neighbours matter only while some of them is among the closest.
 */
function closest({ place, cell }: Circle, permutations: number, top: number): Overlap[] {
  const cells = place.length;
  let best: { lag: number; k: number; step: number }[] = [];
  for (let step = 1; step < cells; step++) {
    const limit = best.length < top ? permutations : best[best.length - 1]!.lag;
    const found: typeof best = [];
    for (let k = 0; k < cells; k++) {
      const to = k + step;
      const lag = place[to % cells]! + (to < cells ? 0 : CIRCLE) - place[k]!;
      // Past half the circle the same pair is met again from its other side, with the shorter lag.
      const shorter = lag < CIRCLE / 2 || (lag === CIRCLE / 2 && to < cells);
      if (lag < limit && shorter) found.push({ lag, k, step });
    }
    if (found.length === 0) break;
    best = [...best, ...found].sort((a, b) => a.lag - b.lag || a.step - b.step || a.k - b.k).slice(0, top);
  }
  return best.map(({ lag, k, step }) => {
    const [a, b] = [cell[k]!, cell[(k + step) % cells]!];
    const both = permutations - lag + Math.max(0, permutations - (CIRCLE - lag));
    return { first: Math.min(a, b), second: Math.max(a, b), lag, shared: both };
  });
}

/** Overlap among the cells of a study as `plan` and `seeds` say it, whatever the scheme. */
export interface StudyOverlap extends OverlapAudit {
  /** `overlap`: by the birthday of 32-bit seeds; `none`: philox has none; `on_purpose`: streams are shared by all cells. */
  readonly kind: 'overlap' | 'none' | 'on_purpose';
  /** Pairs to be expected by chance, on the seeds that the scheme and the stride leave: `expectedPairs`. */
  readonly expected_pairs: number;
  /** Sentences for a person: what this means, what to do. */
  readonly notes: readonly string[];
}

/** The audit for the cells with these ids (`length` and the id of each). O(C log C). */
export function studyOverlap(
  ids: { readonly length: number; idAt(i: number): string },
  seed: Seed,
  streams: Sharing,
  permutations: number,
  top = 10,
): StudyOverlap {
  const cells = ids.length;
  const every = allPairs(cells);
  if (streams.sharing === 'shared') {
    return {
      kind: 'on_purpose',
      pairs: every,
      cells_involved: cells > 1 ? cells : 0,
      shared_streams: every * permutations,
      fraction: shareOf(every * permutations, cells * permutations),
      repeated_permutations: Math.max(0, cells - 1) * permutations,
      repeated_fraction: shareOf(cells - 1, cells),
      identical_pairs: every,
      largest: [],
      expected_pairs: every,
      notes: [
        `Streams are shared on purpose (common random numbers, group ${JSON.stringify(streams.group)}): compare cells in pairs by perm_index, never as independent.`,
      ],
    };
  }
  if (seed.scheme === 'philox') {
    const none = { pairs: 0, cells_involved: 0, shared_streams: 0, fraction: 0, identical_pairs: 0 };
    const nothing = { repeated_permutations: 0, repeated_fraction: 0 };
    return {
      kind: 'none',
      ...none,
      ...nothing,
      largest: [],
      expected_pairs: 0,
      notes: ['Scheme philox: no two cells share a stream.'],
    };
  }
  const bases = Uint32Array.from({ length: cells }, (_, i) => baseSeed(ids.idAt(i), seed.global, seed.stride));
  const audit = auditOverlap(bases, permutations, top);
  const expected_pairs = expectedPairs(cells, permutations, seed.stride);
  return { kind: 'overlap', ...audit, expected_pairs, notes: notesOn(audit, cells, seed.stride) };
}

/** So many differences of base seeds are looked at one by one [permutations]: a tenth of a second. */
const MOST_LAGS = 2 ** 25;

/**
 * How many pairs of `cells` share a stream by chance. Without a stride base seeds are spread over all 2^32: C (C - 1) (2N - 1) / 2^33. With
 * one they lie in [0, stride) beside each other, and the difference of two is d with probability (stride - |d|) / stride^2: a pair shares a
 * stream where d is p x 1000003 mod 2^32 for some |p| < N. (p = 0: the same base seed, 1 / stride.)
 */
export function expectedPairs(cells: number, permutations: number, stride: number): number {
  const pairs = allPairs(cells);
  if (stride === 0) return (pairs * (2 * permutations - 1)) / CIRCLE;
  /** stride^2 x the probability that two base seeds differ by `residue` modulo 2^32. */
  const weight = (residue: number): number =>
    Math.max(0, stride - residue) + (residue === 0 ? 0 : Math.max(0, stride - (CIRCLE - residue)));
  const looked_at = Math.min(permutations, MOST_LAGS);
  let sum = weight(0);
  for (let p = 1, residue = 0; p < looked_at; p++) {
    residue += PERMUTATION_STRIDE;
    if (residue >= CIRCLE) residue -= CIRCLE;
    // p and -p are alike.
    sum += 2 * weight(residue);
  }
  // The rest of that many lags goes round the circle evenly.
  const rest = (2 * (permutations - looked_at)) / CIRCLE;
  return pairs * Math.min(1, sum / (stride * stride) + rest);
}

function notesOn(audit: OverlapAudit, cells: number, stride: number): string[] {
  const notes: string[] = [];
  if (stride > 0 && (cells * cells) / (2 * stride) > 0.01) {
    notes.push(
      `seed.stride ${stride} leaves ${stride} base seeds for ${cells} cells, so identical cells are likely. A stride never separates cells: use 0.`,
    );
  }
  if (audit.identical_pairs > 0) {
    notes.push(
      audit.identical_pairs === 1
        ? '1 pair of cells has one base seed and draws the same numbers throughout.'
        : `${counted(audit.identical_pairs, 'pair')} of cells have the same base seed and draw the same numbers throughout.`,
    );
  }
  if (audit.pairs > 0) {
    notes.push(
      `${counted(audit.pairs, 'pair of cells shares', 'pairs of cells share')} streams. This is harmless for each cell's own estimates but correlates these cells. Another global seed does not remove it; seed.scheme: philox does.`,
    );
  }
  return notes;
}
