import { every, type Clock } from '../../clock.ts';
import type { FirstFailure } from '../run-options.ts';
import { errorOf, type ErrorRecord } from '../../model/error-record.ts';
import { placeOf } from '../../model/model-source.ts';
import type { Death } from '../../execute/dead-chunk.ts';
import { appendDeadLetter } from '../../store/dead-letters.ts';
import type { Failure } from '../../store/failures.ts';
import type { CellFile, CellScan } from '../../store/scan/cell-file.ts';
import { cellLayout, layoutOf, type RunLayout } from '../../store/scan/layout.ts';
import type { FilePort } from '../../files/port.ts';
import { HARDLY_ANY_PATIENCE_MS, HeldFile } from '../../files/held.ts';
import { appendLine } from '../../files/append-line.ts';
import { writeSmallFile } from '../../files/small-file.ts';
import { countPermutations, describeRanges, type PermutationRange } from '../../study/permutation-range.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { readAdvisory } from '../../stored/advisory-file.ts';
import { HEARTBEAT_MS, type EndReason, type RunEnd } from '../../stored/heartbeat.ts';
import type { QueueReport } from '../../stored/queue-report.ts';
import { percent, progressCsv } from '../../stored/progress-csv.ts';
import type { Progress } from './progress.ts';
import type { CellStates } from '../../stored/cell-states.ts';
import type { CellStatus } from '../../stored/cell-states.ts';
import type { RunCell, RunCells } from '../../plan/run-cell.ts';
import type { RunEvent, Tell } from './events.ts';
import type { Check } from '../../precision/checks.ts';

/** progress.json of the cells being computed [ms]. */
const CELL_PROGRESS_MS = 1_000;
const HELD_TOO_OFTEN = 5;

/** A cell being computed, and what its progress.json says of how it began. */
interface OpenCell {
  readonly cell: RunCell;
  readonly started_ms: number;
  readonly resume_info: ResumeInfo;
  n_done: number;
  n_failed: number;
  written_n_done: number;
  /** Its progress.json is written once at a time; those of several cells side by side, or the disk would be waited for cell by cell. */
  writing: Promise<void>;
}

interface ResumeInfo {
  readonly resume_detected: boolean;
  readonly n_rows_raw: number;
  readonly n_duplicates_dropped: number;
  readonly n_rows_damaged: number;
}

export interface BookkeeperOptions {
  readonly port: FilePort;
  readonly clock: Clock;
  readonly output: string;
  readonly run_name: string;
  readonly cells: RunCells;
  readonly progress: Progress;
  readonly states: CellStates;
  readonly tell: Tell;
  /** What each cell was thought to hold of the run's own permutations before it was read (aggregated/progress.csv). */
  readonly expected: (index: number) => number;
  /** Threads of this machine that compute. */
  readonly threads: number;
  /** What the missing rows will take [bytes]; undefined before the first rows. */
  readonly disk_needed: () => number | undefined;
  /** How many of these are the run's own: what `progress` counts. */
  readonly ownOf: (cell: RunCell, present: readonly PermutationRange[]) => number;
  /** How the run's queue is; undefined where it has none. */
  readonly queue: (() => QueueReport) | undefined;
}

/**
 * Keeps everything that tells a person or a script how the run is doing: progress.json, heartbeat.json, progress.csv, logs.txt. All of it is advisory:
 * nothing is ever decided from it, and a failure to write it is a warning, once.
 */
export class Bookkeeper {
  private readonly options: BookkeeperOptions;
  private readonly paths: RunLayout;
  private readonly open = new Map<number, OpenCell>();
  private readonly timers: (() => void)[] = [];
  /** Lines for the logs of cells that have begun: most cells end before they would be looked for, and get all their lines at once. */
  private readonly unlogged = new Map<string, string>();
  private current_cell_id: string | null = null;
  private writing: Promise<void> = Promise.resolve();
  private warned = false;
  /** How often in a row a file could not be replaced because another program had it open. */
  private readonly held = new Map<string, number>();
  first_failure: FirstFailure | undefined;
  n_failures = 0;

  constructor(options: BookkeeperOptions) {
    this.options = options;
    this.paths = layoutOf(options.output);
  }

  start(): void {
    this.again(CELL_PROGRESS_MS, () => this.writeCellProgress());
    this.again(HEARTBEAT_MS, () => this.writeAggregated());
    void this.queue(() => this.writeAggregated());
  }

