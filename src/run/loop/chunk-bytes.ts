import type { MetricsSchema } from '../../encoding/metrics-schema.ts';
import type { ChunkResult } from '../../execute/messages.ts';
import type { EncodedChunk } from '../../store/scan/cell-file.ts';
import type { CellTarget } from './output-cell.ts';

/** Larger common multiples of batch sizes are not worth waiting for: a batch that is cut is put together at the end of its cell. */
const LARGEST_COMMON_BATCH = 65_536;

/** One schema for each kind of bytes that the files want; the first is that of the first file. */
export function schemasOf(targets: readonly CellTarget[]): MetricsSchema[] {
  const schemas = new Map(targets.map(({ cell }) => [kindOf(cell.place.schema), cell.place.schema]));
  return [...schemas.values()];
}

/** Each file with what is appended to it. `result` was made for the schemas of these files. */
export function chunksFor(
  targets: readonly CellTarget[],
  result: ChunkResult,
): { readonly target: CellTarget; readonly chunk: EncodedChunk }[] {
  const { first, count, rows, blocks } = result;
  const kinds = schemasOf(targets).map(kindOf);
  const encoded = [result.bytes, ...(result.more_bytes ?? [])];
  const cut_for = targets[0]!.cell.place.schema.batch_rows;
  return targets.map((target) => {
    const { schema } = target.cell.place;
    const bytes = encoded[kinds.indexOf(kindOf(schema))]!;
    // The same lines, but a file with other blocks cuts them itself.
    const cut = schema.format === 'csv' && blocks !== undefined && schema.batch_rows === cut_for;
    return { target, chunk: { first, count, rows, bytes, ...(cut && { blocks }) } };
  });
}

/** Chunks for these files are multiples of this: whole record batches of every Arrow file. */
export function batchRowsOf(targets: readonly CellTarget[]): number {
  const sizes = schemasOf(targets)
    .filter(({ format }) => format === 'arrow')
    .map(({ batch_rows }) => batch_rows);
  const common = sizes.reduce(leastCommonMultiple, 1);
  return common <= LARGEST_COMMON_BATCH ? common : Math.max(...sizes);
}

/** Files of one experiment differ in nothing else; batches are nothing to a CSV line. */
function kindOf({ format, batch_rows }: MetricsSchema): string {
  return format === 'csv' ? 'csv' : `arrow ${batch_rows}`;
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}
