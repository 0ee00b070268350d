import { csvHeader, encodeCsvRows } from '../encoding/csv-rows.ts';
import type { CellPlace, CellScan } from './scan/cell-file.ts';
import { onDisk } from '../files/disk-error.ts';
import { FileReader, fileChanged } from '../files/file-reader.ts';
import { metricsPath } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { readRows } from './read-rows.ts';

/** Bytes handed out at once: they stay in the processor's cache while they are looked at. Longer than the longest line. */
const PIECE_BYTES = 1 << 18;
const NEWLINE = 10;

/**
 * The rows of a cell below the target, in perm_index order, as CSV lines without a header: what digests are made of. A CSV file in canonical
 * form is read as it stands, everything else is decoded and written anew. Pieces are whole lines, valid until the next is asked for.
 */
export function* readRowText(port: FilePort, place: CellPlace, scan: CellScan): Generator<Buffer> {
  const plain = place.schema.format === 'csv' && scan.canonical && scan.n_rows_past_target === 0;
  if (!plain) {
    for (const rows of readRows(port, place, scan.target)) yield Buffer.from(encodeCsvRows(rows));
    return;
  }
  const path = metricsPath(place.folder, 'csv');
  const fd = onDisk('read', path, () => port.open(path, 'r'));
  try {
    const reader = new FileReader(port, fd, scan.end);
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let at = csvHeader(place.schema.metrics).length;
    while (at < scan.end) {
      const room = piece.subarray(0, Math.min(PIECE_BYTES, scan.end - at));
      const lines = onDisk('read', path, () => {
        const read = room.subarray(0, reader.readInto(room, at));
        const end = read.lastIndexOf(NEWLINE) + 1;
        if (end === 0) throw fileChanged();
        return read.subarray(0, end);
      });
      yield lines;
      at += lines.length;
    }
  } finally {
    onDisk('close', path, () => {
      port.close(fd);
    });
  }
}
