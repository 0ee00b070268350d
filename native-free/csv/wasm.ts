import { CSV_WASM } from '../build/csv.ts';
import { copyBytes } from '../copy-bytes.ts';
import { EmbeddedModule, type Instance } from '../webassembly.ts';
import * as layout from './layout.ts';
import {
  countRunTwin,
  decodeRow,
  decodeRowsTwin,
  formatRowsTwin,
  scanRowsTwin,
  unfilled,
  type RowsFound,
  type RunFound,
} from './text.ts';

interface Exports {
  format(text: number, indices: number, columns: number, stride: number, metrics: number, count: number): number;
  scan(text: number, end: number, metrics: number, indices: number, ends: number, most: number): number;
  stoppedAtBadRow(): number;
  run(text: number, end: number, metrics: number, first: number, most: number): number;
  runEnd(): number;
  decode(text: number, columns: number, stride: number, metrics: number, count: number, strict: number): number;
}

interface Loaded {
  readonly exports: Exports;
  readonly memory: ArrayBuffer;
  readonly indices: Uint32Array;
  readonly ends: Uint32Array;
  readonly columns: Float64Array;
  readonly bytes: Uint8Array;
  readonly text: Uint8Array;
}

const embedded = new EmbeddedModule(CSV_WASM);
let loaded: Loaded | undefined;

/** The module's one instance in this thread, or undefined where it cannot run. */
function load(): Loaded | undefined {
  if (loaded === undefined) {
    const instance = embedded.instantiate(layout.MEMORY_BYTES);
    if (instance !== undefined) loaded = start(instance);
  }
  return loaded;
}

/** This machine can run the module. */
export function csvWasmRuns(): boolean {
  return load() !== undefined;
}

function start({ exports, memory }: Instance): Loaded {
  writePowers(new BigUint64Array(memory, layout.POWERS, 2 * (layout.POWER_MAX - layout.POWER_MIN + 1)));
  return {
    // They are what assembly/index.ts says; nothing can check that here.
    exports: exports as Exports,
    memory,
    indices: new Uint32Array(memory, layout.INDICES, layout.ROWS_PER_CALL),
    ends: new Uint32Array(memory, layout.ENDS, layout.ROWS_PER_CALL),
    columns: new Float64Array(memory, layout.COLUMNS, layout.COLUMN_BYTES / 8),
    bytes: new Uint8Array(memory),
    text: new Uint8Array(memory, layout.TEXT, layout.TEXT_BYTES + layout.SLACK),
  };
}

/** 10^k normalised to 128 bits and rounded up. Every thread does it at its start, so each power is made from the one before. */
function writePowers(into: BigUint64Array): void {
  const mask = (1n << 64n) - 1n;
  const put = (k: number, power: bigint): void => {
    const at = 2 * (k - layout.POWER_MIN);
    into[at] = power & mask;
    into[at + 1] = power >> 64n;
  };
  let power = 1n;
  let bits = 1;
  for (let k = 0; k <= Math.max(layout.POWER_MAX, -layout.POWER_MIN); k++) {
    const drop = BigInt(Math.max(bits - 128, 0));
    if (k <= layout.POWER_MAX) put(k, bits <= 128 ? power << BigInt(128 - bits) : (power + (1n << drop) - 1n) >> drop);
    // No power of ten but 1 is a power of two: the quotient has 128 bits and is never whole.
    if (k > 0 && -k >= layout.POWER_MIN) put(-k, (1n << BigInt(127 + bits)) / power + 1n);
    power *= 10n;
    while (power >> BigInt(bits) > 0n) bits += 1;
  }
}

/** Rows that fit the instance's memory at once; 0 where not even one does. */
function rowsPerCall(metrics: number): number {
  return Math.min(
    layout.ROWS_PER_CALL,
    Math.floor(layout.COLUMN_BYTES / 8 / Math.max(metrics, 1)),
    Math.floor(layout.TEXT_BYTES / layout.longestRow(metrics)),
  );
}

/** What a field mostly takes, its comma included [bytes]: the text is given so much room, and more where it needs it. */
const FIELD_BYTES = 20;

export function formatRowsWasm(
  perm_index: Uint32Array,
  columns: readonly Float64Array[],
  into?: ArrayBufferLike,
): Uint8Array {
  const most = rowsPerCall(columns.length);
  const module = load();
  if (module === undefined || most === 0) return formatRowsTwin(perm_index, columns);
  let text = Buffer.from(into ?? unfilled(perm_index.length * FIELD_BYTES * (columns.length + 1)));
  const stride = most * 8;
  let length = 0;
  for (let first = 0; first < perm_index.length; first += most) {
    const rows = Math.min(most, perm_index.length - first);
    module.indices.set(perm_index.subarray(first, first + rows));
    for (let m = 0; m < columns.length; m++) module.columns.set(columns[m]!.subarray(first, first + rows), m * most);
    const end = module.exports.format(layout.TEXT, layout.INDICES, layout.COLUMNS, stride, columns.length, rows);
    const more = end - layout.TEXT;
    if (length + more > text.length) {
      const larger = Buffer.from(unfilled(Math.max(length + more, text.length * 2)));
      if (length > 0) copyBytes(text.subarray(0, length), larger, 0);
      text = larger;
    }
    copyBytes(module.text.subarray(0, more), text, length);
    length += more;
  }
  return new Uint8Array(text.buffer, 0, length);
}

