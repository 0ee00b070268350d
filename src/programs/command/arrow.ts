import type { RecordBatch, Schema } from 'apache-arrow';

import { copyBytes } from '#native-free/copy-bytes';

import { apacheArrow } from '../../encoding/apache-arrow.ts';
import { framingOf, MAX_METADATA_BYTES, plainDoubles } from '../../encoding/arrow-message.ts';
import { beginningOf, type Answer } from './child.ts';
import { ProgramError, WrongAnswer } from './faults.ts';
import type { Request } from './request.ts';
import { SEED_WORDS } from './seeds.ts';

/** Of each message: FF FF FF FF, the length of what describes it, or zero where the stream ends. */
const PREFIX = 8;
/** What an answer may hold besides its values: schema, padding, statistics of a writer. */
const ROOM_BYTES = MAX_METADATA_BYTES;
/** A value, with a bit that says whether it is there. */
const VALUE_BYTES = 9;

/**
 * The request as an Arrow IPC stream: one record batch with perm_index (uint32) and seed (uint32; with scheme philox seed_0 .. seed_3). What a request in JSON
 * says besides stands in the schema's metadata, as JSON under the key `permafrost`.
 */
export function requestStream({ cell, parameters, metrics, first, count, seeds, key }: Request): Uint8Array {
  const { Field, RecordBatch, RecordBatchStreamWriter, Schema, Struct, Uint32, makeData } = apacheArrow();
  const words = typeof seeds[0] === 'number' ? undefined : SEED_WORDS;
  const names = words === undefined ? ['seed'] : Array.from({ length: words }, (_, k) => `seed_${k}`);
  const perm_index = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) perm_index[i] = first + i;
  const columns = [
    perm_index,
    ...(words === undefined
      ? [new Uint32Array(seeds as readonly number[])]
      : names.map((_, k) => Uint32Array.from(seeds as readonly (readonly number[])[], (seed) => seed[k]!))),
  ];
  const schema = new Schema(
    ['perm_index', ...names].map((name) => new Field(name, new Uint32(), false)),
    new Map([['permafrost', JSON.stringify({ cell, parameters, metrics, first, count, key })]]),
  );
  const data = makeData({
    type: new Struct(schema.fields),
    length: count,
    nullCount: 0,
    children: columns.map((column) => makeData({ type: new Uint32(), data: column })),
  });
  const writer = new RecordBatchStreamWriter();
  writer.write(new RecordBatch(schema, data));
  writer.finish();
  return writer.toUint8Array(true);
}

/** The schema of an answer that was read and checked: the next ones are most likely under the same. */
export interface KnownSchema {
  bytes?: Buffer;
  names: readonly string[];
}

/**
 * One Arrow IPC stream: a column of numbers per metric, in any order, and a row per permutation, in theirs. Where `error` is among the schema's metadata,
 * its value is why there are none.
 */
export class ArrowAnswer implements Answer {
  rest = 0;
  readonly #shown: string;
  readonly #request: Request;
  readonly #declared: readonly string[];
  readonly #columns: readonly Float64Array[];
  readonly #most_bytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  /** Where the next message begins, and how many bytes are needed to say how long it is, or to have it. */
  #at = 0;
  #needed = PREFIX;
  /** The messages of the stream so far: where each begins, where what describes it ends. */
  readonly #messages: { readonly from: number; readonly head: number }[] = [];
  readonly #known: KnownSchema;

  constructor(
    shown: string,
    request: Request,
    declared: readonly string[],
    columns: readonly Float64Array[],
    known: KnownSchema,
  ) {
    this.#known = known;
    this.#shown = shown;
    this.#request = request;
    this.#declared = declared;
    this.#columns = columns;
    this.#most_bytes = request.count * declared.length * VALUE_BYTES + ROOM_BYTES;
  }

  get progress(): string {
    return `${this.#length} bytes of an answer`;
  }

