/**
 * The generator `tychei` of the package seedrandom 3.0.5 for Number (unsigned) seeds, bit for bit.
 *
 * Source: Samuel Neves, Filipe Araujo 2011, "Fast and small nonlinear pseudorandom number generators for computer
 * simulation"; the JavaScript is David Bau's (MIT licence). Its last line takes `c` where Tyche-i takes `d`, which
 * makes its step 65,536 to 1; it is written out here, and tested against the package, because the package allocates a
 * generator per seed while a worker reseeds one object in place.
 */
import type { Rng } from './generator.ts';
import { seededSubstreams } from './seeded.ts';
import type { SeededRng } from './seeded.ts';

const TO_UNIT = 1 / 4294967296;

/** The generator `tychei`. */
export function createTychei(substreamOfRoot?: Rng['substream']): SeededRng {
  const state = new Int32Array(4);
  let current = 0;
  const step = (): number => {
    const a = state[0]!;
    const b = state[1]!;
    const c = state[2]!;
    const d = state[3]!;
    let x = (b << 25) ^ (b >>> 7) ^ c;
    let y = (c - d) | 0;
    const z = (d << 24) ^ (d >>> 8) ^ a;
    const w = (a - x) | 0;
    x = (x << 20) ^ (x >>> 12) ^ y;
    y = (y - z) | 0;
    const out = (w - x) | 0;
    state[0] = out;
    state[1] = x;
    state[2] = y;
    state[3] = (z << 16) ^ (y >>> 16) ^ w;
    return out;
  };
  const rng = (): number => (step() >>> 0) * TO_UNIT;
  const uint32 = (): number => step() >>> 0;
  const index = (m: number): number => Math.floor((step() >>> 0) * TO_UNIT * m);
  const reseed = (seed: number): void => {
    state[0] = 0;
    state[1] = seed;
    state[2] = 2654435769;
    state[3] = 1367130551;
    for (let i = 0; i < 20; i++) step();
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(createTychei, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, substream, reseed });
}
