import { ALEA_WASM } from '../build/alea.ts';
import { EmbeddedModule } from '../webassembly.ts';
import * as layout from './layout.ts';

interface Exports {
  readonly prepare: () => void;
  readonly startEight: (base_seed: number, first: number) => void;
  readonly fill: (which: number, steps: number) => void;
}

const embedded = new EmbeddedModule(ALEA_WASM);

/** This machine can run the module. */
export function aleaWasmRuns(): boolean {
  return embedded.runs;
}

/** Uniforms on a tape: a multiple of PORTION, at most MOST. */
export const PORTION = layout.PORTION;
export const MOST = layout.MOST;

/** The word of `AleaTape.stream` that counts. */
export const LEFT = 0;

/**
 * The stream of one permutation with its beginning drawn ahead. Both arrays lie in the module's memory, not in the
 * heap: V8 then writes their addresses into a model's loop instead of looking them up at every draw.
 */
export interface AleaTape {
  /** Uniforms; the next one is uniforms[stream[LEFT] - 1]. */
  readonly uniforms: Float64Array;
  /** How many are left; then the generator's state at the tape's end, for `aleaOfWords`. */
  readonly stream: Uint32Array;
  /**
   * To the beginning of the stream of seed (base_seed + perm_index x 1000003) mod 2^32, `length` uniforms drawn ahead:
   * PORTION, 2 PORTION, .. MOST.
   */
  start(base_seed: number, perm_index: number, length: number): void;
}

/** Permutations that are seeded together. */
const STARTED = 8;

/** A tape in memory of its own. Only where `aleaWasmRuns`. */
export function createTape(): AleaTape {
  const { exports, memory } = embedded.mustInstantiate(layout.MEMORY_BYTES);
  // They are what assembly/index.ts says; nothing can check that here.
  const { prepare, startEight, fill } = exports as Exports;
  prepare();
  let base = 0;
  let first = -Infinity;
  const start = (base_seed: number, perm_index: number, length: number): void => {
    if (base_seed !== base || perm_index < first || perm_index >= first + STARTED) {
      startEight(base_seed, perm_index);
      base = base_seed;
      first = perm_index;
    }
    fill(perm_index - first, length / layout.LANES);
  };
  return {
    uniforms: new Float64Array(memory, layout.TAPE, layout.MOST),
    stream: new Uint32Array(memory, layout.LEFT, 5),
    start,
  };
}
