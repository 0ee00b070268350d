import { canonicalValue } from '#native-free/columns/columns';
import { formatOf } from '../../src/store/formats/formats.ts';
import type { Format, MetricsSchema, Rows } from '../../src/encoding/metrics-schema.ts';
import type { CellFile, CellPlace, CellScan } from '../../src/store/scan/cell-file.ts';
import { openCell } from '../../src/store/open-cell.ts';
import type { FilePort } from '../../src/files/port.ts';
import { scanCell } from '../../src/store/scan-cell.ts';

/** A small cell whose rows are a function of perm_index alone: what any run would compute. */
export const EXPERIMENT = 'ab'.repeat(32);

export function schemaOf(format: Format, batch_rows = 8): MetricsSchema {
  return {
    format,
    model: 'coin',
    cell_id: 'c1',
    experiment: EXPERIMENT,
    metrics: ['heads', 'longest_run', 'edge'],
    batch_rows,
  };
}

const EDGES = [
  0,
  1,
  -1.5,
  0.1,
  1e21,
  1e-7,
  1 / 3,
  NaN,
  Infinity,
  -Infinity,
  123456789012345680,
  5e-324,
  0.30000000000000004,
];

export function valueOf(perm_index: number, metric: number): number {
  if (metric === 0) return (perm_index * 7919) % 101;
  if (metric === 1) return ((perm_index * 2654435761) % 4294967296) / 4294967296;
  return canonicalValue(EDGES[perm_index % EDGES.length]!);
}

export function rowsOf(indices: readonly number[]): Rows {
  const columns = [0, 1, 2].map((metric) => Float64Array.from(indices, (index) => valueOf(index, metric)));
  return { perm_index: Uint32Array.from(indices), columns };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** What a worker hands over for [from, to): for arrow one batch per aligned block. */
export function chunkOf(schema: MetricsSchema, from: number, to: number, failed: readonly number[] = []) {
  const indices = range(from, to).filter((index) => !failed.includes(index));
  return {
    first: from,
    count: to - from,
    rows: indices.length,
    bytes: formatOf(schema).encode(schema, rowsOf(indices)),
  };
}

/** Appends what is missing, gaps first, in chunks that never cross a chunk border; syncs after every `syncEvery` chunks. */
export async function fill(
  file: CellFile,
  schema: MetricsSchema,
  chunk = 8,
  syncEvery = 2,
  onSynced?: () => void,
): Promise<void> {
  let n = 0;
  for (const { from, to } of file.missing) {
    for (let at = from; at < to;) {
      const end = Math.min(to, (Math.floor(at / chunk) + 1) * chunk);
      file.append(chunkOf(schema, at, end));
      at = end;
      if (++n % syncEvery === 0) {
        await file.sync();
        onSynced?.();
      }
    }
  }
}

/** Scan, open, compute what is missing, complete: what the engine does with a cell. */
export async function finish(
  port: FilePort,
  place: CellPlace,
  target: number,
  log: (line: string) => void = () => undefined,
): Promise<{ scan: CellScan; file: CellFile; crc: string }> {
  const scan = scanCell(port, place, target);
  const file = await openCell(port, place, scan, log);
  try {
    await fill(file, place.schema);
    const crc = await file.complete();
    return { scan, file, crc };
  } finally {
    file.close();
  }
}
