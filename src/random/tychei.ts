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
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let current = 0;
  const step = (): number => {
    let x = (b << 25) ^ (b >>> 7) ^ c;
    let y = (c - d) | 0;
    const z = (d << 24) ^ (d >>> 8) ^ a;
    const w = (a - x) | 0;
    x = (x << 20) ^ (x >>> 12) ^ y;
    y = (y - z) | 0;
    b = x;
    c = y;
    d = (z << 16) ^ (y >>> 16) ^ w;
    a = (w - x) | 0;
    return a;
  };
  const rng = (): number => (step() >>> 0) * TO_UNIT;
  const uint32 = (): number => step() >>> 0;
  const index = (m: number): number => Math.floor((step() >>> 0) * TO_UNIT * m);
  const reseed = (seed: number): void => {
    a = 0;
    b = seed | 0;
    c = 2654435769 | 0;
    d = 1367130551;
    for (let i = 0; i < 20; i++) step();
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(createTychei, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, substream, reseed });
}
