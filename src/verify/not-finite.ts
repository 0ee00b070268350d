/** The texts of numbers that are not finite begin with these; NaN has its letter twice. No finite number has one of them. */
const BEGINNINGS = [
  { letter: 'N', length: 'NaN'.length },
  { letter: 'I', length: 'Infinity'.length },
] as const;
const COMMA = 44;
const NEWLINE = 10;

/** Adds to `counts`, by metric, how many values in whole CSV lines (without header) are NaN or infinite. `metrics`: in column order. */
export function countNotFinite(lines: Buffer, metrics: readonly string[], counts: Map<string, number>): void {
  for (const { letter, length } of BEGINNINGS) {
    for (let at = lines.indexOf(letter); at >= 0; at = lines.indexOf(letter, at + length)) {
      const metric = metrics[columnAt(lines, at) - 1]!;
      counts.set(metric, (counts.get(metric) ?? 0) + 1);
    }
  }
}

/** The column that the byte at `at` stands in, perm_index being 0. */
function columnAt(lines: Buffer, at: number): number {
  let column = 0;
  for (let i = at; i >= 0 && lines[i] !== NEWLINE; i--) column += Number(lines[i] === COMMA);
  return column;
}
