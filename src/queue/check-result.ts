import { crc32 } from '../encoding/crc32.ts';
import type { MetricsSchema } from '../encoding/metrics-schema.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { memoryFile } from '../files/memory-file.ts';
import { formatOf } from '../store/formats/formats.ts';
import { readBack } from '../store/scan-cell.ts';
import { rangesOf, subtractRanges, type PermutationRange } from '../study/permutation-range.ts';
import type { ReceivedResult } from './result-frame.ts';

/**
 * Whether what a worker sent can be the result of a chunk: as many rows and failures as permutations, each in its place, every number spelled as this engine
 * spells it. What the numbers are is not looked at: that takes computing them. Returns the result with its sums made of the bytes, or what is wrong.
 */
export function checkedResult(task: ChunkTask, { header, sections }: ReceivedResult): ChunkResult | string {
  const { first, count, rows, compute_ms, failures, first_error, cannot_prepare } = header;
  if (first !== task.first || count !== task.count) return 'it is of other permutations';
  const told = { first, count, compute_ms };
  if (cannot_prepare !== undefined) {
    const empty = rows === 0 && failures.length === 0 && sections.length === 0;
    return empty
      ? { ...told, rows, bytes: new Uint8Array(0), failures, cannot_prepare }
      : 'prepare() failed and rows came';
  }
  const schemas = [task.cell.schema, ...(task.more_schemas ?? [])];
  if (sections.length !== schemas.length)
    return `it holds rows for ${sections.length} files, not for ${schemas.length}`;
  if (rows + failures.length !== count)
    return `${rows} rows and ${failures.length} failures are not ${count} permutations`;
  const failed = failures.map(({ perm_index }) => perm_index);
  const ascending = failed.every(
    (perm, i) => perm >= first && perm < first + count && (i === 0 || perm > failed[i - 1]!),
  );
  if (!ascending) return 'its failures are not in their order, or not its own';
  if ((first_error !== undefined) !== failures.length > 0) return 'the first error is of no failure, or missing';
  const present = subtractRanges([{ from: first, to: first + count }], rangesOf(failed));
  for (const [k, schema] of schemas.entries()) {
    const fault = faultOf(schema, sections[k]!, present, rows);
    if (fault !== undefined) return `${schema.format}: ${fault}`;
  }
  const [bytes, ...more_bytes] = sections as [Uint8Array, ...Uint8Array[]];
  return {
    ...told,
    rows,
    bytes,
    ...sumsOf(task.cell.schema, bytes, rows),
    ...(task.more_schemas !== undefined && { more_bytes }),
    failures,
    ...(first_error !== undefined && { first_error }),
  };
}

/** What is wrong with the rows of one file; undefined where nothing is. */
function faultOf(
  schema: MetricsSchema,
  bytes: Uint8Array,
  present: readonly PermutationRange[],
  rows: number,
): string | undefined {
  const format = formatOf(schema);
  if (rows === 0) {
    const none = format.encode(schema, {
      perm_index: new Uint32Array(0),
      columns: schema.metrics.map(() => new Float64Array(0)),
    });
    return Buffer.compare(none, bytes) === 0 ? undefined : 'no rows, and yet bytes';
  }
  const file = Buffer.concat([format.header(schema), bytes]);
  const found = readBack(memoryFile(file), { folder: 'a result', schema }, present.at(-1)!.to, new Map());
  if (found === undefined) return 'its rows are not spelled as they must be';
  const { scan } = found;
  if (scan.end !== file.length || scan.n_findings > 0) return 'something stands behind its rows';
  const same =
    scan.n_rows_raw === rows &&
    scan.present.length === present.length &&
    scan.present.every(({ from, to }, i) => from === present[i]!.from && to === present[i]!.to);
  return same ? undefined : 'its rows are of other permutations';
}

/** As who computes makes them (execute/encode-chunk.ts), of the bytes that came. */
function sumsOf(schema: MetricsSchema, bytes: Uint8Array, rows: number): Pick<ChunkResult, 'blocks' | 'crc32'> {
  const format = formatOf(schema);
  if (format.blocksOf === undefined) return { crc32: crc32(bytes) };
  const perm_index = rows === 0 ? new Uint32Array(0) : format.indicesOf(bytes, rows, schema.metrics.length);
  return { blocks: format.blocksOf(schema, perm_index, bytes) };
}
