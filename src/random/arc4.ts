/**
 * The generator `arc4` of the package seedrandom 3.0.5 (its default), used as it is with a Number seed: David Bau's
 * ARC4 stream with the first 256 bytes discarded, a double of 53 bits from six or more bytes.
 *
 * A uniform is that double, as returned. `uint32` and `index` are floor(u 2^32) and floor(u m) of the same double, so
 * that one draw moves the stream equally far whatever it is asked for.
 */
import seedrandom from 'seedrandom';
import type { Rng } from './generator.ts';
import { seededSubstreams } from './seeded.ts';
import type { SeededRng } from './seeded.ts';

/** The generator `arc4`. Seeding makes a new generator of the package behind the one function object. */
export function createArc4(substreamOfRoot?: Rng['substream']): SeededRng {
  let source = seedrandom('0');
  let current = 0;
  const rng = (): number => source();
  const uint32 = (): number => Math.floor(source() * 4294967296);
  const index = (m: number): number => Math.floor(source() * m);
  const fill = (values: Float64Array): void => {
    for (let k = 0; k < values.length; k += 1) values[k] = source();
  };
  const reseed = (seed: number): void => {
    // The types of the package only know text; a Number is another stream, and the one the specification names.
    source = seedrandom(seed as unknown as string);
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(createArc4, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, fill, substream, reseed });
}
