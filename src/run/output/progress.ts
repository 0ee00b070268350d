import type { Clock } from '../../clock.ts';

/** What a display or a heartbeat shows of a run. */
export interface ProgressNumbers {
  readonly cells_total: number;
  readonly cells_complete: number;
  readonly permutations_total: number;
  /** Rows that count, those found on disk included. Cells not yet read enter with what progress.csv said of them. */
  readonly permutations_done: number;
  /** Permutations computed by this process. */
  readonly permutations_computed: number;
  readonly permutations_per_second: number;
  /** [s]; undefined before the rate is known. */
  readonly eta_seconds: number | undefined;
  readonly uptime_seconds: number;
}

/** Several outputs of one run as one. */
export function sumOfNumbers(all: readonly ProgressNumbers[]): ProgressNumbers {
  const sum = (value: (numbers: ProgressNumbers) => number): number =>
    all.reduce((total, numbers) => total + value(numbers), 0);
  const etas = all.map((numbers) => numbers.eta_seconds);
  return {
    cells_total: sum((numbers) => numbers.cells_total),
    cells_complete: sum((numbers) => numbers.cells_complete),
    permutations_total: sum((numbers) => numbers.permutations_total),
    permutations_done: sum((numbers) => numbers.permutations_done),
    permutations_computed: sum((numbers) => numbers.permutations_computed),
    permutations_per_second: sum((numbers) => numbers.permutations_per_second),
    // They are worked on in turn: until each has a rate there is no estimate.
    eta_seconds: etas.some((eta) => eta === undefined) ? undefined : Math.max(...etas.map((eta) => eta ?? 0)),
    uptime_seconds: Math.max(...all.map((numbers) => numbers.uptime_seconds)),
  };
}

/** The rate is measured over this long [ms]: short enough to follow a change of cell, long enough not to flicker. */
const WINDOW_MS = 20_000;
const SAMPLES = 40;

/** Counts what is done. Advisory only: nothing is decided from it. */
export class Progress {
  readonly cells_total: number;
  permutations_total: number;
  cells_complete = 0;
  permutations_computed = 0;
  /** Computed or copied by this process: what the rate is about. */
  private advanced_here = 0;
  private done = 0;
  /** When the last row or cell counted, and the longest time between two [ms]. */
  private moved_ms: number;
  /** When the last row counted; before the first, when the run began. */
  private row_ms: number;
  private longest_wait_ms = 0;
  private readonly clock: Clock;
  private readonly started_ms: number;
  private readonly samples: { readonly at_ms: number; readonly advanced: number }[] = [];

  constructor(clock: Clock, cells_total: number, permutations_total: number, expected_done: number) {
    this.clock = clock;
    this.started_ms = clock.now();
    this.moved_ms = this.started_ms;
    this.row_ms = this.started_ms;
    this.cells_total = cells_total;
    this.permutations_total = permutations_total;
    this.done = expected_done;
  }

  /** A cell was read: it holds `found` rows where `expected` were thought to be. */
  corrected(expected: number, found: number): void {
    this.done += found - expected;
    this.moved();
  }

  /** A cell is complete. */
  completed(): void {
    this.cells_complete += 1;
    this.moved();
  }

  /** Something of the run is finished: it has not stalled. */
  private moved(): void {
    const now_ms = this.clock.now();
    this.longest_wait_ms = Math.max(this.longest_wait_ms, now_ms - this.moved_ms);
    this.moved_ms = now_ms;
  }

  /** How long ago anything moved, and the longest time between two moves so far [s]. */
  waits(): { readonly idle_seconds: number; readonly longest_wait_seconds: number } {
    return {
      idle_seconds: (this.clock.now() - this.moved_ms) / 1000,
      longest_wait_seconds: this.longest_wait_ms / 1000,
    };
  }

  get seconds_since_row(): number {
    return (this.clock.now() - this.row_ms) / 1000;
  }

  /** A cell turned out to need `by` permutations fewer. */
  targetLowered(by: number): void {
    // Where this run has only a part of each cell, the total counts that part.
    this.permutations_total = Math.max(this.done, this.permutations_total - by);
  }

  advanced(computed: number, copied: number): void {
    this.done += computed + copied;
    this.advanced_here += computed + copied;
    this.permutations_computed += computed;
    this.moved();
    const at_ms = this.clock.now();
    this.row_ms = at_ms;
    const last = this.samples.at(-1);
    if (last !== undefined && at_ms - last.at_ms < WINDOW_MS / SAMPLES) return;
    this.samples.push({ at_ms, advanced: this.advanced_here });
    while (this.samples.length > 2 && at_ms - this.samples[0]!.at_ms > WINDOW_MS) this.samples.shift();
  }

  numbers(): ProgressNumbers {
    const rate = this.rate();
    const left = Math.max(0, this.permutations_total - this.done);
    return {
      cells_total: this.cells_total,
      cells_complete: this.cells_complete,
      permutations_total: this.permutations_total,
      permutations_done: this.done,
      permutations_computed: this.permutations_computed,
      permutations_per_second: rate,
      eta_seconds: left === 0 ? 0 : rate > 0 ? left / rate : undefined,
      uptime_seconds: this.uptime_seconds,
    };
  }

  get uptime_seconds(): number {
    return (this.clock.now() - this.started_ms) / 1000;
  }

  private rate(): number {
    const first = this.samples[0];
    const now_ms = this.clock.now();
    if (first === undefined || this.samples.length < 2)
      return this.advanced_here / Math.max(0.001, (now_ms - this.started_ms) / 1000);
    return ((this.advanced_here - first.advanced) * 1000) / Math.max(1, now_ms - first.at_ms);
  }
}
