/** Alea, the default generator: bit for bit the stream of `alea(seed)` of the package seedrandom 3.0.5 (native-free/alea.ts). */
import { aleaOfWords, aleaState, nextAlea, seedAlea } from '#native-free/alea';
import { createTape, LEFT } from '#native-free/alea/wasm';

import type { Rng } from './generator.ts';
import { seededRng, seededSubstreams, type SeededRng } from './seeded.ts';
import { seedOf } from './seeding.ts';
import { drawsSeen, tapeLength, type DrawsSeen } from './tape-length.ts';

/** The generator `alea`. */
export function createAlea(substreamOfRoot?: Rng['substream']): SeededRng {
  const state = aleaState();
  const step = (): number => nextAlea(state);
  const start = (seed: number): void => {
    seedAlea(state, seed);
  };
  return seededRng(step, start, createAlea, substreamOfRoot);
}

/** Alea that starts permutations, with the beginning of each stream drawn ahead (native-free/alea). */
export interface AleaAhead extends Rng {
  /** To the beginning of the stream of a permutation; cheapest when they are asked for in order. */
  startAt(base_seed: number, perm_index: number): void;
  /** Permutations of another cell follow: how much they draw must be measured again. */
  forget(): void;
}

/** `createAlea` for permutations: the same streams, bit for bit. Only where `aleaWasmRuns`. */
export function createAleaAhead(): AleaAhead {
  const tape = createTape();
  let seed = 0;
  let length = 0;
  let seen: DrawsSeen | undefined;
  const startAt = (base_seed: number, perm_index: number): void => {
    if (length > 0) seen = drawsSeen(seen, length, tape.stream[LEFT]!);
    length = tapeLength(seen);
    tape.start(base_seed, perm_index, length);
    seed = seedOf(base_seed, perm_index);
  };
  const forget = (): void => {
    seen = undefined;
    length = 0;
  };
  const rng = readTape(tape.uniforms, tape.stream, aleaOfWords(tape.stream), 1 / 4294967296);
  const uint32 = (): number => rng() * 4294967296;
  // `| 0` is the floor: the product is below 2^21.
  const index = (m: number): number => (rng() * m) | 0;
  // The tape lies the other way round. A copy and a reversal are two calls for all values; a loop here would take three times as long.
  const fill = (values: Float64Array): void => {
    const left = tape.stream[LEFT]!;
    const taken = Math.min(left, values.length);
    values.set(tape.uniforms.subarray(left - taken, left));
    values.subarray(0, taken).reverse();
    tape.stream[LEFT] = left - taken;
    for (let k = taken; k < values.length; k += 1) values[k] = rng();
  };
  const substream = seededSubstreams(createAlea, () => seed);
  return Object.assign(rng, { uint32, index, fill, substream, startAt, forget });
}

/**
 * The next uniform: from the tape while one is left, else from the generator behind it. LEFT is written as 0, and all that
 * the inner function uses are parameters, which need no check of being initialised: V8 inlines it into a model's loops as
 * long as their bytecodes are few enough, so each one less is room for another call.
 */
function readTape(uniforms: Float64Array, stream: Uint32Array, behind: () => number, toUnit: number): () => number {
  return () => {
    const left = stream[0]!;
    return left > 0 ? uniforms[(stream[0] = left - 1)]! : behind() * toUnit;
  };
}
