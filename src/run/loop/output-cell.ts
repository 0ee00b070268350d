import type { ErrorRecord } from '../../model/error-record.ts';
import type { CellFile, CellScan, EncodedChunk } from '../../store/scan/cell-file.ts';
import { openCell } from '../../store/open-cell.ts';
import {
  appendFailures,
  clearFailures,
  forgetPrepareFailure,
  keepFailures,
  failedPermutations,
  PREPARE,
  type Failure,
} from '../../store/failures.ts';
import { HeldFile } from '../../files/held.ts';
import type { FilePort } from '../../files/port.ts';
import { countPermutations, intersectRanges, rangesOf, type PermutationRange } from '../../study/permutation-range.ts';
import { seedOf, type RunCell } from '../../plan/run-cell.ts';
import { ownOf, wantedOf } from '../../plan/share.ts';
import type { RunOutput } from '../output/run-output.ts';
import type { CellSet, ScannedCell } from './scan-cells.ts';
import { dueChecks, nextCheck, type Check } from '../../precision/checks.ts';
import type { Readers } from '../../readers/readers.ts';

/** Rows that this process computed for a file, and rows that it had from elsewhere: another output, or a chunk computed for another output. */
interface RowCount {
  readonly computed: number;
  readonly copied: number;
}

const NONE: RowCount = { computed: 0, copied: 0 };

/** What a file needs of its output. */
export interface CellOutput extends Pick<
  RunOutput,
  'live' | 'stopping' | 'share' | 'retry_failed' | 'outdated' | 'assertThere' | 'gaveUp' | 'fail'
> {
  readonly summaries: Pick<RunOutput['summaries'], 'withdraw'>;
  readonly forecast: Pick<RunOutput['forecast'], 'observe'>;
  readonly books: Pick<
    RunOutput['books'],
    'log' | 'left' | 'failed' | 'cannotPrepare' | 'failuresOf' | 'decided' | 'acknowledged'
  >;
}

/** A cell as it was scanned, in an output that is written. */
type Member<Output extends CellOutput> = Pick<ScannedCell<Output & CellSet>, 'cell' | 'check'> & {
  readonly output: Output;
};

/** One metrics file open for writing: a cell in one output. Errors of its disk end its output and are thrown to nobody. */
export class OutputCell<Output extends CellOutput = RunOutput> {
  readonly output: Output;
  readonly cell: RunCell;
  readonly file: CellFile;
  /** The outcome of the last check; undefined without rules, and before the first. */
  check: Check | undefined;
  /** Permutations that failed before and are not tried again. */
  readonly n_failed_before: number;
  /** Permutations that are missing and another run's to compute. */
  readonly n_not_mine: number;
  readonly resume_detected: boolean;
  private readonly port: FilePort;
  private readonly share: readonly PermutationRange[] | undefined;
  /** perm_index of everything that failed, before and now. */
  private readonly failed: number[];
  private appended = NONE;
  private synced = NONE;
  private acknowledged = NONE;
  /** failures.csv being written, one append after the other. */
  private recording: Promise<void> = Promise.resolve();

  private constructor(
    port: FilePort,
    { output, cell, check }: Member<Output>,
    scan: CellScan,
    file: CellFile,
    is_new: boolean,
  ) {
    this.port = port;
    this.output = output;
    this.cell = cell;
    this.file = file;
    this.check = check;
    this.share = output.share?.(cell);
    this.failed = is_new ? [] : failedPermutations(port, cell.place.folder);
    const mine = ownOf(file.missing, this.share);
    this.n_failed_before = countPermutations(intersectRanges(mine, rangesOf(this.failed.sort(ascending))));
    this.n_not_mine = countPermutations(file.missing) - countPermutations(mine);
    this.resume_detected = scan.n_rows_raw > 0;
  }

  /** Opens (and repairs) the file of a cell. Undefined where that fails: then the output has failed, or continues without this cell. */
  static async open<Output extends CellOutput = RunOutput>(
    port: FilePort,
    member: Member<Output>,
    scan: CellScan,
  ): Promise<OutputCell<Output> | undefined> {
    const { output, cell } = member;
    try {
      // Without a folder nothing of it can be on record.
      const is_new = !scan.exists && port.stat(cell.place.folder) === undefined;
      if (!is_new) await withdrawSummary(output, cell);
      const file = await openCell(port, cell.place, scan, (line) => {
        output.books.log(cell, line);
      });
      if (!is_new) await (output.retry_failed ? clearFailures : keepFailures)(port, cell.place.folder);
      const output_cell = new OutputCell(port, member, scan, file, is_new);
      // Every run that computes something of a cell finds out anew whether it can be prepared.
      if (!is_new && output_cell.missing().length > 0) await forgetPrepareFailure(port, cell.place.folder);
      return output_cell;
    } catch (error) {
      if (error instanceof HeldFile) {
        output.gaveUp(error, cell);
        output.books.left(cell, error.message);
      } else output.fail(error);
      return undefined;
    }
  }

  /**
   * The next check: nothing past it is requested until the rows below it are there and have decided. Undefined after the last check. A run that computes only a
   * part of a cell cannot wait for the others' rows: it computes all of its part.
   */
  get next_check(): number | undefined {
    return this.undecided && this.share === undefined ? nextCheck(this.output.stopping!, this.check) : undefined;
  }

  /** What is to be computed or copied below `end` and below the next check. */
  missing(end = Infinity): readonly PermutationRange[] {
    const stage = { from: 0, to: Math.min(end, this.next_check ?? this.file.target) };
    return wantedOf(intersectRanges(this.file.missing, [stage]), this.share, this.failed.sort(ascending));
  }

  private get undecided(): boolean {
    return this.output.stopping !== undefined && this.check?.stop !== true;
  }

  /** Makes the checks that its rows allow by now, reading the rows back. */
  async takeChecks(readers: Readers): Promise<void> {
    const { output, cell, file } = this;
    if (!output.live || !this.undecided) return;
    const stopping = output.stopping!;
    const due = dueChecks(stopping, this.check, file.missing[0]?.from ?? file.target);
    if (due.length === 0) return;
    try {
      this.check = await readers.read('check', {
        place: cell.place,
        target: file.target,
        stopping,
        due,
        sums: file.sums,
      });
    } catch (error) {
      output.fail(error);
      return;
    }
    if (this.check?.stop !== true) return;
    file.lowerTarget(this.check.n);
    output.books.decided(cell, this.check);
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

  /** Permutations of an appended chunk that left no row; `error`: what the first of them threw. */
  record(failures: readonly Failure[], error: ErrorRecord | undefined): void {
    if (!this.output.live) return;
    this.output.books.failed(this.cell, failures, error);
    this.failed.push(...failures.map(({ perm_index }) => perm_index));
    this.write(failures);
  }

  /** prepare() threw: one failure stands for all of the cell's permutations, at the first that is missing. */
  cannotPrepare(error: ErrorRecord): void {
    const [first] = this.missing();
    if (!this.output.live || first === undefined) return;
    const perm_index = first.from;
    const message = `${PREPARE}${error.message}`;
    const failure = { perm_index, seed: seedOf(this.cell, perm_index), error_class: error.name, message };
    this.output.books.cannotPrepare(this.cell, failure, error);
    this.write([failure]);
  }

  private write(failures: readonly Failure[]): void {
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

/** A summary that another program has open stays, and is ignored from now on. */
async function withdrawSummary({ summaries, outdated }: CellOutput, cell: RunCell): Promise<void> {
  try {
    await summaries.withdraw(cell);
  } catch (error) {
    if (!(error instanceof HeldFile)) throw error;
    outdated.add(cell.cell_id);
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
