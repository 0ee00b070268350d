import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Rows } from '../encoding/metrics-schema.ts';
import { EngineError } from '../errors.ts';
import type { FilePort } from '../files/port.ts';
import { stoppingOf } from '../precision/checks.ts';
import { scanToStop } from '../precision/scan-to-stop.ts';
import type { StoredCell } from '../readers/stored-cells.ts';
import type { RunManifest } from '../stored/manifest.ts';
import { readRows } from '../store/read-rows.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import { nearest } from '../study/problem.ts';
import { wholeOption } from '../wording/expected.ts';
import type { Abortable } from './given-study.ts';
import { rowsInPieces } from './rows-in-pieces.ts';

/** Rows of a cell, column by column, all of one length, in the order of `perm_index`. Where a permutation failed or is missing there is no row. */
export type Columns<Metric extends string = string> = Readonly<Record<Metric, Float64Array>> & {
  readonly perm_index: Float64Array;
};

/** Which rows and metrics of a cell. */
export interface ColumnOptions<Metric extends string = string> extends Abortable {
  /** Which metrics; default: all that are stored. */
  readonly metrics?: readonly Metric[] | undefined;
  /** Only permutations from this one on; default 0. */
  readonly from?: number | undefined;
  /** Only permutations before this one; default: the last and all before it. */
  readonly to?: number | undefined;
}

/** Which rows of a cell, and how many at a time. */
export interface BatchOptions<Metric extends string = string> extends ColumnOptions<Metric> {
  /** Rows per batch, but for the last one; default 65,536. */
  readonly rows?: number | undefined;
}

const BATCH_ROWS = 65_536;

/** A cell's rows from its metrics file; nothing is changed, a torn tail and damaged rows are skipped. */
export class CellColumns {
  private readonly port: FilePort;
  private readonly cell: StoredCell;
  private readonly manifest: RunManifest;

  constructor(port: FilePort, cell: StoredCell, manifest: RunManifest) {
    this.port = port;
    this.cell = cell;
    this.manifest = manifest;
  }

  async columns<Metric extends string>(options: ColumnOptions<Metric>): Promise<Columns<Metric>> {
    const wanted = this.wanted(options);
    const batches: Columns[] = [];
    for await (const batch of this.read(wanted, BATCH_ROWS, options)) batches.push(batch);
    return joined(['perm_index', ...wanted.metrics], batches);
  }

  batches<Metric extends string>(options: BatchOptions<Metric>): AsyncGenerator<Columns<Metric>, void, undefined> {
    const { rows = BATCH_ROWS } = options;
    wholeOption('rows', rows, 1);
    return this.read(this.wanted(options), rows, options);
  }

  private wanted<Metric extends string>({ metrics, from = 0, to }: ColumnOptions<Metric>): Wanted {
    wholeOption('from', from, 0);
    if (to !== undefined) wholeOption('to', to, from);
    const { metrics: stored } = this.cell.place.schema;
    const names = metrics ?? stored;
    const places = names.map((name) => placeOf(name, stored));
    const { permutations, precision } = this.manifest;
    const { scan } = scanToStop(this.port, this.cell.place, permutations, stoppingOf(precision, permutations));
    return { metrics: names, places, from, to: to ?? scan.target, scan };
  }

  private async *read<Metric extends string>(
    { metrics, places, from, to, scan }: Wanted,
    size: number,
    { signal }: Abortable,
  ): AsyncGenerator<Columns<Metric>, void, undefined> {
    const whole = scan.canonical ? { end: scan.end } : undefined;
    const rows = chosen(readRows(this.port, this.cell.place, scan.target, whole), places, from, to);
    for (const { perm_index, columns } of rowsInPieces(rows, places.length, size)) {
      await nextTurn();
      signal?.throwIfAborted();
      const named = metrics.map((name, m) => [name, columns[m]!] as const);
      yield Object.fromEntries([['perm_index', Float64Array.from(perm_index)], ...named]) as Columns<Metric>;
    }
  }
}

interface Wanted {
  readonly metrics: readonly string[];
  /** Of the metrics among the stored ones. */
  readonly places: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly scan: CellScan;
}

function placeOf(metric: string, stored: readonly string[]): number {
  const place = stored.indexOf(metric);
  if (place >= 0) return place;
  const near = nearest(metric, stored);
  const hint = near === undefined ? '.' : `; did you mean ${near}?`;
  const allowed = stored.join(', ');
  throw new EngineError('USAGE', `This run has no metric ${JSON.stringify(metric)}${hint} Stored are ${allowed}.`, {
    path: 'metrics',
    value: metric,
    allowed,
  });
}

function joined(names: readonly string[], batches: readonly Columns[]): Columns {
  if (batches.length === 1) return batches[0]!;
  const rows = batches.reduce((sum, { perm_index }) => sum + perm_index.length, 0);
  const all = Object.fromEntries(names.map((name) => [name, new Float64Array(rows)])) as Columns;
  let n = 0;
  for (const batch of batches) {
    for (const name of names) all[name]!.set(batch[name]!, n);
    n += batch.perm_index.length;
  }
  return all;
}

/** The permutations [from, to) of rows in ascending order, and these of their columns. */
function* chosen(blocks: Iterable<Rows>, places: readonly number[], from: number, to: number): Generator<Rows> {
  for (const { perm_index, columns } of blocks) {
    const start = firstFrom(perm_index, from);
    const end = firstFrom(perm_index, to);
    if (start < end)
      yield {
        perm_index: perm_index.subarray(start, end),
        columns: places.map((place) => columns[place]!.subarray(start, end)),
      };
    if (end < perm_index.length) return;
  }
}

/** The place of the first of the ascending values that is `least` or more. */
function firstFrom(values: Uint32Array, least: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
