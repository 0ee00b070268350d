import { exp } from './math.ts';

// As in math.ts.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INV_LN2 = 1.4426950408889634;
const P1 = 0.16666666666666602;
const P2 = -0.0027777777777015593;
const P3 = 6.613756321437934e-5;
const P4 = -1.6533902205465252e-6;
const P5 = 4.1381367970572385e-8;

/** Beyond it `exp` looks after overflow and underflow. */
const MOST = 700;
/** The smallest doubles whose high words are 0x3fd62e43 and 0x3ff0a2b2, at which math.ts decides by the word: about ln2 / 2 and 3 ln2 / 2. */
const HALF_LN2 = 0.3465735912322998;
const THREE_HALVES_LN2 = 1.0397205352783203;
/** 2^-28. */
const TINY = 3.725290298461914e-9;

/** 2^k at [k + MOST_POWER]. Made when it is needed: nothing of this file may run in a model that does not use it. */
let powers: Float64Array | undefined;
/** Of 2, in e^700. */
const MOST_POWER = 1011;

function powersOfTwo(): Float64Array {
  const found = new Float64Array(2 * MOST_POWER + 1);
  found[MOST_POWER] = 1;
  for (let k = 1; k <= MOST_POWER; k += 1) {
    found[MOST_POWER + k] = found[MOST_POWER + k - 1]! * 2;
    found[MOST_POWER - k] = found[MOST_POWER - k + 1]! / 2;
  }
  return found;
}

/** e^x of every value, in place: to the bit what `exp` gives for each, in half the time. Powers of two come from a table, and are not put together from words. */
export function expAll(values: Float64Array): void {
  const two_to = (powers ??= powersOfTwo());
  for (let i = 0; i < values.length; i += 1) {
    const x = values[i]!;
    const size = Math.abs(x);
    // Also NaN; 1 has a value of its own there.
    if (!(size < MOST) || x === 1) {
      values[i] = exp(x);
      continue;
    }
    if (size < HALF_LN2) {
      values[i] = size < TINY ? 1 + x : nearOne(x);
      continue;
    }
    const k = size < THREE_HALVES_LN2 ? (x < 0 ? -1 : 1) : (INV_LN2 * x + (x < 0 ? -0.5 : 0.5)) | 0;
    const high = x - k * LN2_HIGH;
    const low = k * LN2_LOW;
    const r = high - low;
    const t = r * r;
    const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
    values[i] = (1 - (low - (r * c) / (2 - c) - high)) * two_to[k + MOST_POWER]!;
  }
}

function nearOne(r: number): number {
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  return 1 - ((r * c) / (c - 2) - r);
}
