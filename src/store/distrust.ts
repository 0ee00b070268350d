import { readSums } from './scan-cell.ts';
import { writeSmallFile } from '../files/small-file.ts';
import type { FilePort } from '../files/port.ts';
import type { CellPlace, CellScan } from './scan/cell-file.ts';
import { sumsPath } from './scan/layout.ts';
import { sumsText } from './scan/sums.ts';
import { rowsByBlock } from './rewrite.ts';

/**
 * From here on the blocks that hold these rows count as damaged: their sums are made to say so, durably, and whoever reads the file sets their rows
 * aside and has them computed again.
 */
export async function distrustRows(
  port: FilePort,
  place: CellPlace,
  scan: CellScan,
  perms: readonly number[],
): Promise<void> {
  const { batch_rows, experiment } = place.schema;
  const rows = rowsByBlock(scan.present, batch_rows);
  const sums = new Map(readSums(port, place));
  for (const block of new Set(perms.map((perm) => Math.floor(perm / batch_rows)))) {
    const as_it_stands = scan.loose_blocks.find((each) => each.block === block)?.crc32 ?? 0;
    sums.set(block, { count: rows.get(block)!, crc32: ~as_it_stands >>> 0 });
  }
  await writeSmallFile(port, sumsPath(place.folder), sumsText(sums, experiment, batch_rows));
}
