import { encodeCsvRows } from '../encoding/csv-rows.ts';
import type { CellPlace, CellScan } from './scan/cell-file.ts';
import { onDisk } from '../files/disk-error.ts';
import { FileReader } from '../files/file-reader.ts';
import { formatOf, metricsPath } from './formats/formats.ts';
import type { FilePort } from '../files/port.ts';
import { readRows } from './read-rows.ts';

/**
 * The rows of a cell below the target, in perm_index order, as CSV lines without a header: what digests are made of. Lines that the file holds in
 * canonical form are read as they are, everything else is decoded and encoded again. Pieces are whole lines, valid until the next is requested.
 */
export function* readRowText(port: FilePort, place: CellPlace, scan: CellScan): Generator<Buffer> {
  const { linesOf } = formatOf(place.schema);
  if (linesOf === undefined || !scan.canonical || scan.n_rows_past_target > 0) {
    for (const rows of readRows(port, place, scan.target)) yield Buffer.from(encodeCsvRows(rows));
    return;
  }
  const path = metricsPath(place.folder, place.schema.format);
  const fd = onDisk('read', path, () => port.open(path, 'r'));
  try {
    const pieces = linesOf(new FileReader(port, fd, scan.end), place, scan.end)[Symbol.iterator]();
    for (;;) {
      const next = onDisk('read', path, () => pieces.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    onDisk('close', path, () => {
      port.close(fd);
    });
  }
}
