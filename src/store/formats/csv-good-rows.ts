import { decodeRows, scanRows } from '#native-free/csv/rows';

import type { FileReader } from '../../files/file-reader.ts';

const PIECE_BYTES = 1 << 18;
/** Rows looked at together. */
const MOST_ROWS = 4096;

/** Consecutive rows of a file: `ends[i]` is where the line of `indices[i]` ends, from the first one's beginning on [bytes]. */
export interface GoodRows {
  readonly rows: number;
  readonly indices: Uint32Array;
  readonly ends: Uint32Array;
}

/** Finds rows that are spelled as this engine spells them, many at a time: most of a damaged file is not damaged. */
export class GoodRowFinder {
  readonly #reader: FileReader;
  readonly #n_metrics: number;
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  readonly #indices = new Uint32Array(MOST_ROWS);
  readonly #ends = new Uint32Array(MOST_ROWS);
  readonly #columns: readonly Float64Array[];

  constructor(reader: FileReader, n_metrics: number) {
    this.#reader = reader;
    this.#n_metrics = n_metrics;
    this.#columns = Array.from({ length: n_metrics }, () => new Float64Array(MOST_ROWS));
  }

  /** Those from `offset` on, up to the first line that is no such row, or as many as are looked at together. Valid until the next call. */
  at(offset: number): GoodRows {
    const piece = this.#piece.subarray(0, this.#reader.readInto(this.#piece, offset));
    const [indices, ends] = [this.#indices, this.#ends];
    const { rows: whole } = scanRows(piece, this.#n_metrics, indices, ends);
    if (whole === 0) return { rows: 0, indices, ends };
    const { rows } = decodeRows(piece.subarray(0, ends[whole - 1]), indices, this.#columns, true);
    return { rows: Math.min(rows, whole), indices, ends };
  }
}
