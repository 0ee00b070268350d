import { EngineError } from '../../errors.ts';
import { computeCsv } from '../../execute/compute-csv.ts';
import type { Executor } from '../../execute/executor.ts';
import type { RunCell } from '../../plan/run-cell.ts';
import type { Readers } from '../../readers/readers.ts';
import { MADE_BY } from '../../stored/manifest.ts';
import { majorOf, originText, rangesOfAll, type RowOrigin } from '../../stored/row-origins.ts';
import type { CellScan } from '../../store/scan/cell-file.ts';
import { counted } from '../../wording/format-number.ts';
import { countPermutations, rangesOf, spread, type PermutationRange } from '../../study/permutation-range.ts';

/** Of the rows of a cell that are in doubt, this many are recomputed before any of them is used. */
const SAMPLE_ROWS = 20;
/** Rows recomputed at once. */
const CHUNK_ROWS = 256;

/** Who computes and reads, and with which setup. */
export interface Confirmer {
  readonly executor: Executor;
  readonly readers: Readers;
  readonly setup: string;
  /** Every row in doubt is recomputed, not a sample of them. */
  readonly every_row: boolean;
  /** Computations under way are no longer waited for. */
  readonly abandoned?: AbortSignal;
}

export interface Confirmation {
  /** perm_index of the rows that were recomputed, ascending, and of those that differ from what the file holds. */
  readonly recomputed: readonly number[];
  readonly differing: readonly number[];
}

/** Recomputes a sample of the rows in doubt, and compares it with the file of the cell bit for bit. Changes nothing. */
export async function confirmRows(
  by: Confirmer,
  cell: RunCell,
  target: number,
  in_doubt: readonly PermutationRange[],
): Promise<Confirmation> {
  const recomputed = spread(in_doubt, by.every_row ? Infinity : SAMPLE_ROWS);
  const stored = await by.readers.read('pick', { place: cell.place, target, perms: recomputed });
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

async function computeLines(
  { executor, setup, abandoned }: Confirmer,
  cell: RunCell,
  from: number,
  to: number,
): Promise<Map<number, string>> {
  const text = await computeCsv(executor, setup, cell, { from, to }, abandoned);
  const lines = text.split('\n').slice(0, -1);
  return new Map(lines.map((line) => [Number.parseInt(line, 10), `${line}\n`]));
}

/** The file is known to be this experiment's: a checksum that says so covers some of its rows. */
export function isProven({ present, unprotected }: CellScan): boolean {
  return countPermutations(present) > countPermutations(unprotected);
}

/** A line for the cell's log. */
export function confirmationText({ recomputed, differing }: Confirmation): string {
  if (differing.length === 0) return `${counted(recomputed.length, 'row')} without a checksum recomputed: all agree`;
  return `WARNING: ${differing.length} of ${counted(recomputed.length, 'row')} without a checksum differ when recomputed (permutation ${differing[0]!} first). Check the disk.`;
}

/**
 * The same for rows that other major versions of Node.js computed with a user's model: how many were recomputed, and what is wrong with them; undefined where
 * they agree.
 */
export async function confirmOthers(
  by: Confirmer,
  cell: RunCell,
  target: number,
  others: readonly RowOrigin[],
): Promise<{ readonly recomputed: number; readonly wrong: EngineError | undefined }> {
  if (others.length === 0) return { recomputed: 0, wrong: undefined };
  const found = await confirmRows(by, cell, target, rangesOfAll(others));
  return {
    recomputed: found.recomputed.length,
    wrong: found.differing.length > 0 ? otherMath(cell, others, found) : undefined,
  };
}

/** Rows that another major version of Node.js computed come out different under this one. */
function otherMath({ cell_id, place }: RunCell, by: readonly RowOrigin[], found: Confirmation): EngineError {
  const { recomputed, differing } = found;
  return new EngineError(
    'IDENTITY',
    `Cell ${cell_id} has rows computed by ${originText(by)}; recomputed by this Node.js ${MADE_BY.node}, ${differing.length} of ${counted(recomputed.length, 'row')} differ (permutation ${differing[0]!} first): the model uses math that differs between versions of V8, such as ** or Math.exp. Nothing was changed. Resume with Node.js ${majorOf(by[0]!.node)}; or use the engine's own functions (import { pow, exp, log } from 'permafrost') and another --output.`,
    { path: place.folder, value: MADE_BY.node, allowed: by.map(({ node }) => node).join(', ') },
  );
}

/** Rows that nothing ties to this experiment and that differ from what it computes. */
export function otherRows({ cell_id, place }: RunCell, { recomputed, differing }: Confirmation): EngineError {
  const { folder, schema } = place;
  return new EngineError(
    'IDENTITY',
    `${folder} holds rows of another experiment, or changed ones: no checksum ties them to cell ${cell_id} of this study, and ${differing.length} of ${counted(recomputed.length, 'row')} differ when recomputed (permutation ${differing[0]!} first). Nothing was changed. Use another --output, or the study (seed, model, inputs, parameters) that made these rows; or move ${folder} away to have the cell computed from the start.`,
    { path: folder, allowed: schema.experiment },
  );
}