  push(bytes: Uint8Array): boolean {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length > this.#most_bytes)
      throw this.#wrong(`more than ${this.#most_bytes} bytes for ${this.#request.count} rows`);
    while (this.#length >= this.#needed) {
      const all = this.#whole();
      const framing = framingOf(all.subarray(this.#at, this.#needed), this.#most_bytes - this.#at);
      if (framing.kind === 'end') {
        this.rest = this.#length - this.#needed;
        const stream = all.subarray(0, this.#needed);
        if (!this.#readKnown(stream)) this.#read(stream);
        return true;
      }
      if (framing.kind === 'message') {
        this.#messages.push({ from: this.#at, head: framing.headLength });
        this.#at += framing.length;
        this.#needed = this.#at + PREFIX;
      } else this.#needed = this.#at + this.#describedIn(all.subarray(this.#at));
    }
    return false;
  }

  /** The prefix is here, and what describes the message is not all. */
  #describedIn(message: Buffer): number {
    const metadata = message.readUInt32LE(0) === 0xffffffff ? message.readInt32LE(4) : 0;
    const sound = metadata >= 16 && metadata % 8 === 0 && metadata <= MAX_METADATA_BYTES;
    if (!sound || this.#needed - this.#at >= PREFIX + metadata)
      throw this.#wrong(
        `no Arrow IPC stream: ${beginningOf(message)}; messages go to stderr, not to stdout, and the stream form of Arrow IPC is written, not the file form`,
      );
    return PREFIX + metadata;
  }

  #whole(): Buffer {
    const [only] = this.#parts;
    const all = this.#parts.length === 1 ? bufferOf(only!) : Buffer.concat(this.#parts, this.#length);
    this.#parts = [all];
    return all;
  }

  /** The answer of a program that answers as it did before: one batch, of doubles, under the schema that was read and checked then. */
  #readKnown(stream: Buffer): boolean {
    const [schema, batch] = this.#messages;
    const { bytes, names } = this.#known;
    if (bytes === undefined || batch === undefined || this.#messages.length !== 2) return false;
    if (!bytes.equals(stream.subarray(schema!.from, batch.from))) return false;
    const { count } = this.#request;
    const message = stream.subarray(batch.from, this.#at);
    const places = plainDoubles(message, batch.head, names.length, count);
    if (places === undefined) return false;
    for (const [c, at] of places.entries()) {
      const into = this.#columns[this.#declared.indexOf(names[c]!)]!;
      copyBytes(
        message.subarray(at, at + 8 * count),
        bufferOf(new Uint8Array(into.buffer, into.byteOffset, into.byteLength)),
        0,
      );
    }
    return true;
  }

  #read(stream: Buffer): void {
    let schema: Schema;
    let batches: readonly RecordBatch[];
    try {
      const table = apacheArrow().tableFromIPC(aligned(stream));
      ({ schema, batches } = table);
    } catch (cause) {
      throw this.#wrong(`an Arrow IPC stream that cannot be read: ${(cause as Error).message}`);
    }
    const said = schema.metadata.get('error');
    if (said !== undefined) throw new ProgramError(said);
    this.#check(schema);
    const [first, second] = this.#messages;
    if (second !== undefined && schema.fields.every(({ type }) => String(type) === 'Float64')) {
      this.#known.bytes = Buffer.from(stream.subarray(first!.from, second.from));
      this.#known.names = schema.fields.map(({ name }) => name);
    }
    const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
    const { count } = this.#request;
    if (rows !== count) throw this.#wrong(`${rows} rows; asked for were ${count}`);
    let from = 0;
    for (const batch of batches) {
      for (const [m, name] of this.#declared.entries()) {
        const column = batch.getChild(name);
        if (column === null) continue;
        const values = column.toArray() as ArrayLike<number | bigint | null>;
        const into = this.#columns[m]!;
        if (values instanceof Float64Array && column.nullCount === 0) into.set(values, from);
        else for (let i = 0; i < batch.numRows; i += 1) into[from + i] = numberOf(column.get(i));
      }
      from += batch.numRows;
    }
  }

  #check({ fields }: Schema): void {
    const { DataType } = apacheArrow();
    for (const { name, type } of fields) {
      if (!this.#declared.includes(name))
        throw this.#wrong(`a column ${JSON.stringify(name)}; declared are ${this.#declared.join(', ')}`);
      if (!DataType.isFloat(type) && !DataType.isInt(type) && !DataType.isBool(type))
        throw this.#wrong(`a column ${name} of type ${String(type)}, where numbers belong`);
    }
    const names = fields.map(({ name }) => name);
    const twice = names.find((name, k) => names.indexOf(name) !== k);
    if (twice !== undefined) throw this.#wrong(`two columns ${twice}`);
    const missing = this.#request.metrics.find((name) => !names.includes(name));
    if (missing !== undefined) throw this.#wrong(`a stream without a column ${missing}`);
  }

  #wrong(what: string): WrongAnswer {
    return new WrongAnswer(`${this.#shown}: its answer is ${what}.`);
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Typed arrays over it need addresses that are multiples of 8. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
}

function numberOf(value: unknown): number {
  return value === null || value === undefined ? NaN : Number(value);
}
