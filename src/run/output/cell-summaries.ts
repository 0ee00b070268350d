import type { KeptColumns } from '../../execute/kept-columns.ts';
import type { RunCell } from '../../plan/run-cell.ts';
import { isOfCheck, precisionOf } from '../../precision/cell-precision.ts';
import type { Check } from '../../precision/checks.ts';
import type { Readers } from '../../readers/readers.ts';
import { areCurrent, areRanked } from '../../statistics/earlier-statistics.ts';
import { statisticsText, type StatisticsText } from '../../statistics/statistics-text.ts';
import type { SummariseOptions } from '../../statistics/summarise.ts';
import { isAsWritten } from '../../store/scan-cell.ts';
import type { CellFile, CellScan } from '../../store/scan/cell-file.ts';
import { onDiskAsync } from '../../files/disk-error.ts';
import { cellLayout } from '../../store/scan/layout.ts';
import type { FilePort } from '../../files/port.ts';
import { removeFile } from '../../files/remove-file.ts';
import { writeSmallFile } from '../../files/small-file.ts';
import { summaryIfReadable, summaryTextOf, type CellSummary } from '../../stored/summaries.ts';
import type { TableLines } from '../../tables/table-lines.ts';

/** The cell need not wait for this: its old summary is ignored until the new one is written. */
const WITHDRAW_PATIENCE_MS = 1_000;

export interface CellSummariesOptions {
  readonly port: FilePort;
  readonly readers: Readers;
  readonly statistics: SummariseOptions;
  readonly seedOf: (cell: RunCell) => unknown;
  /** The metrics of the unperturbed case; undefined where the model has none. */
  readonly baselineOf: (cell: RunCell) => Readonly<Record<string, number>> | undefined;
  /** Where the tables of the end find what the summaries say. */
  readonly lines: TableLines;
}

/** What a summary says beside the file's own counts. */
interface Made {
  readonly rows_crc32: string;
  readonly resume_detected: boolean;
  readonly check: Check | undefined;
  readonly baseline: Readonly<Record<string, number>> | undefined;
  readonly statistics: StatisticsText;
}

/** What is known of a cell at its end beside its file. */
export interface Ending {
  readonly resume_detected: boolean;
  readonly check: Check | undefined;
  /** The values of all rows, where they are in memory. */
  readonly columns: KeptColumns | undefined;
  /** Of all rows, where they were made with them: the cell is small. */
  readonly statistics: StatisticsText | undefined;
}

/** Makes, checks and withdraws the summary.json of cells. */
export class CellSummaries {
  private readonly options: CellSummariesOptions;
  /** Of the cells under way. */
  private readonly asked = new Map<number, SummariseOptions>();

  constructor(options: CellSummariesOptions) {
    this.options = options;
  }

  /**
   * Whether nothing is left to do for a cell: its file is whole and as an undisturbed run leaves it, and its summary was made from these very rows.
   * Decided from the rows; the summary only says which rows it is of.
   */
  isUpToDate(cell: RunCell, scan: CellScan, check: Check | undefined): boolean {
    const { port, statistics } = this.options;
    const { target } = scan;
    const whole =
      scan.canonical &&
      scan.sealed &&
      scan.end === scan.size &&
      scan.n_rows_past_target === 0 &&
      (target === 0 || (scan.present.length === 1 && scan.present[0]!.from === 0 && scan.present[0]!.to === target));
    if (!whole || scan.rows_crc32 === undefined) return false;
    const summary = summaryIfReadable(port, cell.place.folder);
    return (
      summary?.digest !== undefined &&
      summary.rows_crc32 === scan.rows_crc32 &&
      summary.n_perms_target === target &&
      areCurrent(summary.statistics) &&
      (summary.baseline === null || areRanked(summary.statistics)) &&
      JSON.stringify(summary.thresholds) === JSON.stringify(statistics.thresholds ?? {}) &&
      isOfCheck(summary.precision, check)
    );
  }

  /**
   * Removes the summary of a cell whose file is about to change; what says that the cell is complete goes first. Throws HeldFile where another program does not
   * let it go.
   */
  async withdraw(cell: RunCell): Promise<void> {
    const { port } = this.options;
    const { summary, progress } = cellLayout(cell.place.folder);
    await onDiskAsync('remove', summary, async () => {
      if (port.stat(summary) === undefined) return;
      await removeFile(port, progress, WITHDRAW_PATIENCE_MS);
      await removeFile(port, summary, WITHDRAW_PATIENCE_MS);
    });
  }

  /** What the statistics of a cell are made with. */
  optionsFor(cell: RunCell): SummariseOptions {
    const known = this.asked.get(cell.index);
    if (known !== undefined) return known;
    const baseline = this.options.baselineOf(cell);
    const options = { ...this.options.statistics, ...(baseline !== undefined && { baseline }) };
    this.asked.set(cell.index, options);
    return options;
  }

  /** Completes a cell's file and writes its summary. Its rows are read back, for both; where `columns` has the values of all of them, only the bytes are proven. */
  async complete(cell: RunCell, file: CellFile, ending: Ending): Promise<void> {
    const { resume_detected, check, columns } = ending;
    const { readers, port } = this.options;
    const options = this.optionsFor(cell);
    this.asked.delete(cell.index);
    const { baseline } = options;
    const { target } = file;
    let made: StatisticsText | undefined;
    const rows_crc32 = await file.complete(async (sums) => {
      const { written } = file;
      if (ending.statistics !== undefined && written !== undefined && isAsWritten(port, cell.place, written)) {
        made = ending.statistics;
        return 'proven';
      }
      const kept = columns && written && { ...written, columns };
      const finished = await readers.read('finish', { place: cell.place, target, options, sums, kept });
      made = finished.statistics;
      return finished.found;
    });
    // A file without rows is not read back.
    const statistics = made ?? statisticsText(await readers.read('summary', { place: cell.place, target, options }));
    await this.write(cell, file, { rows_crc32, resume_detected, check, baseline, statistics });
  }

  private async write(
    cell: RunCell,
    file: CellFile,
    { rows_crc32, resume_detected, check, baseline, statistics }: Made,
  ): Promise<void> {
    const { port, seedOf, lines } = this.options;
    const { target } = file;
    const head: Omit<CellSummary, 'digest' | 'statistics'> = {
      cell_id: cell.cell_id,
      n_perms_target: target,
      n_perms_done: target,
      n_rows_raw: file.n_rows_raw,
      n_rows_deduped: file.n_rows_raw - file.n_duplicates_dropped,
      n_duplicates_dropped: file.n_duplicates_dropped,
      n_conflicting_duplicates: file.n_conflicting_duplicates,
      n_rows_damaged: file.n_rows_damaged,
      n_rows_past_target: file.n_rows_past_target,
      resume_detected,
      params: cell.parameters,
      seed: seedOf(cell),
      baseline: baseline ?? null,
      rows_crc32,
      thresholds: this.options.statistics.thresholds ?? {},
      ...precisionOf(check),
    };
    await writeSmallFile(port, cellLayout(cell.place.folder).summary, summaryTextOf(head, statistics));
    lines.add(cell.index, { cell_id: cell.cell_id, parameters: cell.parameters, n: target, texts: statistics });
  }
}
