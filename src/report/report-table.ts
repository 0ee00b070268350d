import { isMarked, MARK_NOTE } from './marks/estimate.ts';

/** A table with a word on what is not in it. */
export interface ReportTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note: string;
}

/** The table, and a note on the mark of a doubtful mean where it has one. */
export function withMarkNote(table: ReportTable): ReportTable {
  if (!table.rows.some((row) => row.some(isMarked))) return table;
  return { ...table, note: [table.note, MARK_NOTE].filter((part) => part !== '').join(' ') };
}
