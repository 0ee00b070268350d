/**
 * The generator `tychei` of the package seedrandom 3.0.5 for Number (unsigned) seeds, bit for bit.
 *
 * Source: Samuel Neves, Filipe Araujo 2011, "Fast and small nonlinear pseudorandom number generators for computer
 * simulation"; the JavaScript is David Bau's (MIT licence). Its last line takes `c` where Tyche-i takes `d`, which
 * makes its step 65,536 to 1; it is written out here, and tested against the package, because the package allocates a
 * generator per seed while a worker reseeds one object in place.
 */
import type { Rng } from './generator.ts';
import { seededRng, type SeededRng } from './seeded.ts';

/** The generator `tychei`. */
export function createTychei(substreamOfRoot?: Rng['substream']): SeededRng {
  const state = { a: 0, b: 0, c: 0, d: 0 };
  const step = (): number => {
    const { a, b, c, d } = state;
    let x = (b << 25) ^ (b >>> 7) ^ c;
    let y = (c - d) | 0;
    const z = (d << 24) ^ (d >>> 8) ^ a;
    const w = (a - x) | 0;
    x = (x << 20) ^ (x >>> 12) ^ y;
    y = (y - z) | 0;
    const out = (w - x) | 0;
    state.a = out;
    state.b = x;
    state.c = y;
    state.d = (z << 16) ^ (y >>> 16) ^ w;
    return out;
  };
  const start = (seed: number): void => {
    state.a = 0;
    state.b = seed | 0;
    state.c = 2654435769 | 0;
    state.d = 1367130551;
    for (let i = 0; i < 20; i++) step();
  };
  return seededRng(step, start, createTychei, substreamOfRoot);
}
