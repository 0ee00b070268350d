import { EngineError } from '../../errors.ts';
import { crc32, saltOf } from '../../encoding/crc32.ts';
import { columnsOf, csvHeader, decodeCsvRows, permIndexAt, rowFault } from '../../encoding/csv-rows.ts';
import type { MetricsSchema, Rows } from '../../encoding/metrics-schema.ts';
import type { CellPlace, CellScan, Finding } from '../cell-file.ts';
import { Window } from '../file-reader.ts';
import type { FileReader } from '../file-reader.ts';
import { FINDINGS_KEPT, FindingList } from '../finding-list.ts';
import { GrowingArray } from '../growing-array.ts';
import { RangeBuilder } from '../ranges.ts';
import type { Sums } from '../sums.ts';
import { isTorn, linesOf, tornAt } from './csv-lines.ts';
import type { Line } from './csv-lines.ts';
import type { Analysis } from './format.ts';

/**
 * Understands a CSV metrics file in any state, line by line, after the table in recover.ts. Memory: 16 bytes per row of
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
  if (head.kind === 'other columns' && !kept.sum_verified) throw otherColumns(place, head.line);
  if (header_damaged && head.length > 0) {
    findings.add({ kind: 'damaged', offset: 0, length: head.length, reason: 'the header is damaged' });
  }
  const foreign = head.kind === 'foreign' || table.sawCarriageReturn;
  if (foreign) {
    findings.add({ kind: 'foreign', offset: 0, length: reader.size, reason: head.reason ?? 'lines end in CR LF' });
  }
  const n_rows_damaged = n_lines_damaged + kept.n_distrusted;
  const unreadable = kept.order.length === 0 && kept.n_rows_past_target === 0 && (n_rows_damaged > 0 || header_damaged);
  const all: Finding[] = unreadable
    ? [{ kind: 'unreadable', offset: 0, length: reader.size, reason: 'not one row that can be used' }]
    : findings.inFileOrder();
  const scan: CellScan = {
    exists: true,
    size: reader.size,
    target,
    present: kept.present,
    n_rows_raw: kept.n_rows_raw,
    n_duplicates: kept.n_rows_raw - kept.order.length,
    n_conflicts: kept.n_conflicts,
    n_rows_damaged,
    n_rows_past_target: kept.n_rows_past_target,
    findings: all.slice(0, FINDINGS_KEPT),
    n_findings: all.length,
    canonical: false,
    sealed: false,
    end: reader.size,
    rows_crc32: undefined,
    last_block: undefined,
  };
  return {
    scan,
    set_aside: all.filter(({ kind }) => kind === 'damaged' || kind === 'conflict'),
    keep_original: foreign || unreadable,
    kept: () => keptRows(table, kept.order, schema),
    outgrown_sums: kept.outgrown_sums,
    failed_sums: kept.failed_sums,
  };
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
    `${place.folder}/metrics_compact.csv has the columns of another model: it has ${found}, this run needs ${columnsOf(place.schema)}; use another output, or the study that this output belongs to`,
    { path: `${place.folder}/metrics_compact.csv`, value: found, allowed: columnsOf(place.schema) },
  );
}

/** Where every well-formed row stands, in file order. */
class RowTable {
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

