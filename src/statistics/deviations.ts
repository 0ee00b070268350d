import { MOST_VALUES, powersOf } from '#native-free/sums/sums';

import { ExactSum } from './exact-sum.ts';
import { WORTH_A_MODULE, type Tally } from './tally.ts';

/**
 * Central moments in a second pass over the values, once their mean is known: the correctly rounded sums of
 * (x - mean)^2 and ^4, each power rounded before it is summed. Values come in blocks of any size and order. Of very small or
 * large values the powers are of deviations scaled by a power of two, so that none leaves the range of doubles.
 */
export class Deviations {
  readonly #mean: number;
  /** The largest deviation, scaled. */
  readonly #largest: number;
  readonly #scale: number;
  readonly #squares = new ExactSum();
  readonly #fourths = new ExactSum();
  #n = 0;

  /** About the mean of the finite values that `tally` has seen; the same ones are to be added here. */
  constructor({ finite_mean: mean, least, greatest }: Tally) {
    this.#mean = mean;
    this.#scale = scaleFor(Math.max(greatest - mean, mean - least));
    this.#largest = Math.max(this.#scaled(greatest), -this.#scaled(least));
  }

  /** Adds the finite values among `values[0 .. length - 1]`. */
  add(values: Float64Array, length = values.length): void {
    for (let start = 0; start < length; start += squares.length) {
      const end = Math.min(start + squares.length, length);
      if (length >= WORTH_A_MODULE && this.#scale === 1 && this.#addAtOnce(values, start, end)) continue;
      const n = this.#scale === 1 ? this.#powers(values, start, end) : this.#scaledPowers(values, start, end);
      this.#squares.addAll(squares, 0, n);
      this.#fourths.addAll(fourths, 0, n);
      this.#n += n;
    }
  }

  /** By WebAssembly; false where that cannot tell. */
  #addAtOnce(values: Float64Array, start: number, end: number): boolean {
    const found = powersOf(values, start, end, this.#mean);
    if (found === undefined) return false;
    this.#squares.addAll(found.squares);
    this.#fourths.addAll(found.fourths);
    this.#n += end - start;
    return true;
  }

  #powers(values: Float64Array, start: number, end: number): number {
    const mean = this.#mean;
    let n = 0;
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      if (value - value !== 0) continue; // NaN or infinite
      const deviation = value - mean;
      const square = deviation * deviation;
      squares[n] = square;
      fourths[n] = square * square;
      n++;
    }
    return n;
  }

  #scaledPowers(values: Float64Array, start: number, end: number): number {
    let n = 0;
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      if (value - value !== 0) continue;
      const deviation = this.#scaled(value);
      const square = deviation * deviation;
      squares[n] = square;
      fourths[n] = square * square;
      n++;
    }
    return n;
  }

  /** Scaled before the difference is taken: two values can be further apart than the largest double. */
  #scaled(value: number): number {
    return value * this.#scale - this.#mean * this.#scale;
  }

  /** What deviations are multiplied with to keep their powers in the range of doubles: a power of two, mostly 1. */
  get scale(): number {
    return this.#scale;
  }

  /** Sample standard deviation, with sum (x - mean)^2 / (n - 1) (Bessel). NaN for fewer than two values. */
  get sd(): number {
    return this.#n < 2 ? NaN : Math.sqrt(this.#squares.value() / (this.#n - 1)) / this.#scale;
  }

  /** Kurtosis m4 / m2^2 of the population moments (3 for a normal distribution). NaN without spread. */
  get kurtosis(): number {
    const m2 = this.#squares.value() / this.#n;
    return this.#fourths.value() / this.#n / (m2 * m2);
  }

  /** The share of the sum of squares that the value furthest from the mean has, 0 .. 1. NaN without spread. */
  get largest_share(): number {
    return (this.#largest * this.#largest) / this.#squares.value();
  }
}

/** 2^200, 2^400, ... 2^1000: written out, since `**` is not the same everywhere. */
const [P200, P400, P600, P800, P1000] = [
  1.6069380442589903e60, 2.5822498780869086e120, 4.149515568880993e180, 6.668014432879854e240, 1.0715086071862673e301,
] as const;

/** Deviations between 2^-200 and 2^200 have fourth powers whose sums stay far inside the range of doubles. */
function scaleFor(largest: number): number {
  if (largest > P200) return largest <= P600 ? 1 / P400 : largest <= P1000 ? 1 / P800 : 1 / P1000;
  if (largest < 1 / P200 && largest > 0) return largest >= 1 / P600 ? P400 : largest >= 1 / P1000 ? P800 : P1000;
  return 1;
}

/** Scratch, overwritten by every call: the powers of one block. Blocks do not change the sums, which are exact. */
const squares = new Float64Array(MOST_VALUES);
const fourths = new Float64Array(MOST_VALUES);
