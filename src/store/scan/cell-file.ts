import type { Sums } from './sums.ts';
import type { BlockPart } from '../../encoding/csv-blocks.ts';
import type { MetricsSchema } from '../../encoding/metrics-schema.ts';

/** Half-open range of permutations, [from, to). Lists of ranges are ascending, disjoint and not adjacent. */
export interface PermutationRange {
  readonly from: number;
  readonly to: number;
}

/** Something in a metrics file that is not a plain good row. */
export interface Finding {
  readonly kind:
    | 'torn' // a crash left it at the end: cut, not counted as damaged
    | 'damaged' // set aside, counted in n_rows_damaged
    | 'conflict' // one perm_index, two different rows: the first stays
    | 'foreign' // saved by another program: BOM, CRLF, other column order
    | 'unreadable'; // nothing in the file can be used
  /** Byte offset in the metrics file, and length. */
  readonly offset: number;
  readonly length: number;
  /** A sentence for a person: what is wrong there. */
  readonly reason: string;
  readonly perm_index?: number;
}

/**
 * What stands in one metrics file, found by reading it and nothing else. Plain data: a scan may be made in a worker
 * and sent over. Rows below `target` only are `present`.
 */
export interface CellScan {
  readonly exists: boolean;
  /** Size of the file [bytes]. */
  readonly size: number;
  readonly target: number;
  readonly present: readonly PermutationRange[];
  /** Well-formed rows below the target, duplicates included. */
  readonly n_rows_raw: number;
  readonly n_duplicates: number;
  /** Rows that differ from an earlier one of the same index: those in the file now and the standing records under quarantine/. */
  readonly n_conflicts: number;
  readonly n_rows_damaged: number;
  readonly n_rows_past_target: number;
  /** The first 100 findings, in file order; `n_findings` counts all. */
  readonly findings: readonly Finding[];
  readonly n_findings: number;
  /**
   * The file holds its rows in perm_index order in exactly the bytes this engine writes, perhaps with a torn tail
   * behind. Indices may be missing (failed permutations); `present` says which are there.
   */
  readonly canonical: boolean;
  /** `complete()` finished with exactly these rows: the block sums (csv) or the end-of-stream marker (arrow) stand. */
  readonly sealed: boolean;
  /** Where a canonical file ends and the next append goes [bytes]; the size without the torn tail. */
  readonly end: number;
  /** CRC-32 (8 hex digits) over the rows below the target as they stand: changes when any row changes. `undefined` for a file that is not canonical. */
  readonly rows_crc32: string | undefined;
  /** The last block begun in a canonical file: the next append continues it. */
  readonly last_block: LastBlock | undefined;
  /** Where parts of a canonical Arrow file begin, each of whole batches and about a megabyte, that can be read alone; empty for all others. */
  readonly sections: readonly number[];
  /**
   * Rows below the target that no checksum of this experiment covers: nothing proves whose they are, or that they are unchanged. All that are
   * `present` where the file is not known to be this experiment's. Arrow files have none: every batch carries its own.
   */
  readonly unprotected: readonly PermutationRange[];
  /** The blocks of a canonical file that hold such rows, as they are. */
  readonly loose_blocks: readonly LastBlock[];
}

export interface LastBlock {
  /** Its rows are [block x batch_rows, (block + 1) x batch_rows). */
  readonly block: number;
  readonly rows: number;
  /** Salted CRC-32 over its rows (csv). */
  readonly crc32: number;
}

/** Where a cell lives and what its file must look like. */
export interface CellPlace {
  /** `<output>/per_cell/cell_<id>`. */
  readonly folder: string;
  readonly schema: MetricsSchema;
}

/** One chunk as it came from a worker: whole rows already in the file's own bytes. */
export interface EncodedChunk {
  readonly first: number;
  /** Permutations covered, failed ones included. */
  readonly count: number;
  /** Rows in `bytes`; less than `count` where permutations failed. */
  readonly rows: number;
  /** As the format's `encode` made them. */
  readonly bytes: Uint8Array;
  /** CRC-32 over `bytes`, where it is known. */
  readonly crc32?: number;
  /** Where the sums stand beside the file: the chunk cut at block borders (`blocksOf`). Without, it is cut when it is appended. */
  readonly blocks?: readonly BlockPart[];
}

/** What a metrics file is that one process wrote from its first byte to its last, in order. */
export interface ProvenBytes {
  /** Where the rows begin and end in the file [bytes]. */
  readonly from: number;
  readonly to: number;
  /** CRC-32 over them. */
  readonly crc32: number;
}

/**
 * Reads a whole file as `readBack` of scan-cell.ts does, or says that its bytes are `proven`, the very ones that were written. `sums`: those of its blocks, as
 * they were written. Undefined where the file is something else.
 */
export type ReadBack = (sums: Sums) => Promise<{ readonly scan: CellScan; readonly sums: Sums } | 'proven' | undefined>;

/**
 * An open metrics file: the only writer of it. Made by `openCell` (store/open-cell.ts), which repairs the file first:
 *
 *   openCell(port: FilePort, place: CellPlace, scan: CellScan, log: (line: string) => void): Promise<CellFile>
 *   scanCell(port: FilePort, place: CellPlace, target: number): CellScan                 (store/scan-cell.ts; read only)
 *   readRows(port: FilePort, place: CellPlace, target: number): Iterable<Rows>           (store/read-rows.ts; perm_index order, blocks of bounded size)
 */
export interface CellFile {
  /** Counts for progress.json and summary.json, as the contract names them, kept up to date by `append`. */
  readonly n_rows_raw: number;
  readonly n_duplicates_dropped: number;
  readonly n_conflicting_duplicates: number;
  readonly n_rows_damaged: number;
  readonly n_rows_past_target: number;
  /** Rows durable and below the target. */
  readonly n_rows_durable: number;
  /** Permutations that the cell has when it is complete. */
  readonly target: number;
  /** Ranges below the target that have no row: gaps first, then the end. */
  readonly missing: readonly PermutationRange[];
  /** What its bytes are, where this process wrote them all, in order; undefined otherwise. */
  readonly written: ProvenBytes | undefined;
  /** Sums of the blocks as they were written, for reading the file back while it is open. */
  readonly sums: Sums;
  /** Writes the chunk at the validated end of the file. Chunks come in permutation order (gaps first). Not durable yet. */
  append(chunk: EncodedChunk): void;
  /** Makes everything appended so far durable. A failure truncates to the last durable length and is final: EngineError DISK or DISK_FULL. */
  sync(): Promise<void>;
  /** The cell has fewer permutations than was thought; rows at or past `target`, if there are any, are dropped by `complete`. */
  lowerTarget(target: number): void;
  /**
   * At the end of a cell: syncs, brings the file into canonical form where it is not (gaps were filled), seals it. Returns the CRC over its rows as in `CellScan`.
   * Before it is sealed, the whole file is read back: here, or by `readBack` where that can be done in another thread.
   */
  complete(readBack?: ReadBack): Promise<string>;
  /** At the end of a cell that stays unfinished: makes its checksums durable, so that other runs may take its rows. */
  leave(): Promise<void>;
  close(): void;
}
