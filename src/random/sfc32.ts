/**
 * sfc32, "small fast counting": Chris Doty-Humphrey, PractRand (public domain). Four 32-bit words, the last a counter, so that
 * the period is at least 2^32. Started with a = 0, b = seed, c = 0, counter = 1 and 12 outputs discarded.
 */
import type { Rng } from './generator.ts';
import { seededSubstreams } from './seeded.ts';
import type { SeededRng } from './seeded.ts';

const TO_UNIT = 1 / 4294967296;

/** The generator `sfc32`. */
export function createSfc32(substreamOfRoot?: Rng['substream']): SeededRng {
  let a = 0;
  let b = 0;
  let c = 0;
  let counter = 1;
  let current = 0;
  const step = (): number => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out;
  };
  const rng = (): number => (step() >>> 0) * TO_UNIT;
  const uint32 = (): number => step() >>> 0;
  const index = (m: number): number => Math.floor((step() >>> 0) * TO_UNIT * m);
  const reseed = (seed: number): void => {
    a = 0;
    b = seed | 0;
    c = 0;
    counter = 1;
    for (let i = 0; i < 12; i++) step();
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(createSfc32, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, substream, reseed });
}
