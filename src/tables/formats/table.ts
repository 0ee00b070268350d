import type { Rows } from '../../encoding/metrics-schema.ts';

/** What `export` writes. */
export const TABLE_FORMATS = ['csv', 'arrow', 'parquet'] as const;
/** The format of an exported table. */
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A column that is constant within a cell: its id, or a parameter. `undefined` where the parameter is inactive. */
export interface CellColumn {
  readonly name: string;
  readonly kind: 'number' | 'boolean' | 'text';
}
export type CellValue = number | boolean | string | undefined;

/** Columns of a table: the cell's, then perm_index, then the metrics. */
export interface TableColumns {
  readonly cell: readonly CellColumn[];
  readonly metrics: readonly string[];
}

/** Takes bytes in order. They may be overwritten as soon as it returns. */
export type Sink = (bytes: Uint8Array) => void;

/** Writes a table piece by piece; memory is that of one piece. */
export interface TableWriter {
  /** Rows of one cell; `cell`: one value per cell column. */
  write(cell: readonly CellValue[], rows: Rows): void;
  finish(): void;
}
