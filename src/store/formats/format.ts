import type { BlockPart } from '../../encoding/csv-blocks.ts';
import type { MetricsSchema, Rows } from '../../encoding/metrics-schema.ts';
import type { CellPlace, CellScan, Finding } from '../scan/cell-file.ts';
import type { FileReader } from '../../files/file-reader.ts';
import type { BlockSum, Sums } from '../scan/sums.ts';
import type { Kernel } from '#native-free/kernel';

/** A canonical file, read to its end. */
export interface CanonicalScan {
  /** `sealed` says only that nothing follows the last row but the format's own end marker, if it has one. */
  readonly scan: CellScan;
  /** Salted CRC of every block; empty for a format that has its sums within. */
  readonly sums: ReadonlyMap<number, BlockSum>;
}

/** A finding whose bytes are kept: `bytes` where they are not contiguous in the file (a row of a record batch, as a CSV line). */
export interface SetAside extends Finding {
  readonly bytes?: Uint8Array;
}

/** A file that needs repair, understood completely. */
export interface Analysis {
  /** `n_conflicts` counts this file only. */
  readonly scan: CellScan;
  /** Every stretch of the file that goes to quarantine/. */
  readonly set_aside: readonly SetAside[];
  /** The whole file as found goes to quarantine/ too. */
  readonly keep_original: boolean;
  /** Kept rows in perm_index order, one `Rows` per aligned block. Reads the file while it is consumed. */
  kept(): Iterable<Rows>;
  /** Blocks with more rows now than their (verified) sum covers: the sum must go before the file is rewritten. */
  readonly outgrown_sums: readonly number[];
  /** Blocks whose rows their sum distrusted: the sum may be the liar, so it does not judge the rows computed again. */
  readonly failed_sums: readonly number[];
}

/** All that is known of one kind of metrics file; one file in this folder for each, and a line in formats.ts. Each keeps what test/contracts/stored-format.ts says. */
export interface StoreFormat {
  /** Of the metrics file in its cell's folder. */
  readonly file_name: string;

  // Writing

  /** The start of every file, before the first row. */
  header(schema: MetricsSchema): Uint8Array;
  /** What `complete` appends behind the last row. */
  readonly end_marker: Uint8Array;
  /**
   * A chunk's rows as they are in the file. `rows` are ascending in perm_index and canonical (`canonicalise`). The bytes are the caller's and lie at the
   * start of a buffer of their own: `into`, where that is given and large enough.
   */
  encode(schema: MetricsSchema, rows: Rows, kernel?: Kernel, into?: ArrayBufferLike): Uint8Array;
  /**
   * Chunks begin and end at multiples of this many permutations (the last one of a cell apart): then the same rows are the same bytes, however they were cut.
   * Of `batch_rows` nothing else shows in the bytes.
   */
  chunkRows(batch_rows: number): number;
  /** Cuts the bytes of a chunk at block borders, each part with its sum for metrics_compact.sums. Undefined for a format that has its sums within. */
  readonly blocksOf: ((schema: MetricsSchema, perm_index: Uint32Array, bytes: Uint8Array) => BlockPart[]) | undefined;
  /** The perm_index of every row of a chunk. */
  indicesOf(bytes: Uint8Array, rows: number, n_metrics: number): Uint32Array;
  /** Asserts that a chunk begins with the row `first` and ends with a whole row, as far as that costs nothing. */
  assertWhole(bytes: Uint8Array, first: number, n_metrics: number): void;
  /** How many of the bytes of the rows [from, to) are there because of their perm_index; every row has as many others, about. */
  indexBytes(from: number, to: number): number;

  // Reading

  /** Reads a canonical file fast; undefined where it is not canonical (or not at once seen to be). Nothing is changed. */
  scanCanonical(reader: FileReader, place: CellPlace, target: number, sums: Sums): CanonicalScan | undefined;
  /** Analyses any file. Throws EngineError IDENTITY for a file of another model, experiment or cell. */
  analyse(reader: FileReader, place: CellPlace, target: number, sums: Sums): Analysis;
  /** The rows of a canonical file, one `Rows` per block, up to `end`; from the start, or from one of its `sections` on. */
  rowsOf(reader: FileReader, place: CellPlace, end: number, from?: number): Iterable<Rows>;
  /**
   * The rows of a canonical file, up to `end`, as CSV lines, where the file holds them as such; pieces are whole lines, valid until the next is requested.
   * Undefined for a format that has to be decoded.
   */
  readonly linesOf: ((reader: FileReader, place: CellPlace, end: number) => Iterable<Buffer>) | undefined;
}
