import { join } from 'node:path';

import { EngineError } from '../../errors.ts';
import { apacheArrow } from '../../encoding/apache-arrow.ts';
import { permIndicesOf, shapeOf } from '../../encoding/arrow-message.ts';
import { END_MARKER } from '../../encoding/arrow-schema.ts';
import { saltOf } from '../../encoding/crc32.ts';
import { encodeCsvRows } from '../../encoding/csv-rows.ts';
import type { MetricsSchema, Rows } from '../../encoding/metrics-schema.ts';
import type { CellPlace } from '../scan/cell-file.ts';
import { fileChanged } from '../../files/file-reader.ts';
import type { FileReader } from '../../files/file-reader.ts';
import { FindingList } from '../scan/finding-list.ts';
import { MessageReader } from './arrow-messages.ts';
import { batchRows } from './arrow-rows.ts';
import { RECOVERY } from '../scan/recover.ts';
import { analysedScan } from './analysed-scan.ts';
import { choose } from './choose.ts';
import type { RowSource } from './choose.ts';
import type { Analysis } from './format.ts';

export const FILE_NAME = 'metrics_compact.arrow';

/** Analyses an Arrow metrics file in any state, message by message, according to the table in recover.ts. Memory: 8 bytes per row of this one file. */
export function analyseArrow(reader: FileReader, place: CellPlace, target: number, header: Uint8Array): Analysis {
  const { schema } = place;
  const findings = new FindingList();
  const messages = new MessageReader(reader, saltOf(schema.experiment));
  const head = judgeHeader(reader, messages, place, header);
  if (head.damaged > 0)
    findings.add({ kind: 'damaged', offset: 0, length: head.damaged, reason: 'the schema message is damaged' });
  const table = new BatchTable(reader, schema);
  const n_damaged = readMessages(reader, messages, head.length, table, findings);
  const kept = choose(table, schema, target, new Map(), findings);
  const n_rows_damaged = n_damaged + kept.n_distrusted;
  const analysed = analysedScan(reader, target, kept, findings, { n_rows_damaged, header_damaged: head.damaged > 0 });
  let next = 0; // conflicts were found in the order of `kept.conflicts`
  return {
    scan: { ...analysed.scan, unprotected: [] }, // every batch verified its own checksum
    set_aside: (analysed.unreadable ? [] : findings.all).flatMap((finding) => {
      if (RECOVERY[finding.kind].row !== 'set aside') return [];
      if (finding.kind !== 'conflict') return [finding];
      return [{ ...finding, bytes: encodeCsvRows(table.rowsOf([kept.conflicts[next++]!])) }];
    }),
    keep_original: analysed.findings.some(({ kind }) => RECOVERY[kind].original),
    kept: () => keptRows(table, kept.order, schema),
    outgrown_sums: [],
    failed_sums: [],
  };
}

/**
 * `length`: where the batches begin; `damaged`: how much of the file's start is no schema message of ours. A whole schema message of
 * another model, experiment or cell is refused: it is verified with the experiment that it names.
 */
function judgeHeader(
  reader: FileReader,
  messages: MessageReader,
  place: CellPlace,
  header: Uint8Array,
): { length: number; damaged: number } {
  const first = reader.read(0, header.length);
  if (first.equals(header)) return { length: header.length, damaged: 0 };
  const start = messages.view(0, Math.min(reader.size, 1 << 20)).toString('latin1');
  for (const [experiment] of start.matchAll(/[0-9a-f]{64}/g)) {
    const piece = messages.at(0, saltOf(experiment));
    if (piece.kind !== 'message') continue;
    const { bytes } = piece;
    const found = identityOf(bytes, place.schema);
    if (found !== undefined) throw otherIdentity(place, found);
    return { length: bytes.length, damaged: 0 };
  }
  const next = messages.findFrom(1) ?? reader.size;
  return { length: next, damaged: next };
}

/** What the (verified) schema message says, where it is not what this run needs. */
function identityOf(message: Buffer, schema: MetricsSchema): string | undefined {
  const found = apacheArrow().tableFromIPC(Uint8Array.from(Buffer.concat([message, END_MARKER]))).schema;
  const say = (name: string) => found.metadata.get(name) ?? '(none)';
  const columns = found.fields
    .map(({ name }) => name)
    .slice(1)
    .join(',');
  const text = describe({
    model: say('model'),
    cell_id: say('cell_id'),
    experiment: say('experiment'),
    metrics: columns.split(','),
  });
  return text === describe(schema) ? undefined : text;
}

function describe(identity: Pick<MetricsSchema, 'model' | 'cell_id' | 'experiment' | 'metrics'>): string {
  const { model, cell_id, experiment, metrics } = identity;
  return `model ${model}, cell ${cell_id}, experiment ${experiment}, metrics ${metrics.join(',')}`;
}

function otherIdentity(place: CellPlace, found: string): EngineError {
  const path = join(place.folder, FILE_NAME);
  const allowed = describe(place.schema);
  return new EngineError(
    'IDENTITY',
    `${path} holds another experiment: it has ${found}; this run needs ${allowed}; use another output, or the study that this output belongs to`,
    { path, value: found, allowed },
  );
}

