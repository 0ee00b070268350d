import type { PermutationFailure } from '../execute/messages.ts';
import type { CellFile, CellScan, EncodedChunk } from '../store/cell-file.ts';
import { openCell } from '../store/open-cell.ts';
import { appendFailures, clearFailures, readFailures } from '../store/failures.ts';
import type { FilePort } from '../store/port.ts';
import {
  countPermutations,
  intersectRanges,
  rangesOf,
  subtractRanges,
  type PermutationRange,
} from '../study/permutation-range.ts';
import type { RunCell } from './run-cell.ts';
import type { RunOutput } from './run-output.ts';

/** Rows that this process computed for a file, and rows that it had from elsewhere: another output, or a chunk computed for another output. */
interface RowCount {
  readonly computed: number;
  readonly copied: number;
}

const NONE: RowCount = { computed: 0, copied: 0 };

/** One metrics file open for writing: a cell in one output. Errors of its disk end its output and are thrown to nobody. */
export class CellTarget {
  readonly output: RunOutput;
  readonly cell: RunCell;
  readonly file: CellFile;
  /** What is to be computed or copied. */
  readonly missing: readonly PermutationRange[];
  /** Permutations that failed before and are not tried again. */
  readonly n_failed_before: number;
  /** Permutations that are missing and another run's to compute. */
  readonly n_not_mine: number;
  readonly resume_detected: boolean;
  private readonly port: FilePort;
  private appended = NONE;
  private synced = NONE;
  private acknowledged = NONE;
  /** failures.csv being written, one append after the other. */
  private recording: Promise<void> = Promise.resolve();

  private constructor(port: FilePort, output: RunOutput, cell: RunCell, scan: CellScan, file: CellFile) {
    const failed = rangesOf(readFailures(port, cell.place.folder).map((failure) => failure.perm_index));
    this.port = port;
    this.output = output;
    this.cell = cell;
    this.file = file;
    const mine = output.share === undefined ? file.missing : intersectRanges(file.missing, output.share(cell));
    this.missing = subtractRanges(mine, failed);
    this.n_failed_before = countPermutations(mine) - countPermutations(this.missing);
    this.n_not_mine = countPermutations(file.missing) - countPermutations(mine);
    this.resume_detected = scan.n_rows_raw > 0;
  }

  /** Opens (and repairs) the file of a cell. Undefined where that fails: the output has failed then. */
  static async open(
    port: FilePort,
    output: RunOutput,
    cell: RunCell,
    scan: CellScan,
    retry_failed: boolean,
  ): Promise<CellTarget | undefined> {
    try {
      output.summaries.withdraw(cell);
      const file = await openCell(port, cell.place, scan, (line) => {
        output.books.log(cell, line);
      });
      if (retry_failed) await clearFailures(port, cell.place.folder);
      return new CellTarget(port, output, cell, scan, file);
    } catch (error) {
      output.fail(error);
      return undefined;
    }
  }

  append(chunk: EncodedChunk, source: keyof RowCount): void {
    if (!this.output.live) return;
    try {
      this.output.assertThere(this.port);
      this.output.forecast.observe(chunk.rows, chunk.bytes.length);
      this.file.append(chunk);
    } catch (error) {
      this.output.fail(error);
      return;
    }
    this.appended = { ...this.appended, [source]: this.appended[source] + chunk.rows };
  }

  /** Permutations of an appended chunk that left no row. */
  record(failures: readonly PermutationFailure[]): void {
    if (!this.output.live) return;
    this.output.books.failed(this.cell, failures);
    this.recording = this.recording
      .then(() => appendFailures(this.port, this.cell.place.folder, failures))
      .catch((error: unknown) => {
        this.output.fail(error);
      });
  }

  async sync(): Promise<void> {
    await this.recording;
    if (!this.output.live) return;
    const covered = this.appended;
    try {
      await this.file.sync();
      this.synced = covered;
    } catch (error) {
      this.output.fail(error);
    }
  }

  /** Rows that reached the disk count; with `appended` those that were only written, too. */
  acknowledge(upTo: 'synced' | 'appended'): void {
    const { computed, copied } = this[upTo];
    const fresh = { computed: computed - this.acknowledged.computed, copied: copied - this.acknowledged.copied };
    if (!this.output.live || fresh.computed + fresh.copied <= 0) return;
    this.acknowledged = this[upTo];
    this.output.books.acknowledged(this.cell, fresh.computed, fresh.copied);
  }

  /** Permutations of this cell that have no row because they failed, now or earlier. */
  get n_failed(): number {
    return this.n_failed_before + this.output.books.failuresOf(this.cell);
  }
}
