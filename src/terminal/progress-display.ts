import type * as CliProgress from 'cli-progress';
import { createRequire } from 'node:module';

import { printable } from '../wording/printable.ts';
import { fold } from './fold.ts';
import { barLine, cellLine, plainLine, type DisplayedProgress } from './progress-line.ts';
import type { Screen } from './screen.ts';

/** How often plain lines are printed where no line can be rewritten [ms]. */
const PLAIN_LINE_MS = 10_000;
const REDRAW_MS = 200;
/** Current cells shown below the overall bar. */
const CELL_LINES = 3;
/** The cursor, and lines that wrap, which bars switch off. */
const AS_IT_WAS = '\u001b[?25h\u001b[?7h';

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

export function createDisplay(
  stream: NodeJS.WriteStream,
  { live }: Screen,
  numbers: () => DisplayedProgress,
): ProgressDisplay {
  return live ? new BarDisplay(stream, numbers) : new PlainDisplay(stream, numbers);
}

/** How often a display on this screen wants new numbers [ms]. */
export function progressInterval({ live }: Screen): number {
  return live ? REDRAW_MS : PLAIN_LINE_MS;
}

class BarDisplay implements ProgressDisplay {
  private readonly stream: NodeJS.WriteStream;
  private readonly bars: CliProgress.MultiBar;
  private readonly overall: CliProgress.SingleBar;
  private readonly cells = new Map<string, CliProgress.SingleBar>();
  private readonly numbers: () => DisplayedProgress;
  private readonly timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, numbers: () => DisplayedProgress) {
    this.stream = stream;
    this.numbers = numbers;
    const format: CliProgress.GenericFormatter = (_, { value, total }, { cell_id }: { readonly cell_id?: string }) => {
      const above = barLine(numbers(), this.width());
      return cell_id === undefined ? above : cellLine(cell_id, value, total, above, this.width());
    };
    const timing = { clearOnComplete: true, stopOnComplete: false, fps: 1000 / REDRAW_MS };
    // Loaded where there are bars: not in a log, not for other commands.
    const { MultiBar } = createRequire(import.meta.url)('cli-progress') as typeof CliProgress;
    this.bars = new MultiBar({ stream, hideCursor: true, emptyOnZero: true, ...timing, format });
    this.overall = this.bars.create(1, 0, {});
    this.timer = setInterval(() => {
      this.redraw();
    }, REDRAW_MS);
    this.timer.unref();
    // A process that ends at once leaves the terminal as it was all the same.
    process.on('exit', this.restore);
    this.redraw();
  }

  cellStarted(cell_id: string, n_done: number, n_target: number): void {
    if (this.cells.size >= CELL_LINES) return;
    this.cells.set(cell_id, this.bars.create(n_target, n_done, { cell_id: printable(cell_id) }));
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
    this.bars.log(`${fold(printable(text, true), this.width())}\n`);
  }

  stop(): void {
    clearInterval(this.timer);
    for (const cell_id of [...this.cells.keys()]) this.cellFinished(cell_id);
    this.redraw();
    this.bars.stop();
    process.off('exit', this.restore);
  }

  /** A window may change its size at any time; the last column is for the cursor. */
  private width(): number {
    return (this.stream.columns || 80) - 1;
  }

  private readonly restore = (): void => {
    this.stream.write(AS_IT_WAS);
  };

  private redraw(): void {
    const { permutations_total, permutations_done } = this.numbers();
    this.overall.setTotal(Math.max(1, permutations_total));
    this.overall.update(permutations_done);
  }
}

class PlainDisplay implements ProgressDisplay {
  private readonly stream: NodeJS.WriteStream;
  private readonly timer: NodeJS.Timeout;

  constructor(stream: NodeJS.WriteStream, numbers: () => DisplayedProgress) {
    this.stream = stream;
    this.timer = setInterval(() => {
      this.line(plainLine(numbers()));
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
}
