import { csvField } from '../../encoding/csv-field.ts';
import { encodeCsvRows } from '../../encoding/csv-rows.ts';
import type { CellValue, Sink, TableColumns, TableWriter } from './table.ts';

/** CSV (RFC 4180 quoting, LF), numbers as in metrics_compact.csv: the shortest text that reads back to the same bits, NaN, Infinity, -Infinity. */
export function csvTable(columns: TableColumns, sink: Sink): TableWriter {
  const names = [...columns.cell.map(({ name }) => name), 'perm_index', ...columns.metrics];
  sink(Buffer.from(`${names.map(csvField).join(',')}\n`, 'utf8'));
  return {
    write(cell, rows) {
      const before = cell.map((value) => `${csvField(text(value))},`).join('');
      const lines = Buffer.from(encodeCsvRows(rows)).toString('latin1').slice(0, -1);
      if (rows.perm_index.length > 0)
        sink(Buffer.from(`${before}${lines.replaceAll('\n', () => `\n${before}`)}\n`, 'utf8'));
    },
    finish: () => undefined,
  };
}

function text(value: CellValue): string {
  return value === undefined ? '' : String(value);
}