  /** Now and then, unless the last time is not over yet: a slow disk is not given more than it takes. */
  private again(ms: number, write: () => Promise<void>): void {
    let busy = false;
    const turn = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      await this.queue(write);
      busy = false;
    };
    this.timers.push(every(this.options.clock, ms, () => void turn()));
  }

  /** A cell's file was read, and what it holds is durable. */
  found(cell: RunCell, scan: CellScan): void {
    this.count(cell, scan, 'running');
  }

  /** A cell was read of which nothing is left to do. */
  foundComplete(cell: RunCell, scan: CellScan): void {
    const { progress, states } = this.options;
    this.count(cell, scan, 'complete');
    progress.completed();
    this.tellFinished(cell, true);
    if (this.saysComplete(cell, scan.target)) return;
    // Its process died before it said so, and perhaps before the name of its summary was durable: this makes sure.
    const open = this.openCell(cell, { ...scan, n_duplicates_dropped: scan.n_duplicates });
    void this.queue(() => this.writeProgressJson(open, states.status(cell.index)));
  }

  /** A cell that a stopped run did not reach, read for its closing counts. */
  foundAtEnd(cell: RunCell, scan: CellScan, complete: boolean): void {
    this.count(cell, scan, complete ? 'complete' : 'waiting');
    if (complete) this.options.progress.completed();
  }

  private count(cell: RunCell, scan: CellScan, status: CellStatus): void {
    const { progress, states, expected, ownOf } = this.options;
    const n_done = countPermutations(scan.present);
    progress.corrected(expected(cell.index), ownOf(cell, scan.present));
    states.set(cell.index, status, n_done);
    this.lowerTarget(cell, scan.target);
  }

  private saysComplete(cell: RunCell, target: number): boolean {
    const said = readAdvisory(this.options.port, cellLayout(cell.place.folder).progress, (text) => {
      return JSON.parse(text) as { readonly phase?: unknown; readonly n_done?: unknown } | null;
    });
    return said?.phase === 'complete' && said.n_done === target;
  }

  /** A cell whose file could not be opened: it waits for the next run. */
  left(cell: RunCell, why: string): void {
    const { states } = this.options;
    states.set(cell.index, 'stopped', states.done(cell.index));
    this.log(cell, why);
    this.tellFinished(cell, false);
  }

  /** A cell that has no rows yet and of which this run computes nothing: `shared` where other shards do. */
  leftOut(cell: RunCell, status: CellStatus): void {
    const { progress, states, expected } = this.options;
    progress.corrected(expected(cell.index), 0);
    states.set(cell.index, status, 0);
  }

  begun(cell: RunCell, file: CellFile, missing: readonly PermutationRange[]): void {
    this.current_cell_id = cell.cell_id;
    const open = this.openCell(cell, file);
    const { resume_info } = open;
    this.open.set(cell.index, open);
    const computing = missing.length === 0 ? 'nothing missing' : `missing ${describeRanges(missing)}`;
    const began = resume_info.resume_detected ? `resumed with ${file.n_rows_raw} rows` : 'started';
    this.unlogged.set(cell.place.folder, this.dated(`${began}; ${computing}`));
    const { tell, output } = this.options;
    const { target: n_target } = file;
    const n_done = n_target - countPermutations(file.missing);
    tell({ type: 'cell-started', output, cell_id: cell.cell_id, n_done, n_target });
  }

  private openCell(cell: RunCell, found: Omit<ResumeInfo, 'resume_detected'>): OpenCell {
    const { n_rows_raw, n_duplicates_dropped, n_rows_damaged } = found;
    return {
      cell,
      started_ms: this.options.clock.now(),
      resume_info: { resume_detected: n_rows_raw > 0, n_rows_raw, n_duplicates_dropped, n_rows_damaged },
      n_done: this.options.states.done(cell.index),
      n_failed: 0,
      written_n_done: -1,
      writing: Promise.resolve(),
    };
  }

  /** Rows count from now on: those computed for this output, and those that another file or another output's chunk had. */
  acknowledged(cell: RunCell, computed: number, copied: number): void {
    const rows = computed + copied;
    const open = this.open.get(cell.index);
    if (open !== undefined) {
      open.n_done += rows;
      this.options.states.set(cell.index, 'running', open.n_done);
    }
    const { progress, tell, output } = this.options;
    progress.advanced(computed, copied);
    tell({ type: 'acknowledged', output, cell_id: cell.cell_id, rows });
  }

  /** The rows of a cell decided how many permutations it has. */
  decided(cell: RunCell, { n, checks, reached, decisions }: Check): void {
    this.lowerTarget(cell, n);
    const reasons = decisions.map(({ rule, reason }) => `${rule.metric}: ${reason}`).join('; ');
    this.log(
      cell,
      `${reached ? `reached the requested precision with ${n} permutations (check ${checks})` : `reached the limit of ${n} permutations (check ${checks}) before the requested precision`}: ${reasons}`,
    );
    this.options.tell({ type: 'cell-decided', ...this.countsOf(cell) });
  }

  private lowerTarget(cell: RunCell, target: number): void {
    const { index } = cell;
    const { states, progress, ownOf } = this.options;
    progress.targetLowered(states.target(index) - target);
    states.setTarget(index, target);
    const n_done = states.done(index);
    if (n_done <= target) return;
    progress.corrected(ownOf(cell, [{ from: target, to: n_done }]), 0);
    states.set(index, states.status(index), target);
    const open = this.open.get(index);
    if (open !== undefined) open.n_done = target;
  }

  /** Permutations failed; `error`: what the first of them threw. */
  failed(cell: RunCell, failures: readonly Failure[], error: ErrorRecord | undefined): void {
    this.countFailures(cell, failures, error, false);
    for (const failure of failures) {
      this.log(
        cell,
        `permutation ${failure.perm_index} failed (seed ${failure.seed}): ${failure.error_class}: ${failure.message}`,
      );
    }
  }

  /** prepare() threw: nothing of the cell can be computed. */
  cannotPrepare(cell: RunCell, failure: Failure, error: ErrorRecord): void {
    this.countFailures(cell, [failure], error, true);
    this.log(cell, `failed: ${failure.error_class}: ${failure.message}`);
  }

  /** No worker could compute this chunk of it. */
  deadLetter(cell: RunCell, { from, to }: PermutationRange, { seed, tries, why }: Death): void {
    const { port, output, clock } = this.options;
    const letter = { cell_id: cell.cell_id, perm_index: from, count: to - from, seed, tries, error: why };
    void this.queue(() => appendDeadLetter(port, output, { time: clock.date(), ...letter }));
    this.log(cell, `permutations ${from}-${to - 1} could not be computed by any worker (${tries} tries): ${why}`);
  }

  private countFailures(
    cell: RunCell,
    failures: readonly Failure[],
    record: ErrorRecord | undefined,
    of_prepare: boolean,
  ): void {
    const open = this.open.get(cell.index);
    if (open !== undefined) open.n_failed += failures.length;
    this.n_failures += failures.length;
    if (this.first_failure !== undefined) return;
    const error = record && errorOf(record);
    this.first_failure = { cell_id: cell.cell_id, failure: failures[0]!, error, at: placeOf(error), of_prepare };
  }

  /** Failures of this cell in this process. */
  failuresOf(cell: RunCell): number {
    return this.open.get(cell.index)?.n_failed ?? 0;
  }

  async ended(cell: RunCell, status: CellStatus): Promise<void> {
    const open = this.open.get(cell.index);
    if (open === undefined) return;
    const { states, progress } = this.options;
    states.set(cell.index, status, open.n_done);
    if (status === 'complete') progress.completed();
    this.log(cell, `${status}: ${open.n_done} of ${states.target(cell.index)} permutations`);
    await this.writeProgressJson(open, status);
    this.open.delete(cell.index);
    this.tellFinished(cell, status === 'complete');
  }

  private tellFinished(cell: RunCell, complete: boolean): void {
    this.options.tell({ type: 'cell-finished', ...this.countsOf(cell), complete });
  }

  private countsOf({ index, cell_id }: RunCell): Omit<Extract<RunEvent, { readonly type: 'cell-started' }>, 'type'> {
    const { output, states } = this.options;
    return { output, cell_id, n_done: states.done(index), n_target: states.target(index) };
  }

  /** A line in the cell's logs.txt. */
  log(cell: RunCell, line: string): void {
    const { folder } = cell.place;
    const before = this.unlogged.get(folder);
    this.unlogged.delete(folder);
    this.append(folder, before === undefined ? this.dated(line) : `${before}\n${this.dated(line)}`);
  }

  private dated(line: string): string {
    return `${this.options.clock.date()} ${line}`;
  }

  private append(folder: string, lines: string): void {
    this.attempt(() => {
      appendLine(this.options.port, cellLayout(folder).logs, lines);
    });
  }

  private logTheRest(): void {
    for (const [folder, lines] of this.unlogged) this.append(folder, lines);
    this.unlogged.clear();
  }

  /** Nothing more is computed: records how far the cells are. The heartbeat beats until the run has ended. */
  async end(): Promise<void> {
    this.logTheRest();
    await this.queue(() => this.writeAggregated());
  }

  /** How the run ended, and why where that is not said by it. */
  async lastWords(state: RunEnd, why: EndReason | undefined): Promise<void> {
    for (const stop of this.timers) stop();
    await this.queue(() => this.writeHeartbeat(state, why));
  }

  private async writeCellProgress(): Promise<void> {
    this.logTheRest();
    // A cell that begins meanwhile has no folder before its log is written, the next time.
    for (const open of [...this.open.values()]) {
      const is_open = this.open.get(open.cell.index) === open;
      if (is_open && open.n_done !== open.written_n_done) await this.writeProgressJson(open, 'running');
    }
  }

  private writeProgressJson(open: OpenCell, phase: CellStatus): Promise<void> {
    open.writing = open.writing
      .then(() => this.replaceProgressJson(open, phase))
      .catch((error: unknown) => {
        this.warn(error);
      });
    return open.writing;
  }

  private async replaceProgressJson(open: OpenCell, phase: CellStatus): Promise<void> {
    const { cell, n_done, resume_info } = open;
    const { states, clock } = this.options;
    const target = states.target(cell.index);
    open.written_n_done = n_done;
    const progress = {
      cell_id: cell.cell_id,
      cell_index: cell.index,
      phase,
      n_done,
      n_target: target,
      pct_done: percent(n_done, target),
      runtime_seconds: Math.round(clock.now() - open.started_ms) / 1000,
      updated_at: clock.date(),
      params: cell.parameters,
      resume_info,
    };
    await this.write(cellLayout(cell.place.folder).progress, `${JSON.stringify(progress, null, 1)}\n`);
  }

  private async writeAggregated(): Promise<void> {
    const { cells, states } = this.options;
    await this.writeHeartbeat('running', undefined);
    await this.write(this.paths.progress, progressCsv(cells, states));
    collectGarbage(cells.length);
  }

  private async writeHeartbeat(state: 'running' | RunEnd, why: EndReason | undefined): Promise<void> {
    const { clock, run_name, progress, threads, disk_needed, queue } = this.options;
    const needed = disk_needed();
    const numbers = progress.numbers();
    const { idle_seconds, longest_wait_seconds } = progress.waits();
    const timestamp = clock.date();
    const heartbeat = {
      timestamp,
      run_name,
      current_cell_id: this.current_cell_id,
      cells_complete: numbers.cells_complete,
      cells_total: numbers.cells_total,
      sims_done_total_estimate: numbers.permutations_done,
      uptime_seconds: Math.round(numbers.uptime_seconds * 1000) / 1000,
      sims_per_second: Math.round(numbers.permutations_per_second * 10) / 10,
      eta_seconds: numbers.eta_seconds === undefined ? null : Math.round(numbers.eta_seconds * 10) / 10,
      threads,
      ...(needed !== undefined && { disk_needed_bytes: Math.round(needed) }),
      state,
      advanced_at: new Date(Date.parse(timestamp) - 1000 * idle_seconds).toISOString(),
      longest_wait_seconds: Math.round(longest_wait_seconds * 10) / 10,
      ...(why !== undefined && { why }),
      ...(queue !== undefined && { queue: queue() }),
    };
    await this.write(this.paths.heartbeat, `${JSON.stringify(heartbeat, null, 1)}\n`);
  }

  /** A file that another program has open is written the next time; a warning is given where that persists. */
  private async write(path: string, text: string): Promise<void> {
    try {
      await writeSmallFile(this.options.port, path, text, HARDLY_ANY_PATIENCE_MS);
      this.held.delete(path);
    } catch (error) {
      if (!(error instanceof HeldFile)) throw error;
      const times = (this.held.get(path) ?? 0) + 1;
      this.held.set(path, times);
      if (times === HELD_TOO_OFTEN) this.warn(error);
    }
  }

  /** Writes small files one after the other; a failure warns once and harms nothing. */
  private queue(write: () => Promise<void>): Promise<void> {
    this.writing = this.writing.then(write).catch((error: unknown) => {
      this.warn(error);
    });
    return this.writing;
  }

  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.warn(error);
    }
  }

  private warn(error: unknown): void {
    if (this.warned) return;
    this.warned = true;
    const why = error instanceof Error ? error.message : String(error);
    const message = `progress files cannot be written (${why}); rows are not affected`;
    this.options.tell({ type: 'warning', message });
  }
}
