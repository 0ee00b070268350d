import type { MetricsSchema } from '../../encoding/metrics-schema.ts';
import type { ChunkResult } from '../../execute/messages.ts';
import { formatOf } from '../../store/formats/formats.ts';
import type { CellPlace, EncodedChunk } from '../../store/scan/cell-file.ts';

/** A metrics file that rows go to. */
interface Destination {
  readonly cell: { readonly place: CellPlace };
}

/** Larger common multiples of batch sizes are not worth waiting for: a batch that is cut is put together at the end of its cell. */
const LARGEST_COMMON_BATCH = 65_536;

/** One schema for each kind of bytes that the files want; the first is that of the first file. */
export function schemasOf(output_cells: readonly Destination[]): MetricsSchema[] {
  const schemas = new Map(output_cells.map(({ cell }) => [kindOf(cell.place.schema), cell.place.schema]));
  return [...schemas.values()];
}

/** Each file with what is appended to it. `result` was made for the schemas of these files. */
export function chunksFor<Cell extends Destination>(
  output_cells: readonly Cell[],
  result: ChunkResult,
): { readonly output_cell: Cell; readonly chunk: EncodedChunk }[] {
  const { first, count, rows, blocks, crc32 } = result;
  const kinds = schemasOf(output_cells).map(kindOf);
  const encoded = [result.bytes, ...(result.more_bytes ?? [])];
  const { format, batch_rows } = output_cells[0]!.cell.place.schema;
  return output_cells.map((output_cell) => {
    const { schema } = output_cell.cell.place;
    const bytes = encoded[kinds.indexOf(kindOf(schema))]!;
    // The same lines, but a file with other blocks cuts them itself.
    const cut = blocks !== undefined && schema.format === format && schema.batch_rows === batch_rows;
    const summed = crc32 !== undefined && bytes === result.bytes;
    return { output_cell, chunk: { first, count, rows, bytes, ...(summed && { crc32 }), ...(cut && { blocks }) } };
  });
}

/** Chunks for these files are multiples of this: whole chunks of every file. */
export function batchRowsOf(output_cells: readonly Destination[]): number {
  const sizes = schemasOf(output_cells).map(chunkRowsOf);
  const common = sizes.reduce(leastCommonMultiple, 1);
  return common <= LARGEST_COMMON_BATCH ? common : Math.max(...sizes);
}

/** Files of one experiment differ in nothing else. */
function kindOf(schema: MetricsSchema): string {
  return `${schema.format} ${chunkRowsOf(schema)}`;
}

function chunkRowsOf(schema: MetricsSchema): number {
  return formatOf(schema).chunkRows(schema.batch_rows);
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}
