/** The metrics file formats. `csv`: metrics_compact.csv; `arrow`: metrics_compact.arrow, an Arrow IPC stream. */
export const FORMATS = ['csv', 'arrow'] as const;
export type Format = (typeof FORMATS)[number];

/** What decides the bytes of one cell's metrics file, apart from its rows. */
export interface MetricsSchema {
  readonly format: Format;
  readonly model: string;
  readonly cell_id: string;
  /** SHA-256 of the cell's experiment, 64 lower-case hex digits: the salt of every checksum. */
  readonly experiment: string;
  /** Metric columns in order; `perm_index` comes before them. */
  readonly metrics: readonly string[];
  /** Rows per checksum block (csv) or record batch (arrow); blocks are aligned: block b holds [b x batch_rows, (b+1) x batch_rows). */
  readonly batch_rows: number;
}

/** Rows on their way to a file: ascending perm_index, one typed array per metric. Values are canonical (no -0, one NaN). */
export interface Rows {
  readonly perm_index: Uint32Array;
  readonly columns: readonly Float64Array[];
}
