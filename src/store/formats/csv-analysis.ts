import { join } from 'node:path';

import { EngineError } from '../../errors.ts';
import { columnsOf, csvHeader, decodeCsvRows, permIndexAt, rowFault } from '../../encoding/csv-rows.ts';
import type { MetricsSchema, Rows } from '../../encoding/metrics-schema.ts';
import type { CellPlace } from '../scan/cell-file.ts';
import { Window } from '../../files/file-reader.ts';
import type { FileReader } from '../../files/file-reader.ts';
import { countPermutations } from '../../study/permutation-range.ts';
import { FindingList } from '../scan/finding-list.ts';
import { GrowingArray } from '../scan/growing-array.ts';
import type { Sums } from '../scan/sums.ts';
import { RECOVERY } from '../scan/recover.ts';
import { analysedScan } from './analysed-scan.ts';
import { choose } from './choose.ts';
import type { Choice, RowSource } from './choose.ts';
import { GoodRowFinder, type GoodRows } from './csv-good-rows.ts';
import { isTorn, linesOf, tornAt } from './csv-lines.ts';
import type { Line } from './csv-lines.ts';
import type { Analysis } from './format.ts';

export const FILE_NAME = 'metrics_compact.csv';

/**
 * Analyses a CSV metrics file in any state, line by line, according to the table in recover.ts. Memory: 16 bytes per row of
 * this one file. Rows are looked at again in the file, never kept.
 */
export function analyseCsv(reader: FileReader, place: CellPlace, target: number, sums: Sums): Analysis {
  const { schema } = place;
  const findings = new FindingList();
  const head = judgeHeader(reader, schema);
  const table = new RowTable(reader, schema, head.mapping);
  const n_lines_damaged = readLines(reader, schema, head, table, findings);
  const kept = choose(table, schema, target, sums, findings);

  const header_damaged = head.kind === 'damaged' || head.kind === 'other columns';
  if (head.kind === 'other columns' && !isProven(kept)) throw otherColumns(place, head.line);
  if (header_damaged && head.length > 0) {
    findings.add({ kind: 'damaged', offset: 0, length: head.length, reason: 'the header is damaged' });
  }
  const foreign = head.kind === 'foreign' || table.sawCarriageReturn;
  if (foreign) {
    findings.add({ kind: 'foreign', offset: 0, length: reader.size, reason: head.reason ?? 'lines end in CR LF' });
  }
  const n_rows_damaged = n_lines_damaged + kept.n_distrusted;
  const { scan, findings: all } = analysedScan(reader, target, kept, findings, { n_rows_damaged, header_damaged });
  return {
    scan,
    set_aside: all.filter(({ kind }) => RECOVERY[kind].row === 'set aside'),
    keep_original: all.some(({ kind }) => RECOVERY[kind].original),
    kept: () => keptRows(table, kept.order, schema),
    outgrown_sums: kept.outgrown_sums,
    failed_sums: kept.failed_sums,
  };
}

/** At least one block's checksum verified: the file is of this cell and experiment. */
function isProven({ present, unprotected }: Choice): boolean {
  return countPermutations(present) > countPermutations(unprotected);
}

/** What the first line is. `mapping[m]`: field of metric m; field `index` holds perm_index. Undefined: our own form. */
interface Head {
  readonly kind: 'ours' | 'foreign' | 'damaged' | 'other columns';
  /** Bytes of the header line; 0 where the first line is a row already. */
  readonly length: number;
  readonly line: string;
  readonly mapping: ColumnMapping | undefined;
  readonly reason?: string;
}
interface ColumnMapping {
  readonly fields: number;
  readonly index: number;
  readonly metrics: readonly number[];
}

function judgeHeader(reader: FileReader, schema: MetricsSchema): Head {
  const header = csvHeader(schema.metrics);
  let first: Line | undefined;
  for (const line of linesOf(reader)) {
    first = line;
    break;
  }
  const raw = first?.bytes?.toString('utf8') ?? '';
  const length = first?.length ?? 0;
  if (`${raw}\n` === header && first?.terminated === true) {
    return { kind: 'ours', length, line: raw, mapping: undefined };
  }
  const line = raw.replace(/^\uFEFF/, '').replace(/\r$/, '');
  const names = line.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  const index = names.indexOf('perm_index');
  const metrics = schema.metrics.map((name) => names.indexOf(name));
  if (index >= 0 && metrics.every((field) => field >= 0)) {
    const same = names.join(',') === columnsOf(schema);
    const reason = same
      ? 'saved by another program (byte order mark, CR LF or quotes)'
      : 'saved by another program (columns in another order, or more of them)';
    return { kind: 'foreign', length, line, mapping: { fields: names.length, index, metrics }, reason };
  }
  const bytes = first?.bytes;
  if (bytes !== undefined && rowFault(bytes, 0, bytes.length, schema.metrics.length) === undefined) {
    return { kind: 'damaged', length: 0, line, mapping: undefined };
  }
  const isHeader = index >= 0 && names.every((name) => /^[A-Za-z_][\w .%/()-]*$/.test(name));
  return { kind: isHeader ? 'other columns' : 'damaged', length, line, mapping: undefined };
}

