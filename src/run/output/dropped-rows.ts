import pLimit from 'p-limit';

import { EngineError } from '../../errors.ts';
import { canonicalJson } from '../../study/canonical-json.ts';
import type { FilePort } from '../../files/port.ts';
import { readProgressCsv, type CellCount } from '../../stored/progress-csv.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import type { RunManifest } from '../../stored/manifest.ts';
import { nextCheck, stoppingOf } from '../../precision/checks.ts';
import { scanStored, storedCells, type StoredCell } from '../../readers/stored-cells.ts';
import type { Host } from '../../readers/host.ts';
import type { Readers } from '../../readers/readers.ts';

/** Files read at once, per thread. */
const AT_ONCE = 2;

/**
 * Refuses (IDENTITY) where cells hold rows that the study no longer asks for: another precision, or fewer permutations, lets them stop earlier than
 * they did. Nothing can be dropped where neither changed, nor where no row is that far: too many permutations that were asked for by mistake are taken back
 * freely until one of them is computed. Cells that cannot be read are left to the run, which says so.
 */
export async function refuseDroppedRows(
  host: Host,
  output: string,
  before: RunManifest,
  wanted: RunManifest,
  threads: number,
): Promise<void> {
  const same = canonicalJson(before.precision) === canonicalJson(wanted.precision);
  if (same && wanted.permutations >= before.permutations) return;
  const fewer = wanted.permutations < before.permutations && before.precision.length + wanted.precision.length === 0;
  // A run that was further says so; only where it says that no cell was, the files are read.
  if (fewer && saidToBeFurther(host.port, output, wanted)) throw fewerPermutations(output, before, wanted);
  const readers = host.open(threads);
  const limit = pLimit(AT_ONCE * threads);
  try {
    const cells = [...storedCells(output, before)].filter(({ cell_id }) =>
      Object.hasOwn(wanted.identity.cells, cell_id),
    );
    const found = await Promise.all(cells.map((cell) => limit(() => droppedRows(readers, cell, wanted))));
    const dropped = found.filter((one) => one !== undefined);
    if (dropped.length > 0)
      throw fewer ? fewerPermutations(output, before, wanted) : dropsRows(output, dropped, wanted);
  } finally {
    await readers.close();
  }
}

function saidToBeFurther(port: FilePort, output: string, { permutations, identity }: RunManifest): boolean {
  const said = readProgressCsv(port, layoutOf(output).progress) ?? new Map<string, CellCount>();
  return [...said].some(([cell_id, { n_done }]) => n_done > permutations && Object.hasOwn(identity.cells, cell_id));
}

function fewerPermutations(output: string, before: RunManifest, wanted: RunManifest): EngineError {
  return new EngineError(
    'IDENTITY',
    `${output} holds ${before.permutations} permutations per cell and the study asks for ${wanted.permutations}: that would drop computed rows. Pass --truncate to drop them, or ask for ${before.permutations} or more.`,
    { path: 'permutations', value: wanted.permutations, allowed: `>= ${before.permutations}, or --truncate` },
  );
}

interface DroppedRows {
  readonly cell_id: string;
  /** Where the cell stops; undefined where rows are missing before its next check, and rows past it are there. */
  readonly stop: number | undefined;
  readonly check: number;
}

async function droppedRows(readers: Readers, cell: StoredCell, wanted: RunManifest): Promise<DroppedRows | undefined> {
  try {
    const { scan, check } = await scanStored(readers, cell, wanted);
    const { cell_id } = cell;
    if (scan.n_rows_past_target > 0) return { cell_id, stop: scan.target, check: scan.target };
    const stopping = stoppingOf(wanted.precision, wanted.permutations);
    if (stopping === undefined || check?.stop === true) return undefined;
    const next = nextCheck(stopping, check);
    return (scan.present.at(-1)?.to ?? 0) > next ? { cell_id, stop: undefined, check: next } : undefined;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

function dropsRows(output: string, dropped: readonly DroppedRows[], wanted: RunManifest): EngineError {
  const { cell_id, stop, check } = dropped[0]!;
  const why =
    stop === undefined
      ? `cell ${cell_id} holds rows past permutation ${check}, where its next check falls, and lacks rows before it: it may stop there`
      : `cell ${cell_id} holds rows past permutation ${stop}, where it now stops`;
  const more = dropped.length > 1 ? ` (and ${dropped.length - 1} more cells)` : '';
  return new EngineError(
    'IDENTITY',
    `${output}: ${why}${more}: that would drop computed rows. Pass --truncate to drop them, or restore precision and permutations.`,
    { path: 'precision', value: wanted.precision, allowed: 'a precision that keeps every row, or --truncate' },
  );
}
