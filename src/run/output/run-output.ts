import type { Progress } from './progress.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { CellStates } from '../../stored/cell-states.ts';
import type { RunCell, RunCells } from '../../plan/run-cell.ts';
import { EngineError } from '../../errors.ts';
import { diskError, onDisk } from '../../files/disk-error.ts';
import { HeldFile } from '../../files/held.ts';
import type { FilePort } from '../../files/port.ts';
import type { DiskForecast } from './disk-space.ts';
import type { Share } from '../../plan/share.ts';
import type { Stopping } from '../../precision/checks.ts';
import type { CellSummaries } from './cell-summaries.ts';
import type { TableLines } from '../../tables/table-lines.ts';
import type { RowOrigins } from '../../stored/row-origins.ts';

export interface RunOutputOptions {
  readonly folder: string;
  readonly cells: RunCells;
  readonly target: number;
  readonly stopping: Stopping | undefined;
  readonly setup: string;
  readonly books: Bookkeeper;
  readonly summaries: CellSummaries;
  readonly lines: TableLines;
  readonly states: CellStates;
  readonly progress: Progress;
  /** What of each cell is computed; undefined: all of it. */
  readonly share: Share | undefined;
  /** The rest is computed by other shards. */
  readonly sharded: boolean;
  /** Permutations that failed before are tried again. */
  readonly retry_failed: boolean;
  readonly forecast: DiskForecast;
  /** Who computed the rows that are there; undefined where that does not matter. */
  readonly origins: RowOrigins | undefined;
  /** A file that is there as long as the output is: its manifest. */
  readonly landmark: string;
  /** Called once, when the output cannot continue. */
  readonly onFailed: (output: RunOutput) => void;
  readonly warn: (line: string) => void;
}

/**
 * One output that a run writes: the cells of one study, and everything that is kept for it. If an output fails (disk full, read-only), only that output stops;
 * the others continue.
 */
export class RunOutput {
  readonly folder: string;
  readonly cells: RunCells;
  /** Permutations per cell, at most. */
  readonly target: number;
  /** When cells have fewer. */
  readonly stopping: Stopping | undefined;
  /** The hash of what its chunks are computed with. */
  readonly setup: string;
  readonly books: Bookkeeper;
  readonly summaries: CellSummaries;
  readonly lines: TableLines;
  readonly states: CellStates;
  readonly progress: Progress;
  readonly share: Share | undefined;
  readonly sharded: boolean;
  readonly retry_failed: boolean;
  readonly forecast: DiskForecast;
  readonly origins: RowOrigins | undefined;
  private readonly landmark: string;
  /** Its folders exist and belong to it: only then is anything written, the closing heartbeat included. */
  started = false;
  /** Cells whose summary.json no longer describes their rows and could not be removed. */
  readonly outdated = new Set<string>();
  private readonly onFailed: (output: RunOutput) => void;
  private readonly warn: (line: string) => void;
  /** Files that other programs had open for too long, with what that kept from being done. */
  private readonly held = new Map<string, HeldFile>();
  private reason: unknown;

  constructor(options: RunOutputOptions) {
    this.folder = options.folder;
    this.cells = options.cells;
    this.target = options.target;
    this.stopping = options.stopping;
    this.setup = options.setup;
    this.books = options.books;
    this.summaries = options.summaries;
    this.lines = options.lines;
    this.states = options.states;
    this.progress = options.progress;
    this.share = options.share;
    this.sharded = options.sharded;
    this.retry_failed = options.retry_failed;
    this.forecast = options.forecast;
    this.origins = options.origins;
    this.landmark = options.landmark;
    this.onFailed = options.onFailed;
    this.warn = options.warn;
  }

  /** Nothing failed so far: it is written to. */
  get live(): boolean {
    return this.reason === undefined;
  }

  /** Why it stopped; undefined while it is live. */
  get error(): unknown {
    return this.reason;
  }

  /** Whoever removes the output during a run wants it gone: it is not quietly begun again without its manifest. */
  assertThere(port: FilePort): void {
    if (onDisk('find', this.landmark, () => port.stat(this.landmark)) !== undefined) return;
    throw new EngineError(
      'DISK',
      `${this.landmark} vanished during the run, and the computed rows with it: run the same command again to recompute them`,
      { path: this.landmark },
    );
  }

  /** One file could not be replaced because another program had it open: the rest continues. */
  gaveUp(error: HeldFile, cell?: RunCell): void {
    const path = error.path ?? '';
    // Its summary may no longer describe its rows.
    if (cell !== undefined) this.outdated.add(cell.cell_id);
    if (!this.held.has(path)) this.warn(`${error.message}. Everything else continues.`);
    this.held.set(path, error);
  }

  /** Does one thing that other programs may be in the way of. */
  async unlessHeld(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HeldFile)) throw error;
      this.gaveUp(error);
    }
  }

  /** Why not everything is up to date although nothing failed; undefined where it is. */
  get left_undone(): EngineError | undefined {
    const [first] = this.held.values();
    if (first === undefined) return undefined;
    const others = this.held.size === 1 ? '' : ` (and ${this.held.size - 1} more)`;
    return new EngineError(
      'DISK',
      `${first.path ?? ''}${others} could not be written because another program has it open. All rows are safe: close it there, then run the same command again`,
      { cause: first, ...(first.path !== undefined && { path: first.path }) },
    );
  }

  /** The first error stays. What the operating system refused is the disk's, wherever it was met. */
  fail(error: unknown): void {
    if (this.reason !== undefined) return;
    this.reason = diskError(error, 'write to', this.folder);
    this.onFailed(this);
  }
}
