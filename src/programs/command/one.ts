import { beginningOf, type Answer } from './child.ts';
import { WrongAnswer } from './faults.ts';
import { LinesAnswer, parseRow } from './lines.ts';
import type { Request } from './request.ts';

/** A row is at most this long [bytes]. */
const LONGEST_OUTPUT = 1 << 20;

/** What a process is called with besides its own arguments: `--name value` for each parameter, and the seed. A list is JSON. */
export function argumentsOf({ parameters, first, seeds }: Request): string[] {
  const values = Object.entries(parameters).flatMap(([name, value]) => [
    `--${name}`,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  const [seed] = seeds;
  return [
    ...values,
    '--seed',
    typeof seed === 'number' ? String(seed) : seed!.join(','),
    '--permutation',
    String(first),
  ];
}

/** All that the process prints is its row: JSON as with form `lines`, or numbers in the order of the metrics, with blanks or commas between. */
export class OneAnswer implements Answer {
  readonly rest = 0;
  readonly #shown: string;
  readonly #lines: LinesAnswer;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(shown: string, request: Request, declared: readonly string[], columns: readonly Float64Array[]) {
    this.#shown = shown;
    this.#lines = new LinesAnswer(shown, request, declared, columns);
  }

  get progress(): string {
    return `${this.#length} bytes`;
  }

  /** It ends when the process does. */
  push(bytes: Uint8Array): boolean {
    this.#length += bytes.length;
    this.#parts.push(bytes);
    if (this.#length > LONGEST_OUTPUT)
      throw new WrongAnswer(
        `${this.#shown} printed more than ${LONGEST_OUTPUT} bytes for one row, which begin with ${beginningOf(this.#parts[0]!)}.`,
      );
    return false;
  }

  /** Fills the row. Throws WrongAnswer. */
  take(): void {
    const text = Buffer.concat(this.#parts).toString('utf8').trim();
    if (text === '') throw new WrongAnswer(`${this.#shown} printed nothing; it prints one row to stdout.`);
    if (text.includes('\n'))
      throw new WrongAnswer(
        `${this.#shown} printed ${text.split('\n').length} lines, the first ${beginningOf(Buffer.from(text))}; it prints one row to stdout, and messages to stderr.`,
      );
    this.#lines.push(Buffer.from(`${parseRow(text) === undefined ? (numbersOf(text) ?? text) : text}\n`));
  }
}

/** `1.5 2 NaN` or `1.5,2,NaN` as JSON. */
function numbersOf(text: string): string | undefined {
  const words = text.split(/\s*,\s*|\s+/);
  const numbers = words.map((word) => NUMBERS[word.toLowerCase()] ?? Number(word));
  if (words.includes('') || numbers.some((value, k) => Number.isNaN(value) && !/^(nan|na)$/i.test(words[k]!)))
    return undefined;
  return `[${numbers.map((value) => (Number.isNaN(value) ? 'null' : Number.isFinite(value) ? String(value) : `${value < 0 ? '-' : ''}1e999`)).join(',')}]`;
}

/** As C, Python and R write them. */
const NUMBERS: Readonly<Record<string, number>> = {
  nan: NaN,
  na: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '-infinity': -Infinity,
};
