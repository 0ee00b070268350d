import { countRun } from '#native-free/csv/rows';

import { MAX_LINE_BYTES, permIndexAt } from '../../encoding/csv-rows.ts';
import type { FileReader } from '../../files/file-reader.ts';

const NEWLINE = 10;

/** Whole lines whose perm_index is `first`, `first` + 1, and so on, with a field for every metric. */
export interface Run {
  readonly first: number;
  readonly rows: number;
  /** The lines, valid until the next run is asked for. */
  readonly bytes: Uint8Array;
}

/**
 * Walks through the rows of a file as long as they ascend in perm_index and have a field for every metric. `stopped` says
 * how the walk ended: at the end of the file, before an unterminated rest, or at something that is not a canonical file.
 */
export class RunWalk {
  /** Where the last row ends [bytes in the file]. */
  end: number;
  stopped: 'end' | 'rest' | 'irregular' | undefined;
  readonly #reader: FileReader;
  readonly #n_metrics: number;
  readonly #target: number;
  readonly #window: Buffer;
  /** The part of the window that was read and not yet walked through. */
  #at = 0;
  #filled = 0;
  #last = -1;

  /** `window`: where the file is read to; longer than the longest line. */
  constructor(reader: FileReader, from: number, n_metrics: number, target: number, window: Uint8Array) {
    this.#reader = reader;
    this.end = from;
    this.#n_metrics = n_metrics;
    this.#target = target;
    this.#window = Buffer.from(window.buffer, window.byteOffset, window.length);
  }

  /** The next rows, at most `most(first)` of them where `first` is the perm_index of the first. */
  next(most: (first: number) => number): Run | undefined {
    while (this.stopped === undefined) {
      const rest = this.#window.subarray(this.#at, this.#filled);
      const first = permIndexAt(rest, 0, rest.length);
      if (first > this.#last && first < this.#target) {
        const { rows, consumed } = countRun(rest, this.#n_metrics, first, Math.min(most(first), this.#target - first));
        if (rows > 0) {
          this.#last = first + rows - 1;
          this.#at += consumed;
          this.end += consumed;
          return { first, rows, bytes: rest.subarray(0, consumed) };
        }
      }
      if (rest.includes(NEWLINE)) this.stopped = 'irregular';
      else if (rest.length > MAX_LINE_BYTES || !this.#more()) this.stopped = this.#atEnd() ? 'end' : 'rest';
    }
    return undefined;
  }

  #atEnd(): boolean {
    return this.end === this.#reader.size;
  }

  /** Reads on behind the rest. False at the end of the file. */
  #more(): boolean {
    this.#window.copyWithin(0, this.#at, this.#filled);
    this.#filled -= this.#at;
    this.#at = 0;
    const room = Math.min(this.#window.length - this.#filled, this.#reader.size - this.end - this.#filled);
    const read = this.#reader.readInto(
      this.#window.subarray(this.#filled, this.#filled + room),
      this.end + this.#filled,
    );
    this.#filled += read;
    return read > 0;
  }
}
