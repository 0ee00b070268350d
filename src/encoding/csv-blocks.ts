import { crc32, saltOf } from './crc32.ts';
import type { MetricsSchema } from './metrics-schema.ts';

/** The part of some CSV lines that lies in one aligned block of batch_rows permutations: what the block's checksum is made of. */
export interface CsvBlockPart {
  readonly block: number;
  readonly rows: number;
  readonly bytes: number;
  /** Of its lines, going on from the experiment's salt. */
  readonly crc32: number;
  /** The block's last permutation is among them. */
  readonly full: boolean;
}

const NEWLINE = 10;

/** Cuts the lines of `perm_index` (ascending) at block borders. */
export function csvBlocksOf(schema: MetricsSchema, perm_index: Uint32Array, lines: Uint8Array): CsvBlockPart[] {
  const { batch_rows } = schema;
  const salt = saltOf(schema.experiment);
  // A Buffer's indexOf is the fastest way to count lines.
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  const parts: CsvBlockPart[] = [];
  let start = 0;
  for (let row = 0; row < perm_index.length;) {
    const block = Math.floor(perm_index[row]! / batch_rows);
    let to = Math.min(perm_index.length, row + batch_rows);
    while (Math.floor(perm_index[to - 1]! / batch_rows) !== block) to -= 1;
    let end = text.length;
    if (to < perm_index.length) {
      end = start;
      for (let line = row; line < to; line += 1) end = text.indexOf(NEWLINE, end) + 1;
    }
    const full = perm_index[to - 1] === (block + 1) * batch_rows - 1;
    parts.push({ block, rows: to - row, bytes: end - start, crc32: crc32(text.subarray(start, end), salt), full });
    row = to;
    start = end;
  }
  return parts;
}
