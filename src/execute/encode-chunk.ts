import { crc32 } from '../encoding/crc32.ts';
import type { Rows } from '../encoding/metrics-schema.ts';
import type { Kernel } from '../model/model.ts';
import { formatOf } from '../store/formats/formats.ts';
import type { ChunkResult, ChunkTask } from './messages.ts';

/** The rows in the bytes of every file that they go to. */
export function encodeForAll(
  { cell, more_schemas }: ChunkTask,
  rows: Rows,
  kernel: Kernel,
  into?: ArrayBufferLike,
): Pick<ChunkResult, 'bytes' | 'blocks' | 'crc32' | 'more_bytes'> {
  const format = formatOf(cell.schema);
  const bytes = format.encode(cell.schema, rows, kernel, into);
  const blocks = format.blocksOf?.(cell.schema, rows.perm_index, bytes);
  const made = blocks === undefined ? { bytes, crc32: crc32(bytes) } : { bytes, blocks };
  if (more_schemas === undefined) return made;
  return { ...made, more_bytes: more_schemas.map((schema) => formatOf(schema).encode(schema, rows, kernel)) };
}
