import { EngineError } from '../../errors.ts';
import type { Executor } from '../../execute/executor.ts';
import type { RunCell } from '../../plan/run-cell.ts';
import type { Readers } from '../../readers/readers.ts';
import type { CellScan } from '../../store/scan/cell-file.ts';
import { countPermutations, rangesOf, type PermutationRange } from '../../study/permutation-range.ts';

/** How many of the rows that no checksum covers are computed again before any of them is taken, a cell. */
const SAMPLE_ROWS = 20;
/** Rows computed at once. */
const CHUNK_ROWS = 256;

/** Who computes and reads, and with which setup. */
export interface Confirmer {
  readonly executor: Executor;
  readonly readers: Readers;
  readonly setup: string;
  /** All rows without a checksum are computed again, not a sample of them. */
  readonly every_row: boolean;
}

export interface Confirmation {
  /** perm_index of the rows that were computed again, ascending, and of those that differ from what stands in the file. */
  readonly recomputed: readonly number[];
  readonly differing: readonly number[];
}

/** Computes a sample of the rows that no checksum covers, and holds it against the file. Changes nothing. */
export async function confirmRows(by: Confirmer, cell: RunCell, scan: CellScan): Promise<Confirmation> {
  const recomputed = sampleOf(scan.unprotected, by.every_row);
  const stored = await by.readers.read('pick', { place: cell.place, target: scan.target, perms: recomputed });
  const differing: number[] = [];
  for (const range of rangesOf(recomputed)) {
    for (let from = range.from; from < range.to; from += CHUNK_ROWS) {
      const fresh = await computeLines(by, cell, from, Math.min(range.to, from + CHUNK_ROWS));
      for (let perm = from; perm < Math.min(range.to, from + CHUNK_ROWS); perm += 1)
        if (fresh.get(perm) !== stored.get(perm)) differing.push(perm);
    }
  }
  return { recomputed, differing };
}

/** Spread evenly, the first and the last among them: the same ones every time. */
function sampleOf(ranges: readonly PermutationRange[], every_row: boolean): number[] {
  const rows = countPermutations(ranges);
  const wanted = every_row ? rows : Math.min(rows, SAMPLE_ROWS);
  const perms: number[] = [];
  let before = 0;
  let k = 0;
  for (const { from, to } of ranges) {
    for (; k < wanted; k += 1) {
      const place = wanted === 1 ? 0 : Math.floor((k * (rows - 1)) / (wanted - 1));
      if (place >= before + to - from) break;
      perms.push(from + place - before);
    }
    before += to - from;
  }
  return perms;
}

async function computeLines(
  { executor, setup }: Confirmer,
  cell: RunCell,
  from: number,
  to: number,
): Promise<Map<number, string>> {
  const as_csv = { ...cell.setup, schema: { ...cell.setup.schema, format: 'csv' as const } };
  const result = await executor.compute({ setup, cell: as_csv, first: from, count: to - from });
  const lines = Buffer.from(result.bytes).toString('latin1').split('\n').slice(0, -1);
  executor.release(result);
  return new Map(lines.map((line) => [Number.parseInt(line, 10), `${line}\n`]));
}

/** The file is known to be this experiment's: some of its rows are covered by a checksum that says so. */
export function isProven({ present, unprotected }: CellScan): boolean {
  return countPermutations(present) > countPermutations(unprotected);
}

/** Rows that nothing says are of this experiment, and that are not what it computes. */
export function otherRows(cell: RunCell, { recomputed, differing }: Confirmation): EngineError {
  const { folder, schema } = cell.place;
  return new EngineError(
    'IDENTITY',
    `${folder} holds rows that no checksum says are of cell ${cell.cell_id} as this study has it, and ${differing.length} of ${recomputed.length} that were computed again differ (permutation ${differing[0]!} first): they are of another experiment (seed, model, inputs or parameters), or were changed. They stay as they are. Use another output, or the study that made them, or move ${folder} away to have the cell computed anew`,
    { path: folder, allowed: schema.experiment },
  );
}
