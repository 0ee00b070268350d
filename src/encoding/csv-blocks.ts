import assert from 'node:assert/strict';

import { crc32, saltOf } from './crc32.ts';
import type { MetricsSchema } from './metrics-schema.ts';

/** The part of a chunk's bytes that lies in one aligned block of batch_rows permutations: what the block's checksum is made of. */
export interface BlockPart {
  readonly block: number;
  readonly rows: number;
  readonly bytes: number;
  /** Of its rows, continued from the experiment's salt. */
  readonly crc32: number;
  /** The block's last permutation is among them. */
  readonly full: boolean;
}

/** Cuts the lines of `perm_index` (ascending) at block borders. */
export function csvBlocksOf(schema: MetricsSchema, perm_index: Uint32Array, lines: Uint8Array): BlockPart[] {
  const { batch_rows } = schema;
  const salt = saltOf(schema.experiment);
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  const parts: BlockPart[] = [];
  let start = 0;
  for (let row = 0; row < perm_index.length;) {
    const block = Math.floor(perm_index[row]! / batch_rows);
    let to = Math.min(perm_index.length, row + batch_rows);
    while (Math.floor(perm_index[to - 1]! / batch_rows) !== block) to -= 1;
    const end =
      to < perm_index.length ? lineOf(text, perm_index[to]!, start, (to - row) / perm_index.length) : text.length;
    const full = perm_index[to - 1] === (block + 1) * batch_rows - 1;
    parts.push({ block, rows: to - row, bytes: end - start, crc32: crc32(text.subarray(start, end), salt), full });
    row = to;
    start = end;
  }
  return parts;
}

/**
 * Where the line of `index` begins, at or behind the line that begins at `start`. It is looked for from a little before the place where it
 * should be if all lines were equally long, `share` of the text further on: lines are not counted, which would cost as much as their checksum.
 */
function lineOf(text: Buffer, index: number, start: number, share: number): number {
  const beginning = `\n${index},`;
  const near = start + Math.floor(text.length * share * 0.98);
  let newline = text.indexOf(beginning, near, 'latin1');
  // Longer lines behind it than before it: it was passed.
  if (newline < 0) newline = text.indexOf(beginning, start, 'latin1');
  assert(newline >= 0, 'the lines are those of the rows');
  return newline + 1;
}
