import cliProgress from 'cli-progress';

import { formatCount, formatDuration } from '../wording/format-number.ts';
import { printable } from '../wording/printable.ts';

/** The numbers a display shows; the run fills them. */
export interface DisplayedProgress {
  readonly cells_total: number;
  readonly cells_complete: number;
  readonly permutations_total: number;
  readonly permutations_done: number;
  readonly permutations_per_second: number;
  readonly eta_seconds: number | undefined;
}

/** How often plain lines are printed where there is no terminal [ms]. */
export const PLAIN_LINE_MS = 10_000;
export const REDRAW_MS = 200;
/** Current cells shown below the overall bar. */
const CELL_LINES = 3;

/**
 * The display of a run on stderr: on a terminal one bar for the whole run with rate and time left, and the cells being computed
 * below it; elsewhere a plain line now and then, so that a log file stays readable.
 */
export interface ProgressDisplay {
  cellStarted(cell_id: string, n_done: number, n_target: number): void;
  cellAdvanced(cell_id: string, rows: number): void;
  cellFinished(cell_id: string): void;
  /** Prints a line above the bars. */
  line(text: string): void;
  stop(): void;
}

export function createDisplay(stream: NodeJS.WriteStream, numbers: () => DisplayedProgress): ProgressDisplay {
  return stream.isTTY ? new BarDisplay(stream, numbers) : new PlainDisplay(stream, numbers);
}

function overallText(p: DisplayedProgress): { rate: string; left: string; cells: string; done: string } {
  return {
    rate: `${formatCount(p.permutations_per_second)}/s`,
    left: p.eta_seconds === undefined ? '?' : formatDuration(p.eta_seconds),
    cells: `${formatCount(p.cells_complete)}/${formatCount(p.cells_total)} cells`,
    done: `${formatCount(p.permutations_done)}/${formatCount(p.permutations_total)} permutations`,
  };
}

class BarDisplay implements ProgressDisplay {
  private readonly bars: cliProgress.MultiBar;
  private readonly overall: cliProgress.SingleBar;
  private readonly cells = new Map<string, cliProgress.SingleBar>();
  private readonly numbers: () => DisplayedProgress;
  private readonly timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, numbers: () => DisplayedProgress) {
    this.numbers = numbers;
    this.bars = new cliProgress.MultiBar(
      {
        stream,
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        barsize: 28,
        autopadding: true,
        emptyOnZero: true,
        fps: 1000 / REDRAW_MS,
      },
      { ...cliProgress.Presets.shades_classic, format: '{bar} {percentage}%  {text}' },
    );
    this.overall = this.bars.create(1, 0, { text: '' });
    this.timer = setInterval(() => {
      this.redraw();
    }, REDRAW_MS);
    this.timer.unref();
    this.redraw();
  }

  cellStarted(cell_id: string, n_done: number, n_target: number): void {
    if (this.cells.size >= CELL_LINES) return;
    this.cells.set(cell_id, this.bars.create(n_target, n_done, { text: `cell ${printable(cell_id)}` }));
  }

  cellAdvanced(cell_id: string, rows: number): void {
    this.cells.get(cell_id)?.increment(rows);
  }

  cellFinished(cell_id: string): void {
    const bar = this.cells.get(cell_id);
    if (bar === undefined) return;
    this.bars.remove(bar);
    this.cells.delete(cell_id);
  }

  line(text: string): void {
    this.bars.log(`${printable(text)}\n`);
  }

  stop(): void {
    clearInterval(this.timer);
    for (const cell_id of [...this.cells.keys()]) this.cellFinished(cell_id);
    this.redraw();
    this.bars.stop();
  }

  private redraw(): void {
    const p = this.numbers();
    const { rate, left, cells, done } = overallText(p);
    this.overall.setTotal(Math.max(1, p.permutations_total));
    this.overall.update(p.permutations_done, { text: `${cells}  ${done}  ${rate}  ${left} left` });
  }
}

class PlainDisplay implements ProgressDisplay {
  private readonly stream: NodeJS.WriteStream;
  private readonly numbers: () => DisplayedProgress;
  private readonly timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, numbers: () => DisplayedProgress) {
    this.stream = stream;
    this.numbers = numbers;
    this.timer = setInterval(() => {
      this.progressLine();
    }, PLAIN_LINE_MS);
    this.timer.unref();
  }

  cellStarted(): void {
    // Cells come and go too quickly for a log.
  }
  cellAdvanced(): void {
    // The same.
  }
  cellFinished(): void {
    // The same.
  }

  line(text: string): void {
    this.stream.write(`${printable(text)}\n`);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private progressLine(): void {
    const p = this.numbers();
    const { rate, left, cells, done } = overallText(p);
    const percent = p.permutations_total === 0 ? 100 : (100 * p.permutations_done) / p.permutations_total;
    this.line(`${percent.toFixed(1)} %  ${cells}  ${done}  ${rate}  ${left} left`);
  }
}
