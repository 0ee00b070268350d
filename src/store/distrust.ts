import { readSums } from './scan-cell.ts';
import { writeSmallFile } from '../files/small-file.ts';
import type { FilePort } from '../files/port.ts';
import type { CellPlace, CellScan } from './scan/cell-file.ts';
import { sumsPath } from './scan/layout.ts';
import { sumsText } from './scan/sums.ts';
import { rowsByBlock } from './rewrite.ts';

/**
 * From here on the blocks with rows that no sum covers count as damaged: their sums are made to say so, durably, and every reader of the file sets their rows
 * aside and has them computed again. Where one row of a sample is wrong, the others are as doubtful.
 */
export async function distrustUnprotected(port: FilePort, place: CellPlace, scan: CellScan): Promise<void> {
  const { batch_rows, experiment } = place.schema;
  const rows = rowsByBlock(scan.present, batch_rows);
  const sums = new Map(readSums(port, place));
  for (const block of rowsByBlock(scan.unprotected, batch_rows).keys()) {
    const as_it_stands = scan.loose_blocks.find((each) => each.block === block)?.crc32 ?? 0;
    sums.set(block, { count: rows.get(block)!, crc32: ~as_it_stands >>> 0 });
  }
  await writeSmallFile(port, sumsPath(place.folder), sumsText(sums, experiment, batch_rows));
}