  /** Adds the line where it is a good row; says why where it is not. */
  add(line: Line): string | undefined {
    const bytes = line.bytes;
    if (bytes === undefined) return 'a line over 64 KiB';
    if (bytes.at(-1) === 13) this.sawCarriageReturn = true;
    const ours = this.#canonical(bytes);
    if (ours === undefined)
      return `${bytes.toString('latin1').split(',').length} fields where the header has another number`;
    const end = ours.length;
    const fault = rowFault(ours, 0, end, this.#schema.metrics.length);
    if (fault !== undefined) return fault;
    this.index.push(permIndexAt(ours, 0, end));
    this.offset.push(line.offset);
    this.length.push(line.length);
    return undefined;
  }

  /** The row as this engine writes it, newline included. `reader` 0 or 1: two places of the file can be followed at once. */
  text(row: number, reader: 0 | 1 = 0): Buffer {
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

/** Fills the table; returns the number of damaged lines. */
function readLines(
  reader: FileReader,
  schema: MetricsSchema,
  head: Head,
  table: RowTable,
  findings: FindingList,
): number {
  const header = csvHeader(schema.metrics).trimEnd();
  let n_damaged = 0;
  for (const line of linesOf(reader)) {
    if (line.offset < head.length) continue;
    if (!line.terminated && isTorn(reader, line.offset)) {
      findings.add(tornAt(line.offset, reader.size));
      break;
    }
    const again = line.bytes?.toString('latin1') === header;
    const fault = again ? 'the header again' : table.add(line);
    if (fault === undefined) continue;
    n_damaged++;
    findings.add({ kind: 'damaged', offset: line.offset, length: line.length, reason: fault });
  }
  return n_damaged;
}

interface Choice {
  /** Kept rows below the target, as places in the table, in perm_index order. */
  readonly order: readonly number[];
  readonly present: readonly { from: number; to: number }[];
  readonly n_rows_raw: number;
  readonly n_conflicts: number;
  readonly n_distrusted: number;
  readonly n_rows_past_target: number;
  readonly outgrown_sums: readonly number[];
  readonly failed_sums: readonly number[];
  /** At least one block's checksum verified: the file is of this cell and experiment. */
  readonly sum_verified: boolean;
}

/** All rows of one perm_index in file order: the first, the first that differs from it, and how many there are. */
interface Candidates {
  readonly first: number;
  readonly others: readonly number[];
  readonly n: number;
}

function choose(table: RowTable, schema: MetricsSchema, target: number, sums: Sums, findings: FindingList): Choice {
  const salt = saltOf(schema.experiment);
  const sorted = Uint32Array.from({ length: table.size }, (_, i) => i).sort(
    (a, b) => table.index.at(a) - table.index.at(b) || a - b,
  );
  const order: number[] = [];
  const present = new RangeBuilder();
  const outgrown_sums: number[] = [];
  const failed_sums: number[] = [];
  let n_rows_raw = 0;
  let n_conflicts = 0;
  let n_distrusted = 0;
  let n_rows_past_target = 0;
  let sum_verified = false;

  for (let at = 0; at < sorted.length;) {
    const block = Math.floor(table.index.at(sorted[at]!) / schema.batch_rows);
    const candidates: Candidates[] = [];
    while (at < sorted.length && Math.floor(table.index.at(sorted[at]!) / schema.batch_rows) === block) {
      const next = candidatesAt(table, sorted, at);
      candidates.push(next);
      at += next.n;
    }
    const verdict = judgeBlock(table, candidates, sums.get(block), salt);
    if (verdict.outgrown) outgrown_sums.push(block);
    if (verdict.failed) failed_sums.push(block);
    sum_verified ||= verdict.verified;
    for (const candidate of candidates) {
      const index = table.index.at(candidate.first);
      const use = verdict.use(candidate);
      if (index >= target) {
        n_rows_past_target += candidate.n;
        continue;
      }
      if (use === undefined) {
        n_distrusted += candidate.n;
        for (const row of [candidate.first, ...candidate.others]) {
          findings.add(stretch(table, row, 'damaged', 'its block fails its checksum'));
        }
        continue;
      }
      order.push(use);
      present.add(index);
      n_rows_raw += candidate.n;
      for (const other of [candidate.first, ...candidate.others]) {
        if (other === use) continue;
        if (use === candidate.first) {
          n_conflicts++;
          findings.add(stretch(table, other, 'conflict', `another row of perm_index ${index} with other values`));
        } else {
          n_distrusted++;
          n_rows_raw--;
          findings.add(stretch(table, other, 'damaged', 'its block fails its checksum with it'));
        }
      }
    }
  }
  const ranges = present.ranges;
  return {
    order,
    present: ranges,
    n_rows_raw,
    n_conflicts,
    n_distrusted,
    n_rows_past_target,
    outgrown_sums,
    failed_sums,
    sum_verified,
  };
}

function candidatesAt(table: RowTable, sorted: Uint32Array, at: number): Candidates {
  const first = sorted[at]!;
  const index = table.index.at(first);
  const others: number[] = [];
  let n = 1;
  for (; at + n < sorted.length && table.index.at(sorted[at + n]!) === index; n++) {
    const other = sorted[at + n]!;
    const known = [first, ...others].some((row) => table.text(row, 0).equals(table.text(other, 1)));
    if (!known) others.push(other);
  }
  return { first, others, n };
}

interface Verdict {
  /** Which row of a perm_index is kept; undefined: none can be trusted. */
  use(candidates: Candidates): number | undefined;
  readonly outgrown: boolean;
  readonly verified: boolean;
  readonly failed: boolean;
}

const KEEP_FIRST: Verdict = { use: ({ first }) => first, outgrown: false, verified: false, failed: false };
const NONE: Verdict = { use: () => undefined, outgrown: false, verified: false, failed: true };

const MAX_TRIES = 8;

function judgeBlock(
  table: RowTable,
  candidates: readonly Candidates[],
  sum: { readonly count: number; readonly crc32: number } | undefined,
  salt: number,
): Verdict {
  if (sum === undefined || candidates.length < sum.count) return KEEP_FIRST;
  const crcOf = (rows: readonly number[]) => rows.reduce((crc, row) => crc32(table.text(row), crc), salt);
  const firsts = candidates.map(({ first }) => first);
  if (candidates.length > sum.count) {
    // The sum is older than the last rows: it covers those that came first.
    const covered = firsts.toSorted((a, b) => a - b).slice(0, sum.count);
    const verified = crcOf(covered) === sum.crc32;
    const distrusted = new Set(verified ? [] : covered);
    return {
      use: ({ first }) => (distrusted.has(first) ? undefined : first),
      outgrown: verified,
      verified,
      failed: !verified,
    };
  }
  if (crcOf(firsts) === sum.crc32) return { ...KEEP_FIRST, verified: true };
  // Which of two differing rows is the right one: try each alone (few conflicts), then all together.
  const disputed = candidates.filter(({ others }) => others.length > 0);
  for (const one of disputed.slice(0, MAX_TRIES)) {
    for (const other of one.others.slice(0, MAX_TRIES)) {
      if (crcOf(firsts.map((row) => (row === one.first ? other : row))) === sum.crc32) {
        return {
          use: ({ first }) => (first === one.first ? other : first),
          outgrown: false,
          verified: true,
          failed: false,
        };
      }
    }
  }
  const seconds = candidates.map(({ first, others }) => others[0] ?? first);
  if (crcOf(seconds) === sum.crc32) {
    return { use: ({ first, others }) => others[0] ?? first, outgrown: false, verified: true, failed: false };
  }
  return NONE;
}

function stretch(table: RowTable, row: number, kind: 'damaged' | 'conflict', reason: string): Finding {
  return { kind, offset: table.offset.at(row), length: table.length.at(row), reason, perm_index: table.index.at(row) };
}

/** One `Rows` per aligned block. */
function* keptRows(table: RowTable, order: readonly number[], schema: MetricsSchema): Iterable<Rows> {
  for (let at = 0; at < order.length;) {
    const block = Math.floor(table.index.at(order[at]!) / schema.batch_rows);
    const lines: Buffer[] = [];
    for (; at < order.length && Math.floor(table.index.at(order[at]!) / schema.batch_rows) === block; at++) {
      lines.push(Buffer.from(table.text(order[at]!)));
    }
    yield decodeCsvRows(Buffer.concat(lines), schema.metrics.length);
  }
}
