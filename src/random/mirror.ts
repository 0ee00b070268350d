import type { Rng } from './generator.ts';

/** The largest uniform of a generator whose uniforms are 32-bit words x 2^-32, and of one with doubles of 53 bits. */
export const LAST_OF_32_BITS = 1 - 1 / 4294967296;
export const LAST_OF_53_BITS = 1 - Number.EPSILON / 2;

/**
 * A stream for both halves of an antithetic pair. One object for both, as there is one per generator: a call site of the model sees the same
 * function for ever.
 */
export interface PairRng extends Rng {
  /** Whether draws, those of substreams included, come mirrored: `last` - u in place of u. */
  mirror(mirrored: boolean): void;
}

/** u is `offset + sign x u`: 0 and 1, which changes no bit, or `last` and -1. */
interface Turned {
  offset: number;
  sign: number;
}

/**
 * The draws of `source`, or the mirrored ones: u becomes `last` - u, which is exact, lies in [0, 1) as u does, and is as likely; so a word w of 32 bits
 * becomes 2^32 - 1 - w, and an index is that of the mirrored uniform.
 * Source: Hammersley, Morton 1956, doi:10.1017/S0305004100031455.
 */
export function createPair(source: Rng, last: number): PairRng {
  const turned: Turned = { offset: 0, sign: 1 };
  const views = new Map<Rng, Rng>();
  const mirror = (mirrored: boolean): void => {
    turned.offset = mirrored ? last : 0;
    turned.sign = mirrored ? -1 : 1;
  };
  return Object.assign(viewOf(source, turned, views), { mirror });
}

/** `views`: those of the substreams, which are the same wherever they are asked for. */
function viewOf(source: Rng, turned: Turned, views: Map<Rng, Rng>): Rng {
  const rng = (): number => turned.offset + turned.sign * source();
  const uint32 = (): number => Math.floor(rng() * 4294967296);
  const index = (m: number): number => Math.floor(rng() * m);
  const fill = (values: Float64Array): void => {
    source.fill(values);
    for (let k = 0; k < values.length; k += 1) values[k] = turned.offset + turned.sign * values[k]!;
  };
  const substream = (which: number | string): Rng => {
    const child = source.substream(which);
    let view = views.get(child);
    if (view === undefined) views.set(child, (view = viewOf(child, turned, views)));
    return view;
  };
  return Object.assign(rng, { uint32, index, fill, substream });
}