/**
 * The module's own window for text: bytes read from a file straight into it are scanned and decoded without being
 * copied. Undefined where the module cannot run. Any other call of this file's functions overwrites it.
 */
export function textWindow(): Uint8Array | undefined {
  return load()?.text.subarray(0, layout.TEXT_BYTES);
}

/** The next piece of `bytes` in the module's memory: where it stands in the window, or is copied to. */
function show(module: Loaded, bytes: Uint8Array, from: number): { readonly address: number; readonly length: number } {
  const length = Math.min(bytes.length - from, layout.TEXT_BYTES);
  if (bytes.buffer === module.memory) return { address: bytes.byteOffset + from, length };
  module.text.set(bytes.subarray(from, from + length));
  return { address: layout.TEXT, length };
}

export function scanRowsWasm(
  bytes: Uint8Array,
  metrics: number,
  perm_index: Uint32Array,
  ends: Uint32Array,
): RowsFound {
  const module = load();
  if (module === undefined) return scanRowsTwin(bytes, metrics, perm_index, ends);
  let consumed = 0;
  let rows = 0;
  while (rows < perm_index.length) {
    const { address, length } = show(module, bytes, consumed);
    let at = 0;
    // The piece as often as rows of it are left.
    while (rows < perm_index.length) {
      const most = Math.min(perm_index.length - rows, layout.ROWS_PER_CALL);
      const found = scanPiece(module, address + at, address + length, metrics, most);
      perm_index.set(found === layout.ROWS_PER_CALL ? module.indices : module.indices.subarray(0, found), rows);
      for (let i = 0; i < found; i++) ends[rows + i] = consumed + at + module.ends[i]!;
      if (found > 0) at += module.ends[found - 1]!;
      rows += found;
      if (module.exports.stoppedAtBadRow() !== 0) return { rows, consumed: consumed + at, bad: true };
      if (found < most) break;
    }
    consumed += at;
    if (consumed + (length - at) >= bytes.length) break;
    // A line longer than the window is no row that anyone wrote.
    if (at === 0) return { rows, consumed, bad: true };
  }
  return { rows, consumed, bad: false };
}

function scanPiece(module: Loaded, at: number, end: number, metrics: number, most: number): number {
  return module.exports.scan(at, end, metrics, layout.INDICES, layout.ENDS, most);
}

/** perm_index ends at 2^32, and a count of the module at 2^31. */
const PERM_INDICES = 4_294_967_296;
const MOST_ROWS = 0x7fffffff;

export function countRunWasm(bytes: Uint8Array, metrics: number, first: number, most: number): RunFound {
  const module = load();
  if (module === undefined) return countRunTwin(bytes, metrics, first, most);
  let consumed = 0;
  let rows = 0;
  for (;;) {
    const { address, length } = show(module, bytes, consumed);
    const left = Math.min(most - rows, PERM_INDICES - first - rows, MOST_ROWS);
    const found = left <= 0 ? 0 : module.exports.run(address, address + length, metrics, first + rows, left);
    const last = consumed + length === bytes.length;
    if (found > 0) consumed += module.exports.runEnd();
    rows += found;
    if (last || found === 0) return { rows, consumed };
  }
}

export function decodeRowsWasm(
  bytes: Uint8Array,
  perm_index: Uint32Array,
  columns: readonly Float64Array[],
  strict: boolean,
): RowsFound {
  const module = load();
  const metrics = columns.length;
  const perCall = rowsPerCall(metrics);
  if (module === undefined || perCall === 0) return decodeRowsTwin(bytes, perm_index, columns, strict);
  let consumed = 0;
  let rows = 0;
  while (rows < perm_index.length) {
    const { address, length } = show(module, bytes, consumed);
    let at = 0;
    while (rows < perm_index.length) {
      const most = Math.min(perm_index.length - rows, perCall);
      const found = scanPiece(module, address + at, address + length, metrics, most);
      const bad = module.exports.stoppedAtBadRow() !== 0;
      const good = decodePiece(module, address + at, found, columns, rows, perCall, strict);
      perm_index.set(module.indices.subarray(0, good), rows);
      if (good > 0) at += module.ends[good - 1]!;
      rows += good;
      if (bad || good < found) return { rows, consumed: consumed + at, bad: true };
      if (found < most) break;
    }
    consumed += at;
    if (consumed + (length - at) >= bytes.length) break;
    if (at === 0) return { rows, consumed, bad: true };
  }
  return { rows, consumed, bad: false };
}

/** Decodes the `found` rows at address `at` into rows `first` .. of `columns`; returns how many are good. */
function decodePiece(
  module: Loaded,
  at: number,
  found: number,
  columns: readonly Float64Array[],
  first: number,
  perCall: number,
  strict: boolean,
): number {
  const metrics = columns.length;
  let done = 0;
  while (done < found) {
    const start = at + (done === 0 ? 0 : module.ends[done - 1]!);
    const read = module.exports.decode(start, layout.COLUMNS, perCall * 8, metrics, found - done, strict ? 1 : 0);
    for (let m = 0; m < metrics; m++) {
      columns[m]!.set(module.columns.subarray(m * perCall, m * perCall + read), first + done);
    }
    done += read;
    if (done === found) break;
    // The module leaves the rarest numbers (tiny, huge, or long) to JavaScript.
    const from = at + (done === 0 ? 0 : module.ends[done - 1]!);
    if (!decodeRow(module.bytes, from, at + module.ends[done]!, columns, first + done, strict)) return done;
    done++;
  }
  return found;
}
