import type { Executor } from '../../execute/executor.ts';
import type { FilePort } from '../../files/port.ts';
import type { Readers } from '../../readers/readers.ts';
import { distrustUnprotected } from '../../store/distrust.ts';
import type { CellScan } from '../../store/scan/cell-file.ts';
import { MADE_BY } from '../../stored/manifest.ts';
import { originText } from '../../stored/row-origins.ts';
import { subtractRanges } from '../../study/permutation-range.ts';
import { counted } from '../../wording/format-number.ts';
import {
  confirmationText,
  confirmOthers,
  confirmRows,
  isProven,
  otherRows,
  type Confirmer,
} from '../output/confirm-rows.ts';
import type { RunOutput } from '../output/run-output.ts';
import type { ResolvedOptions } from '../run-options.ts';
import type { StopSwitch } from '../stop.ts';
import type { Donor, ScannedCell, ScannedExperiment } from './scan-cells.ts';

/** What of the loop recomputes rows that are in doubt, before any of them is taken. */
interface Confirming {
  readonly executor: Executor;
  readonly readers: Readers;
  readonly port: FilePort;
  readonly options: Pick<ResolvedOptions, 'recompute_found'>;
  readonly stop: StopSwitch;
  readonly abandoned: AbortSignal;
}

/** A cell that may be resumed, and what its file holds. */
interface Confirmed {
  readonly member: ScannedCell<RunOutput>;
  readonly scan: CellScan;
}

/**
 * A cell's doubtful rows are accepted only where a sample of them was recomputed and agrees, and what the cell misses is this Node.js's from now on.
 * Undefined where the cell cannot be begun: its output has failed, or the run was stopped meanwhile.
 */
export async function confirmedCell(
  run: Confirming,
  member: ScannedCell<RunOutput>,
  scan: CellScan,
): Promise<Confirmed | undefined> {
  const { output, cell } = member;
  try {
    await refuseOtherMath(run, member, scan);
    const confirmed = await confirmUnprotected(run, member, scan);
    const missing = subtractRanges([{ from: 0, to: confirmed.scan.target }], confirmed.scan.present);
    await output.origins?.claim(cell.cell_id, missing, MADE_BY.node);
    return confirmed;
  } catch (error) {
    if (run.stop.reason === undefined) output.fail(error);
    return undefined;
  }
}

/** Rows that another major version of Node.js computed with a user's model. Throws IDENTITY where they do not agree. */
async function refuseOtherMath(
  run: Confirming,
  { output, cell }: ScannedCell<RunOutput>,
  scan: CellScan,
): Promise<void> {
  const others = output.origins?.others(cell.cell_id, scan.present, MADE_BY.node) ?? [];
  const { recomputed, wrong } = await confirmOthers(confirmerOf(run, output), cell, scan.target, others);
  if (wrong !== undefined) throw wrong;
  if (recomputed > 0)
    output.books.log(
      cell,
      `rows computed by ${originText(others)}: ${counted(recomputed, 'row')} recomputed, all agree`,
    );
}

/**
 * Rows that no checksum covers. Where they do not agree, and other rows of the file are known to be this experiment's, they count as damaged and are computed
 * again; a file of which nothing is known is refused (IDENTITY).
 */
async function confirmUnprotected(run: Confirming, member: ScannedCell<RunOutput>, scan: CellScan): Promise<Confirmed> {
  if (scan.unprotected.length === 0) return { member, scan };
  const { output, cell } = member;
  const confirmation = await confirmRows(confirmerOf(run, output), cell, scan.target, scan.unprotected);
  output.books.log(cell, confirmationText(confirmation));
  if (confirmation.differing.length === 0) return { member, scan };
  if (!isProven(scan)) throw otherRows(cell, confirmation);
  await distrustUnprotected(run.port, cell.place, scan);
  const { target, stopping } = output;
  const again = await run.readers.read('scan', { place: cell.place, target, stopping });
  return { member: { ...member, ...again }, scan: again.scan };
}

/** Files whose rows may be copied: not those that another major version of Node.js computed with other results. */
export async function confirmedDonors(
  run: Confirming,
  { members, donors }: ScannedExperiment<RunOutput>,
): Promise<Donor[]> {
  const { output, cell } = members[0]!;
  const sound: Donor[] = [];
  for (const donor of donors) {
    const { place, scan, others } = donor;
    const { wrong } = await confirmOthers(confirmerOf(run, output), { ...cell, place }, scan.target, others);
    if (wrong === undefined) sound.push(donor);
    else output.books.log(cell, `WARNING: rows of this cell in another output are not reused. ${wrong.message}`);
  }
  return sound;
}

function confirmerOf({ executor, readers, options, abandoned }: Confirming, { setup }: RunOutput): Confirmer {
  return { executor, readers, setup, every_row: options.recompute_found, abandoned };
}
