/** The texts of numbers that are not finite begin with these; NaN has its letter twice. No finite number has one of them. */
const BEGINNINGS = [
  { kind: 'undefined', letter: 'N', length: 'NaN'.length },
  { kind: 'infinite', letter: 'I', length: 'Infinity'.length },
] as const;
const COMMA = 44;
const NEWLINE = 10;

/** How many values of a metric are NaN, and how many infinite. */
export interface NotFinite {
  readonly undefined: number;
  readonly infinite: number;
}

/** Adds to `counts`, by metric, the values in whole CSV lines (without header) that are not finite. `metrics`: in column order. */
export function countNotFinite(lines: Buffer, metrics: readonly string[], counts: Map<string, NotFinite>): void {
  for (const { kind, letter, length } of BEGINNINGS) {
    for (let at = lines.indexOf(letter); at >= 0; at = lines.indexOf(letter, at + length)) {
      const metric = metrics[columnAt(lines, at) - 1]!;
      const before = counts.get(metric) ?? { undefined: 0, infinite: 0 };
      counts.set(metric, { ...before, [kind]: before[kind] + 1 });
    }
  }
}

/** The column of the byte at `at`, perm_index being 0. */
function columnAt(lines: Buffer, at: number): number {
  let column = 0;
  for (let i = at; i >= 0 && lines[i] !== NEWLINE; i--) column += Number(lines[i] === COMMA);
  return column;
}
