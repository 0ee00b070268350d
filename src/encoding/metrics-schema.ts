/** The metrics file formats. `csv`: metrics_compact.csv; `arrow`: metrics_compact.arrow, an Arrow IPC stream. */
export const FORMATS = ['csv', 'arrow'] as const;
/** The format of a metrics file. */
export type Format = (typeof FORMATS)[number];

/** The fewest rows of a block (`batch_rows`): small record batches are slow to read. */
export const SMALLEST_BLOCK: Readonly<Record<Format, number>> = { csv: 1, arrow: 1000 };

/** What decides the bytes of one cell's metrics file, apart from its rows. */
export interface MetricsSchema {
  readonly format: Format;
  readonly model: string;
  readonly cell_id: string;
  /** SHA-256 of the cell's experiment, 64 lower-case hex digits: the salt of every checksum. */
  readonly experiment: string;
  /** Metric columns in order; `perm_index` comes before them. */
  readonly metrics: readonly string[];
  /** Rows per block, which has one checksum; blocks are aligned: block b holds [b x batch_rows, (b+1) x batch_rows). */
  readonly batch_rows: number;
}

/** Rows on their way to a file: ascending perm_index, one typed array per metric. Values are canonical (no -0, one NaN). */
export interface Rows {
  readonly perm_index: Uint32Array;
  readonly columns: readonly Float64Array[];
}