/** The place of every good batch; a row is a batch and a place in it. */
class BatchTable implements RowSource {
  size = 0;
  readonly n_metrics: number;
  readonly #schema: MetricsSchema;
  readonly #batches: {
    readonly offset: number;
    readonly length: number;
    readonly first: number;
    readonly indices: Uint32Array;
  }[] = [];
  readonly #readers: readonly [BatchCache, BatchCache];

  constructor(reader: FileReader, schema: MetricsSchema) {
    this.#schema = schema;
    this.n_metrics = schema.metrics.length;
    this.#readers = [new BatchCache(reader, schema), new BatchCache(reader, schema)];
  }

  add(offset: number, length: number, indices: Uint32Array): void {
    this.#batches.push({ offset, length, first: this.size, indices });
    this.size += indices.length;
  }

  indexAt(row: number): number {
    const batch = this.#batchOf(row);
    return batch.indices[row - batch.first]!;
  }

  bytesOf(row: number, reader: 0 | 1 = 0): Buffer {
    const batch = this.#batchOf(row);
    const { columns } = this.#readers[reader].rows(batch.offset);
    const values = Float64Array.from(columns, (column) => column[row - batch.first]!);
    return Buffer.from(values.buffer);
  }

  stretchOf(row: number) {
    const { offset, length } = this.#batchOf(row);
    return { offset, length };
  }

  /** The given rows, in that order. */
  rowsOf(rows: readonly number[]): Rows {
    const columns = this.#schema.metrics.map(() => new Float64Array(rows.length));
    const perm_index = new Uint32Array(rows.length);
    rows.forEach((row, i) => {
      const batch = this.#batchOf(row);
      const found = this.#readers[0].rows(batch.offset);
      perm_index[i] = batch.indices[row - batch.first]!;
      columns.forEach((column, m) => {
        column[i] = found.columns[m]![row - batch.first]!;
      });
    });
    return { perm_index, columns };
  }

  #last = 0;

  /** Mostly the batch of the row asked for before. */
  #batchOf(row: number) {
    let batch = this.#batches[this.#last]!;
    if (row >= batch.first && row < batch.first + batch.indices.length) return batch;
    let low = 0;
    let high = this.#batches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#batches[middle]!.first <= row) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    batch = this.#batches[low]!;
    return batch;
  }
}

/** The batch read last. */
class BatchCache {
  readonly #messages: MessageReader;
  readonly #schema: MetricsSchema;
  #offset = -1;
  #rows: Rows | undefined;

  constructor(reader: FileReader, schema: MetricsSchema) {
    this.#messages = new MessageReader(reader, saltOf(schema.experiment));
    this.#schema = schema;
  }

  rows(offset: number): Rows {
    if (this.#rows !== undefined && this.#offset === offset) return this.#rows;
    const piece = this.#messages.at(offset);
    const n_metrics = this.#schema.metrics.length;
    const shape = piece.kind === 'message' ? shapeOf(piece.bytes, piece.headLength, n_metrics) : undefined;
    if (piece.kind !== 'message' || shape === undefined) throw fileChanged();
    this.#offset = offset;
    this.#rows = batchRows(piece.bytes, shape, n_metrics);
    return this.#rows;
  }
}

/** Fills the table; returns the number of rows damaged, a stretch that is no message counting as one. */
function readMessages(
  reader: FileReader,
  messages: MessageReader,
  from: number,
  table: BatchTable,
  findings: FindingList,
): number {
  let n_damaged = 0;
  for (let at = from; at < reader.size;) {
    const piece = messages.at(at);
    const shape = piece.kind === 'message' ? shapeOf(piece.bytes, piece.headLength, table.n_metrics) : undefined;
    if (piece.kind === 'message' && shape !== undefined) {
      table.add(at, piece.bytes.length, permIndicesOf(piece.bytes, shape));
      at += piece.bytes.length;
      continue;
    }
    if (piece.kind === 'end' && at + END_MARKER.length === reader.size) break;
    const next = piece.kind === 'message' ? at + piece.bytes.length : messages.findFrom(at + 1);
    const length = (next ?? reader.size) - at;
    const whole = piece.kind === 'message' || (piece.kind === 'bad' && piece.whole);
    if (next === undefined && !whole) {
      findings.add({
        kind: 'torn',
        offset: at,
        length,
        reason: 'an incomplete record batch at the end, as a crash leaves it',
      });
      break;
    }
    if (piece.kind === 'end') {
      findings.add({ kind: 'damaged', offset: at, length, reason: 'an end-of-stream marker with messages behind it' });
    } else {
      n_damaged++;
      const reason =
        piece.kind === 'message' ? 'a message that is not a record batch with these columns' : 'fails its checksum';
      findings.add({ kind: 'damaged', offset: at, length, reason });
    }
    at += length;
  }
  return n_damaged;
}

/** One `Rows` per aligned block. */
function* keptRows(table: BatchTable, order: readonly number[], schema: MetricsSchema): Iterable<Rows> {
  for (let at = 0; at < order.length;) {
    const block = Math.floor(table.indexAt(order[at]!) / schema.batch_rows);
    const start = at;
    while (at < order.length && Math.floor(table.indexAt(order[at]!) / schema.batch_rows) === block) at++;
    yield table.rowsOf(order.slice(start, at));
  }
}
