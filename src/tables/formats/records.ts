import type { ParameterValue } from '../../model/model.ts';
import type { CellColumn, CellValue } from './table.ts';

/** A table in which every row has values of its own: a line per cell, say. */
export interface RecordWriter {
  /** Rows, each with a value per column; `undefined` is a null. They become a record batch, or a row group. */
  write(rows: readonly (readonly CellValue[])[]): void;
  finish(): void;
}

/** A column of it; `cell_id` alone is never null. */
export type RecordColumn = CellColumn;

/** One type fits all values of a column: numbers, booleans, or text for everything else. */
export function kindOfValues(types: ReadonlySet<string>): CellColumn['kind'] {
  if (types.size !== 1) return 'text';
  return types.has('number') ? 'number' : types.has('boolean') ? 'boolean' : 'text';
}

/** A parameter in a column of this kind. */
export function cellValue(value: ParameterValue | undefined, kind: CellColumn['kind']): CellValue {
  if (value === undefined || typeof value === kind) return value as CellValue;
  return typeof value === 'object' ? JSON.stringify(value) : kind === 'text' ? String(value) : value;
}
