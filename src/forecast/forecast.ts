import type { Format } from '../encoding/metrics-schema.ts';
import { formatOf } from '../store/formats/formats.ts';
import { sumsBytes } from '../store/scan/sums.ts';
import type { PermutationRange } from '../study/permutation-range.ts';

/** What a plan says that a run will take. */
export interface Forecast {
  readonly threads: number;
  /** For what is missing [s], from what this machine took for some of it just now. */
  readonly seconds: number;
  /** Disk for what is missing [bytes]. */
  readonly bytes: number;
}

/** What a run has to do for one output. */
export interface Work {
  readonly format: Format;
  readonly batch_rows: number;
  /** Permutations to be computed, and to be copied from another file. */
  readonly computed: number;
  readonly copied: number;
  /** Cells that something is written for; rows that they have when they are complete: all of them are read back and summarised. */
  readonly cells: number;
  /** Of these the ones that have no files yet. */
  readonly new_cells: number;
  readonly rows_of_cells: number;
  /** What is written, cell by cell. */
  readonly written: readonly (readonly PermutationRange[])[];
}

/** What one of the threads takes, all of them working, and how long rows are. */
export interface Rates {
  /** Until the threads compute: the process, the study, what is on disk, the threads themselves [s]. */
  readonly start_seconds: number;
  /** To make a cell ready in one thread [ms]. */
  readonly prepare_ms: number;
  /** To compute and encode a permutation [ms]. */
  readonly compute_ms: number;
  /** To read a row back, check and summarise it [ms]. */
  readonly finish_ms: number;
  /** A row in the metrics file [bytes]; without those of its perm_index (`StoreFormat.indexBytes`). */
  readonly row_bytes: number;
  /** summary.json and the other small files of a cell [bytes]. */
  readonly cell_bytes: number;
}

/** Time: everything that threads do, shared among them, after they are there. What the coordinating thread does is little beside it. */
export function forecastOf(work: Work, rates: Rates, threads: number): Forecast {
  const ms =
    work.computed * rates.compute_ms +
    (work.copied + work.rows_of_cells) * rates.finish_ms +
    // Chunks of a cell go to all threads.
    work.cells * threads * rates.prepare_ms;
  return { threads, seconds: rates.start_seconds + ms / threads / 1000, bytes: bytesOf(work, rates) };
}

function bytesOf({ format, batch_rows, new_cells, written }: Work, { row_bytes, cell_bytes }: Rates): number {
  const its = formatOf({ format });
  let bytes = new_cells * cell_bytes;
  for (const ranges of written) {
    for (const { from, to } of ranges) {
      bytes += (to - from) * row_bytes + its.indexBytes(from, to);
      if (its.blocksOf !== undefined) bytes += sumsBytes(from, to, batch_rows);
    }
  }
  return Math.round(bytes);
}
