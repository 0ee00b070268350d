import { EngineError } from '../../errors.ts';
import type { CellPlace, CellScan } from '../../store/scan/cell-file.ts';
import type { FilePort } from '../../files/port.ts';
import { diskError } from '../../files/disk-error.ts';
import { noFile } from '../../store/scan-cell.ts';
import { inOrder } from '../../execute/in-order.ts';
import type { ReusableRun } from './reuse.ts';
import type { RunCell, RunCells } from '../../plan/run-cell.ts';
import type { Check, Stopping } from '../../precision/checks.ts';
import type { Readers } from '../../readers/readers.ts';
import { MADE_BY } from '../../stored/manifest.ts';
import type { RowOrigin, RowOrigins } from '../../stored/row-origins.ts';

/** Cells that are scanned together: those of one study, with the number of permutations it wants of each. */
export interface CellSet {
  readonly cells: RunCells;
  readonly target: number;
  /** When its cells have fewer than that. */
  readonly stopping: Stopping | undefined;
  /** Who computed the rows that are there; undefined where that does not matter. */
  readonly origins?: RowOrigins | undefined;
}

/** One cell in one output. */
export interface ScannedCell<Set extends CellSet> {
  readonly output: Set;
  readonly cell: RunCell;
  /** What its file holds, or why that cannot be known. */
  readonly scan: CellScan | EngineError;
  /** What its rows say about where it stops. */
  readonly check: Check | undefined;
}

/** A file with rows of this experiment that are good to be copied. */
export interface Donor {
  readonly place: CellPlace;
  readonly scan: CellScan;
  /** Its rows by another major version of Node.js than this one. */
  readonly others: readonly RowOrigin[];
}

/** One experiment and everything that is known of it on disk. */
export interface ScannedExperiment<Set extends CellSet> {
  /** At least one; those of all outputs that want it. */
  readonly members: readonly ScannedCell<Set>[];
  readonly donors: readonly Donor[];
}

export interface ScanOptions<Set extends CellSet> {
  readonly outputs: readonly Set[];
  /** Other runs whose rows may be taken. */
  readonly reuse: readonly ReusableRun[];
  readonly readers: Readers;
  readonly port: FilePort;
}

/** Scans under way ahead of the cell that is worked on. */
const AHEAD = 8;

/**
 * The distinct experiments of all outputs, in the order of the first study that has them, each with what its files hold. Files are read by the
 * readers, some cells ahead; a cell without a folder costs nothing, so a new run of 100,000 cells starts at once.
 */
export async function* scannedExperiments<Set extends CellSet>(
  run: ScanOptions<Set>,
): AsyncGenerator<ScannedExperiment<Set>> {
  yield* inOrder(distinctExperiments(run.outputs), AHEAD, (members) => scanExperiment(run, members));
}

interface Member<Set extends CellSet> {
  readonly output: Set;
  readonly cell: RunCell;
}

/** Cells of several outputs with one experiment come together, at the place of the first. */
function* distinctExperiments<Set extends CellSet>(outputs: readonly Set[]): Generator<Member<Set>[]> {
  for (const [k, output] of outputs.entries()) {
    const same = (other: Set, cell: RunCell): RunCell | undefined => {
      const found = other.cells.find(cell.cell_id);
      return found?.setup.schema.experiment === cell.setup.schema.experiment ? found : undefined;
    };
    for (const cell of output.cells) {
      if (outputs.slice(0, k).some((earlier) => same(earlier, cell) !== undefined)) continue;
      const later = outputs.slice(k + 1).flatMap((other) => {
        const found = same(other, cell);
        return found === undefined ? [] : [{ output: other, cell: found }];
      });
      yield [{ output, cell }, ...later];
    }
  }
}

async function scanExperiment<Set extends CellSet>(
  run: ScanOptions<Set>,
  cells: readonly Member<Set>[],
): Promise<ScannedExperiment<Set>> {
  const members = await Promise.all(
    cells.map(async ({ output, cell }) => ({ output, cell, ...(await scan(run, cell.place, output)) })),
  );
  const whole = ({ scan }: ScannedCell<Set>): boolean =>
    !(scan instanceof EngineError) && scan.present[0]?.from === 0 && scan.present[0].to === scan.target;
  const elsewhere = members.every(whole) ? [] : reusablePlaces(run.reuse, cells[0]!.cell);
  const reused = await Promise.all(
    elsewhere.map(async ({ place, origins, target }) => ({
      place,
      origins,
      ...(await scan(run, place, { target, stopping: undefined })),
    })),
  );
  const files = [
    ...members.map(({ cell, scan, output: { origins } }) => ({ place: cell.place, scan, origins })),
    ...reused,
  ];
  const { cell_id } = cells[0]!.cell;
  const donors = files.filter(isDonor).map(({ place, scan, origins }): Donor => ({
    place,
    scan,
    others: origins?.others(cell_id, scan.present, MADE_BY.node) ?? [],
  }));
  return { members, donors };
}

interface ReusablePlace extends Pick<ReusableRun, 'origins' | 'target'> {
  readonly place: CellPlace;
}

function reusablePlaces(runs: readonly ReusableRun[], cell: RunCell): ReusablePlace[] {
  return runs.flatMap((run) => {
    const place = run.placeOf(cell.cell_id, cell.setup.schema.experiment);
    return place === undefined ? [] : [{ place, origins: run.origins, target: run.target }];
  });
}

/** A file whose rows are good to be copied: all of them are known to be this experiment's, none was ever in doubt, and nobody else saved it. */
function isDonor<File extends { readonly scan: CellScan | EngineError }>(
  file: File,
): file is File & { readonly scan: CellScan } {
  const { scan } = file;
  if (scan instanceof EngineError || scan.present.length === 0) return false;
  return (
    scan.n_conflicts === 0 && scan.unprotected.length === 0 && scan.findings.every(({ kind }) => kind !== 'foreign')
  );
}

async function scan(
  run: Pick<ScanOptions<CellSet>, 'readers' | 'port'>,
  place: CellPlace,
  { target, stopping }: Pick<CellSet, 'target' | 'stopping'>,
): Promise<{ readonly scan: CellScan | EngineError; readonly check: Check | undefined }> {
  const check = undefined;
  try {
    if (run.port.stat(place.folder) === undefined) return { scan: noFile(target), check };
    return await run.readers.read('scan', { place, target, stopping });
  } catch (error) {
    if (error instanceof EngineError) return { scan: error, check };
    const known = diskError(error, 'read', place.folder);
    if (known instanceof EngineError) return { scan: known, check };
    throw error;
  }
}
