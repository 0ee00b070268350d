import { COLUMNS_WASM } from '../build/columns.ts';
import { EmbeddedModule } from '../webassembly.ts';

interface Exports {
  addZero(at: number, count: number): number;
}

/** Below it the module has its own memory. */
const FIRST_BYTE = 1024;
/** Larger ones are plain arrays: the module's memory ends at 4 GB. */
const LARGEST_BYTES = 1 << 28;
/** A cache line. */
const LINE_BYTES = 64;

const embedded = new EmbeddedModule(COLUMNS_WASM);
/** Whose memory it is. */
const modules = new WeakMap<ArrayBufferLike, Exports>();
/** This thread's. */
let shared: ArrayBuffer | undefined;

/**
 * `n` columns of `rows` doubles that `canonicalise` is fast for: in the memory of a module, where it can run. A thread has one such
 * memory (addresses are not free, see `memoriesFit`): what lies in columns counts until somebody in the thread writes to others.
 */
export function createColumns(n: number, rows: number): Float64Array[] {
  // A line more than they need: columns a power of two apart would compete for the same places in the cache.
  const stride = (Math.ceil((rows * 8) / LINE_BYTES) + 1) * LINE_BYTES;
  const memory = memoryOf(FIRST_BYTE + n * stride);
  if (memory === undefined) return Array.from({ length: n }, () => new Float64Array(rows));
  return Array.from({ length: n }, (_, c) => new Float64Array(memory, FIRST_BYTE + c * stride, rows));
}

function memoryOf(bytes: number): ArrayBuffer | undefined {
  if (shared !== undefined && shared.byteLength >= bytes) return shared;
  const instance = bytes > LARGEST_BYTES ? undefined : embedded.instantiate(bytes);
  if (instance === undefined) return undefined;
  // They are what assembly/index.ts says; nothing can check that here.
  modules.set(instance.memory, instance.exports as Exports);
  shared = instance.memory;
  return shared;
}

/**
 * The one form in which a value is stored: -0 becomes 0 and every NaN the canonical one (bits 7ff8000000000000), so that
 * equal rows are equal bytes in every format.
 */
export function canonicalValue(value: number): number {
  return value !== value ? NaN : value + 0;
}

/**
 * `canonicalValue` for every value of a column, in place. Returns how many are not finite (NaN or infinite). The first pass has no branch,
 * since there is mostly none to be found. (-0 + 0 is 0; arithmetic may keep foreign NaN bits, so NaN is written anew.)
 */
export function canonicalise(column: Float64Array): number {
  const module = modules.get(column.buffer);
  const found = module === undefined ? addZeroTwin(column) : module.addZero(column.byteOffset, column.length) !== 0;
  return found ? canonicaliseEach(column) : 0;
}

/** As `addZero` in assembly/index.ts. */
function addZeroTwin(column: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    column[i] = value + 0;
    sum += value - value;
  }
  return sum !== 0;
}

function canonicaliseEach(column: Float64Array): number {
  let n_not_finite = 0;
  for (let i = 0; i < column.length; i++) {
    column[i] = canonicalValue(column[i]!);
    if (!Number.isFinite(column[i])) n_not_finite++;
  }
  return n_not_finite;
}
