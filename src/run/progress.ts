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

/** The rate is measured over this long [ms]: short enough to follow a change of cell, long enough not to flicker. */
const WINDOW_MS = 20_000;
const SAMPLES = 40;

/** Counts what is done. Advisory only: nothing is decided from it. */
export class Progress {
  readonly cells_total: number;
  readonly permutations_total: number;
  cells_complete = 0;
  permutations_computed = 0;
  private done = 0;
  private readonly started_ms = performance.now();
  private samples: { readonly at_ms: number; readonly computed: number }[] = [];

  constructor(cells_total: number, permutations_total: number, expected_done: number) {
    this.cells_total = cells_total;
    this.permutations_total = permutations_total;
    this.done = expected_done;
  }

  /** A cell was read: it holds `found` rows where `expected` were thought to be. */
  corrected(expected: number, found: number): void {
    this.done += found - expected;
  }

  computed(rows: number): void {
    this.done += rows;
    this.permutations_computed += rows;
    const at_ms = performance.now();
    const last = this.samples.at(-1);
    if (last !== undefined && at_ms - last.at_ms < WINDOW_MS / SAMPLES) return;
    this.samples.push({ at_ms, computed: this.permutations_computed });
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
    return (performance.now() - this.started_ms) / 1000;
  }

  private rate(): number {
    const first = this.samples[0];
    const now_ms = performance.now();
    if (first === undefined || this.samples.length < 2) return this.permutations_computed / Math.max(0.001, (now_ms - this.started_ms) / 1000);
    return ((this.permutations_computed - first.computed) * 1000) / Math.max(1, now_ms - first.at_ms);
  }
}
