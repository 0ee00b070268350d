import { formatCount, formatDuration } from '../wording/format-number.ts';

/** The numbers a display shows; the run fills them. */
export interface DisplayedProgress {
  readonly cells_total: number;
  readonly cells_complete: number;
  readonly permutations_total: number;
  readonly permutations_done: number;
  readonly permutations_per_second: number;
  readonly eta_seconds: number | undefined;
}

const GAP = '  ';
/** Characters of a bar. */
const BAR = { least: 8, most: 28 } as const;

/** How far a run is, in words: what matters most first, so that a narrow terminal loses the rest. */
export function progressParts(p: DisplayedProgress): string[] {
  const percent = p.permutations_total === 0 ? 100 : (100 * p.permutations_done) / p.permutations_total;
  return [
    `${percent.toFixed(1)} %`,
    `${p.eta_seconds === undefined ? '?' : formatDuration(p.eta_seconds)} left`,
    `${formatCount(p.permutations_per_second)}/s`,
    `${formatCount(p.cells_complete)}/${formatCount(p.cells_total)} cells`,
    `${formatCount(p.permutations_done)}/${formatCount(p.permutations_total)} permutations`,
  ];
}

/** The same as one line for a log. */
export function plainLine(p: DisplayedProgress): string {
  return progressParts(p).join(GAP);
}

/** The same behind a bar, in at most `width` characters. */
export function barLine(p: DisplayedProgress, width: number): string {
  const done = p.permutations_total === 0 ? 1 : p.permutations_done / p.permutations_total;
  return withBar(done, progressParts(p), width);
}

/** One cell behind a bar of the same length, to stand below. */
export function cellLine(cell_id: string, n_done: number, n_target: number, above: string, width: number): string {
  const done = n_target === 0 ? 1 : n_done / n_target;
  const size = /^[█░]*/.exec(above)![0].length;
  const line = [bar(done, size), `${(100 * done).toFixed(0).padStart(3)} %`, `cell ${cell_id}`].join(GAP);
  return Array.from(line).slice(0, width).join('');
}

function withBar(done: number, parts: readonly string[], width: number): string {
  const fits = (n: number): boolean => BAR.least + GAP.length + parts.slice(0, n).join(GAP).length <= width;
  const n = parts.findLastIndex((_, i) => fits(i + 1)) + 1;
  const text = parts.slice(0, Math.max(1, n)).join(GAP);
  const size = Math.max(0, Math.min(BAR.most, width - GAP.length - text.length));
  return size === 0 ? text.slice(0, width) : [bar(done, size), text].join(GAP);
}

function bar(done: number, size: number): string {
  const full = Math.min(size, Math.max(0, Math.floor(done * size)));
  return '█'.repeat(full) + '░'.repeat(size - full);
}
