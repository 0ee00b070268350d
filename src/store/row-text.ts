import assert from 'node:assert/strict';

import { csvHeader, encodeCsvRows } from '../encoding/csv-rows.ts';
import type { CellPlace, CellScan } from './cell-file.ts';
import { onDisk } from './disk-error.ts';
import { FileReader } from './file-reader.ts';
import { metricsPath } from './layout.ts';
import type { FilePort } from './port.ts';
import { readRows } from './read-rows.ts';

/** Bytes handed out at once. */
const PIECE_BYTES = 1 << 20;
const NEWLINE = 10;

/**
 * The rows of a cell below the target, in perm_index order, as CSV lines without a header: what digests are made of. A CSV file in canonical
 * form is read as it stands, everything else is decoded and written anew. Pieces are whole lines.
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
    let at = csvHeader(place.schema.metrics).length;
    while (at < scan.end) {
      const piece = onDisk('read', path, () => reader.read(at, PIECE_BYTES));
      const lines = piece.subarray(0, piece.lastIndexOf(NEWLINE) + 1);
      assert(lines.length > 0, 'a canonical file ends in a newline and has no long lines');
      yield lines;
      at += lines.length;
    }
  } finally {
    port.close(fd);
  }
}
