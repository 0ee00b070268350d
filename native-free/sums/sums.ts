import { SUMS_WASM } from '../build/sums.ts';
import { EmbeddedModule } from '../webassembly.ts';
import { FOUND, MEMORY_BYTES, MOST, VALUES } from './layout.ts';

interface Exports {
  tally(count: number): number;
  deviations(count: number, mean: number): number;
}

interface Loaded {
  readonly exports: Exports;
  readonly values: Float64Array;
  readonly found: Float64Array;
}

/** Most values of one call, and what their number is a multiple of. */
export const MOST_VALUES = MOST;
const MULTIPLE = 4;

/** All finite, and as many as were asked for. */
export interface Tallied {
  /** Doubles whose exact sum is that of the values. Valid until the next call. */
  readonly sum: Float64Array;
  readonly least: number;
  readonly greatest: number;
  /** Every value is 0 or 1. */
  readonly zero_or_one: boolean;
}

/** Doubles whose exact sums are those of the powers. Valid until the next call. */
export interface Powers {
  readonly squares: Float64Array;
  readonly fourths: Float64Array;
}

const embedded = new EmbeddedModule(SUMS_WASM);
let loaded: Loaded | undefined;

/** The module's one instance in this thread, or undefined where it cannot run. */
function load(): Loaded | undefined {
  if (loaded !== undefined) return loaded;
  const instance = embedded.instantiate(MEMORY_BYTES);
  if (instance === undefined) return undefined;
  const { memory } = instance;
  // The exports are what assembly/index.ts says; nothing can check that here.
  const exports = instance.exports as Exports;
  loaded = { exports, values: new Float64Array(memory, VALUES, MOST), found: new Float64Array(memory, FOUND, 10) };
  return loaded;
}

/**
 * What is to be known first of values[from .. to - 1], at most MOST_VALUES. Undefined where the module cannot say, and its caller computes: without
 * WebAssembly, of a number that is no multiple of four, where a value is not finite, and where values of very different sizes leave no exact sum.
 */
export function tallyOf(values: Float64Array, from: number, to: number): Tallied | undefined {
  const module = loadWith(values, from, to);
  if (module === undefined) return undefined;
  const { found } = module;
  const kind = module.exports.tally(to - from);
  if (kind === 0) return undefined;
  return { sum: found.subarray(0, 8), least: found[8]!, greatest: found[9]!, zero_or_one: kind === 3 };
}

/** The same of the squares and of the fourth powers of what the values differ from `mean`, each power rounded before it is summed. */
export function powersOf(values: Float64Array, from: number, to: number, mean: number): Powers | undefined {
  const module = loadWith(values, from, to);
  if (module === undefined || module.exports.deviations(to - from, mean) === 0) return undefined;
  return { squares: module.found.subarray(0, 4), fourths: module.found.subarray(4, 10) };
}

function loadWith(values: Float64Array, from: number, to: number): Loaded | undefined {
  const count = to - from;
  if (count % MULTIPLE !== 0 || count > MOST) return undefined;
  const module = load();
  module?.values.set(values.subarray(from, to));
  return module;
}
