import { EngineError } from '../../errors.ts';

const SHOWN = 10;
const LONGEST_SHOWN = 60;

/** A text of the file, fit for a message: quoted, and cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text);
}

/** The place of something in a file: `report.csv line 7, column Profit`. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: string;
}

export function placeText({ file, line, column }: Place): string {
  return `${file} line ${line}${column === undefined ? '' : `, column ${column}`}`;
}

/** Bad cells, collected so that they are reported at once. */
export class CellProblems {
  private readonly texts: string[] = [];
  private first: { readonly path: string; readonly value: string } | undefined;
  private count = 0;

  add(place: Place, value: string, reason: string): void {
    this.count++;
    this.first ??= { path: `${place.file}:${place.line}`, value: value.slice(0, 200) };
    if (this.texts.length < SHOWN) this.texts.push(`${placeText(place)}: ${shown(value)} ${reason}`);
  }

  get total(): number {
    return this.count;
  }

  /** Throws DATA with the first ten. `way_out` says what to do. */
  throwIfAny(way_out: string): void {
    if (this.first === undefined) return;
    const head = this.count === 1 ? '1 cell cannot be read' : `${this.count} cells cannot be read`;
    const more = this.count > this.texts.length ? [`  and ${this.count - this.texts.length} more`] : [];
    const lines = this.texts.map((text) => `  ${text}`);
    throw new EngineError('DATA', [`${head}:`, ...lines, ...more, way_out].join('\n'), this.first);
  }
}

/** One of several readings that all fit: the option that chooses it, and what a sample is under it. */
export interface Reading {
  readonly option: string;
  readonly meaning: string;
}

/** Two readings fit and nothing in the file decides: a person must. */
export function undecided(what: string, readings: readonly Reading[], path: string, value?: string): EngineError {
  const width = Math.max(...readings.map(({ option }) => option.length));
  const lines = readings.map(({ option, meaning }) => `  ${option.padEnd(width)}   ${meaning}`);
  return new EngineError('DATA', [what, ...lines, 'Choose the option that is right.'].join('\n'), {
    path,
    ...(value !== undefined && { value }),
    allowed: readings.map(({ option }) => option).join(' | '),
  });
}

/** The file as a whole cannot be read. */
export function unreadable(file: string, reason: string, cause?: unknown): EngineError {
  return new EngineError('DATA', `${file} ${reason}`, { path: file, ...(cause !== undefined && { cause }) });
}