function otherColumns(place: CellPlace, found: string): EngineError {
  return new EngineError(
    'IDENTITY',
    `${join(place.folder, FILE_NAME)} has the columns of another model: it has ${found}, this run needs ${columnsOf(place.schema)}; use another output, or the study that this output belongs to`,
    { path: join(place.folder, FILE_NAME), value: found, allowed: columnsOf(place.schema) },
  );
}

/** The place of every well-formed row, in file order. */
class RowTable implements RowSource {
  readonly index = new GrowingArray((n) => new Uint32Array(n));
  readonly offset = new GrowingArray((n) => new Float64Array(n));
  readonly length = new GrowingArray((n) => new Uint32Array(n));
  sawCarriageReturn = false;
  readonly #windows: readonly [Window, Window];
  readonly #schema: MetricsSchema;
  readonly #mapping: ColumnMapping | undefined;

  constructor(reader: FileReader, schema: MetricsSchema, mapping: ColumnMapping | undefined) {
    this.#windows = [new Window(reader), new Window(reader)];
    this.#schema = schema;
    this.#mapping = mapping;
  }

  get size(): number {
    return this.index.length;
  }

  indexAt(row: number): number {
    return this.index.at(row);
  }

  stretchOf(row: number) {
    return { offset: this.offset.at(row), length: this.length.at(row) };
  }

  /** Adds rows that are as this engine writes them; the first line begins at `offset`. */
  addAll(offset: number, { rows, indices, ends }: GoodRows): void {
    for (let i = 0, start = 0; i < rows; i += 1) {
      this.index.push(indices[i]!);
      this.offset.push(offset + start);
      this.length.push(ends[i]! - start);
      start = ends[i]!;
    }
  }

  /** Adds the line where it is a good row; says why where it is not. */
  add(line: Line): string | undefined {
    const bytes = line.bytes;
    if (bytes === undefined) return 'a line over 64 KiB';
    if (bytes.at(-1) === 13) this.sawCarriageReturn = true;
    const ours = this.#canonical(bytes);
    if (ours === undefined)
      return `${bytes.toString('latin1').split(',').length} fields, which is not the number in the header`;
    const end = ours.length;
    const fault = rowFault(ours, 0, end, this.#schema.metrics.length);
    if (fault !== undefined) return fault;
    this.index.push(permIndexAt(ours, 0, end));
    this.offset.push(line.offset);
    this.length.push(line.length);
    return undefined;
  }

  /** The row as this engine writes it, newline included. `reader` 0 or 1: two places of the file can be followed at once. */
  bytesOf(row: number, reader: 0 | 1 = 0): Buffer {
    const bytes = this.#windows[reader].view(this.offset.at(row), this.length.at(row));
    if (this.#mapping === undefined && bytes.at(-2) !== 13) return bytes;
    return Buffer.concat([this.#canonical(bytes.subarray(0, -1))!, Buffer.from('\n')]);
  }

  /** Without its newline: carriage return dropped, columns in our order. */
  #canonical(bytes: Buffer): Buffer | undefined {
    const line = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
    const mapping = this.#mapping;
    if (mapping === undefined) return line;
    const fields = line.toString('latin1').split(',');
    if (fields.length !== mapping.fields) return undefined;
    return Buffer.from([mapping.index, ...mapping.metrics].map((field) => fields[field]).join(','), 'latin1');
  }
}

/** After a line that is not a row as this engine writes it, this much is read line by line before rows are parsed in groups again [bytes]. */
const LINE_BY_LINE_BYTES = 1 << 16;

/** Fills the table; returns the number of damaged lines. */
function readLines(
  reader: FileReader,
  schema: MetricsSchema,
  head: Head,
  table: RowTable,
  findings: FindingList,
): number {
  const header = csvHeader(schema.metrics).trimEnd();
  const good = head.mapping === undefined ? new GoodRowFinder(reader, schema.metrics.length) : undefined;
  let n_damaged = 0;
  let at = head.length;
  while (at < reader.size) {
    const together = good?.at(at);
    if (together !== undefined && together.rows > 0) {
      table.addAll(at, together);
      at += together.ends[together.rows - 1]!;
      continue;
    }
    const before = at;
    const until = at + LINE_BY_LINE_BYTES;
    for (const line of linesOf(reader, at)) {
      if (line.offset >= until) break;
      at = line.offset + line.length;
      if (!line.terminated && isTorn(reader, line.offset)) {
        findings.add(tornAt(line.offset, reader.size));
        return n_damaged;
      }
      const again = line.bytes?.toString('latin1') === header;
      const fault = again ? 'the header again' : table.add(line);
      if (fault === undefined) continue;
      n_damaged++;
      findings.add({ kind: 'damaged', offset: line.offset, length: line.length, reason: fault });
    }
    // The file became shorter meanwhile.
    if (at === before) break;
  }
  return n_damaged;
}

/** One `Rows` per aligned block. */
function* keptRows(table: RowTable, order: readonly number[], schema: MetricsSchema): Iterable<Rows> {
  for (let at = 0; at < order.length;) {
    const block = Math.floor(table.indexAt(order[at]!) / schema.batch_rows);
    const lines: Buffer[] = [];
    for (; at < order.length && Math.floor(table.indexAt(order[at]!) / schema.batch_rows) === block; at++) {
      lines.push(Buffer.from(table.bytesOf(order[at]!)));
    }
    yield decodeCsvRows(Buffer.concat(lines), lines.length, schema.metrics.length);
  }
}
