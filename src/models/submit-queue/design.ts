import assert from 'node:assert/strict';

import type { Rng } from '../../random/generator.ts';
import type { Shape } from './batch-plan.ts';

/**
 * A group-testing design with constant column weight: position i of the window runs in the batches
 * `rows[i K] .. rows[i K + K - 1]`, all different.
 */
export interface Design {
  readonly batches: number;
  readonly column_weight: number;
  readonly positions: number;
  readonly rows: Int32Array;
  /** The first position in each batch; `positions` for a batch that has none. A batch is empty for a window up to here. */
  readonly first_position: Int32Array;
}

export function createDesign(shape: Shape, positions: number): Design {
  const { batches, column_weight } = shape;
  assert(column_weight <= batches, 'a change cannot be in more batches than there are');
  return {
    batches,
    column_weight,
    positions,
    rows: new Int32Array(positions * column_weight),
    first_position: new Int32Array(batches),
  };
}

/**
 * Redraws the design: for each position K distinct rows, all choices equally likely (Floyd's algorithm, K draws).
 * Source: Bentley and Floyd 1987, Programming pearls: a sample of brilliance, doi:10.1145/30401.315746.
 */
export function drawDesign(design: Design, optimized: boolean, rng: Rng): void {
  const { batches, column_weight, positions, rows } = design;
  for (let position = 0; position < positions; position++) {
    const start = position * column_weight;
    for (let k = 0; k < column_weight; k++) {
      const last = batches - column_weight + k;
      const drawn = rng.index(last + 1);
      rows[start + k] = holds(rows, start, k, drawn) ? last : drawn;
    }
  }
  if (optimized) improveOnce(design, rng);
  noteFirstPositions(design);
}

function holds(rows: Int32Array, start: number, length: number, row: number): boolean {
  for (let k = 0; k < length; k++) if (rows[start + k] === row) return true;
  return false;
}

function noteFirstPositions(design: Design): void {
  const { rows, column_weight, positions, first_position } = design;
  first_position.fill(positions);
  for (let at = positions * column_weight - 1; at >= 0; at--)
    first_position[rows[at]!] = Math.floor(at / column_weight);
}

/**
 * One improvement step: of the pair of positions that share the most rows (the first such pair), if that is more than one row,
 * the first moves one of the shared rows to a row it does not have; undone if that makes the largest overlap grow.
 */
function improveOnce(design: Design, rng: Rng): void {
  const { batches, column_weight, rows } = design;
  const worst = worstPair(design);
  if (worst.overlap <= 1 || column_weight === batches) return;

  const start = worst.first * column_weight;
  const shared: number[] = [];
  for (let k = 0; k < column_weight; k++) {
    if (holds(rows, worst.second * column_weight, column_weight, rows[start + k]!)) shared.push(start + k);
  }
  const moved = shared[rng.index(shared.length)]!;
  const free: number[] = [];
  for (let row = 0; row < batches; row++) if (!holds(rows, start, column_weight, row)) free.push(row);

  const before = rows[moved]!;
  rows[moved] = free[rng.index(free.length)]!;
  if (largestOverlapWith(design, worst.first) > worst.overlap) rows[moved] = before;
}

/** The first pair of positions (in lexicographic order) with the largest number of common rows. */
function worstPair(design: Design): { first: number; second: number; overlap: number } {
  const worst = { first: 0, second: 0, overlap: 0 };
  const { column_weight, positions } = design;
  const members = membersByRow(design);
  const overlap = new Int32Array(positions);
  // From row lists instead of pairs of columns: nearly all pairs of a sparse design share nothing.
  for (let first = 0; first < positions; first++) {
    overlap.fill(0);
    for (let k = 0; k < column_weight; k++) {
      for (const second of members[design.rows[first * column_weight + k]!]!) if (second > first) overlap[second]!++;
    }
    for (let second = first + 1; second < positions; second++) {
      if (overlap[second]! > worst.overlap) Object.assign(worst, { first, second, overlap: overlap[second]! });
    }
    if (worst.overlap === column_weight) break;
  }
  return worst;
}

function largestOverlapWith(design: Design, position: number): number {
  const { rows, column_weight, positions } = design;
  let largest = 0;
  for (let other = 0; other < positions; other++) {
    if (other === position) continue;
    let overlap = 0;
    for (let k = 0; k < column_weight; k++) {
      if (holds(rows, other * column_weight, column_weight, rows[position * column_weight + k]!)) overlap++;
    }
    largest = Math.max(largest, overlap);
  }
  return largest;
}

function membersByRow(design: Design): number[][] {
  const members: number[][] = Array.from({ length: design.batches }, () => []);
  for (let at = 0; at < design.rows.length; at++)
    members[design.rows[at]!]!.push(Math.floor(at / design.column_weight));
  return members;
}
