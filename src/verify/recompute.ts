import { computeCsv } from '../execute/compute-csv.ts';
import type { Executor } from '../execute/executor.ts';
import { createSeededRng } from '../random/streams.ts';
import type { FilePort } from '../files/port.ts';
import { pickRows } from '../store/pick-rows.ts';
import { cellOf } from '../plan/run-cell.ts';
import { MADE_BY } from '../stored/manifest.ts';
import type { RowOrigin } from '../stored/row-origins.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { includes, spread } from '../study/permutation-range.ts';

/** How many rows to compute again: a number, or a share of all. */
export type RecomputeAmount = { readonly rows: number } | { readonly percent: number };

export interface Mismatch {
  readonly cell_id: string;
  readonly perm_index: number;
  readonly message: string;
}

/** Which rows are computed again is drawn with this seed: the same ones every time, spread over all cells. */
const SAMPLE_SEED = 20_261_122;
/** Of a cell's rows by another version of Node.js, this many are always among them. */
const SAMPLE_OF_OTHERS = 5;
/** Rows of one cell that are computed at once. */
const AT_ONCE = 64;

/** What there is of a cell to draw rows from. */
export interface CellRows {
  /** Rows are drawn below this perm_index. Those that are not there are skipped: they are reported as missing. */
  readonly span: number;
  /** Rows by another major version of Node.js than this one: some of them are always among the drawn. */
  readonly others: readonly RowOrigin[];
}

/** Computes sampled rows again and compares every bit with what is stored. `setup`: the hash of its setup, which the executor was given. */
export async function recompute(
  port: FilePort,
  experiment: LoadedStudy,
  amount: RecomputeAmount,
  rows: ReadonlyMap<string, CellRows>,
  executor: Executor,
  setup: string,
): Promise<{ readonly recomputed: number; readonly mismatches: readonly Mismatch[] }> {
  const mismatches: Mismatch[] = [];
  let recomputed = 0;
  for (const [index, perms] of sampleRows(experiment, amount, rows)) {
    const cell = cellOf(experiment, experiment.cells.at(index), experiment.study.output);
    const stored = pickRows(port, cell.place, experiment.study.permutations, perms);
    const present = perms.filter((perm) => stored.has(perm));
    for (let k = 0; k < present.length; k += AT_ONCE) {
      const fresh = await Promise.all(
        present.slice(k, k + AT_ONCE).map(async (perm_index) => ({
          perm_index,
          text: await computeCsv(executor, setup, cell, { from: perm_index, to: perm_index + 1 }),
        })),
      );
      for (const { perm_index, text } of fresh) {
        recomputed += 1;
        if (text === stored.get(perm_index)) continue;
        const by = rows.get(cell.cell_id)?.others.find(({ ranges }) => includes(ranges, perm_index));
        const whose = by && `; stored by Node.js ${by.node}, recomputed by ${MADE_BY.node}`;
        const message = `permutation ${perm_index}: stored ${stored.get(perm_index)!.trim()}, recomputed ${text.trim() || 'a failure'}${whose ?? ''}`;
        mismatches.push({ cell_id: cell.cell_id, perm_index, message });
      }
    }
  }
  return { recomputed, mismatches };
}

/** Distinct rows by cell, ascending. */
function sampleRows(
  { cells }: LoadedStudy,
  amount: RecomputeAmount,
  rows: ReadonlyMap<string, CellRows>,
): Map<number, number[]> {
  /** Rows before each cell. */
  const offsets = new Float64Array(cells.length + 1);
  for (let i = 0; i < cells.length; i += 1) offsets[i + 1] = offsets[i]! + (rows.get(cells.idAt(i))?.span ?? 0);
  const total = offsets[cells.length]!;
  const wanted = Math.min(total, 'rows' in amount ? amount.rows : Math.ceil((total * amount.percent) / 100));
  const rng = createSeededRng('sfc32');
  rng.reseed(SAMPLE_SEED);
  const drawn = new Set<number>();
  // Two outputs make a 53-bit uniform: more rows than 2^32 are possible. Close to all rows, all are taken instead of waited for.
  while (drawn.size < wanted && wanted < total * 0.9)
    drawn.add(Math.floor(((rng.uint32() * 2097152 + (rng.uint32() >>> 11)) / 2 ** 53) * total));
  for (let row = 0; row < total && drawn.size < wanted; row += 1) drawn.add(row);
  for (let i = 0; i < cells.length; i += 1)
    for (const { ranges } of rows.get(cells.idAt(i))?.others ?? [])
      for (const perm of spread(ranges, SAMPLE_OF_OTHERS)) drawn.add(offsets[i]! + perm);
  const by_cell = new Map<number, number[]>();
  let cell = 0;
  for (const row of [...drawn].sort((a, b) => a - b)) {
    while (row >= offsets[cell + 1]!) cell += 1;
    const perms = by_cell.get(cell) ?? [];
    perms.push(row - offsets[cell]!);
    by_cell.set(cell, perms);
  }
  return by_cell;
}
