import type { Rows } from '../../encoding/metrics-schema.ts';
import type { CellPlace, CellScan, Finding } from '../scan/cell-file.ts';
import type { FileReader } from '../../files/file-reader.ts';
import type { BlockSum, Sums } from '../scan/sums.ts';

/** A canonical file, read to its end. */
export interface CanonicalScan {
  /** `sealed` says only that nothing stands behind the last row but the format's own end marker, if it has one. */
  readonly scan: CellScan;
  /** Salted CRC of every block (csv); empty for arrow, whose batches carry their own. */
  readonly sums: ReadonlyMap<number, BlockSum>;
}

/** A finding whose bytes are kept: `bytes` where they do not stand in one piece in the file (a row of a record batch, as a CSV line). */
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

/** What a metrics file format can do; one file in this folder per format. */
export interface StoreFormat {
  /** The start of every file, before the first row. */
  header(place: CellPlace): Uint8Array;
  /** What `complete` appends behind the last row. */
  readonly end_marker: Uint8Array;
  /** Reads a canonical file fast; undefined where it is not canonical (or not at once seen to be). Nothing is changed. */
  scanCanonical(reader: FileReader, place: CellPlace, target: number, sums: Sums): CanonicalScan | undefined;
  /** Understands any file. Throws EngineError IDENTITY for a file of another model, experiment or cell. */
  analyse(reader: FileReader, place: CellPlace, target: number, sums: Sums): Analysis;
  /** The rows of a canonical file, one `Rows` per block, up to `end`; from the start, or from one of its `sections` on. */
  rowsOf(reader: FileReader, place: CellPlace, end: number, from?: number): Iterable<Rows>;
  /** The perm_index of every row of a chunk. */
  indicesOf(bytes: Uint8Array, rows: number, n_metrics: number): Uint32Array;
}
