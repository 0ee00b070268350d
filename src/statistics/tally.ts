import { MOST_VALUES, tallyOf } from '#native-free/sums/sums';

import { ExactSum } from './exact-sum.ts';

/**
 * What one pass over a metric tells: counts, extremes, the exact sum of the finite values and how many values lie above
 * each threshold. Values come in blocks of any size and order.
 */
export class Tally {
  n_nan = 0;
  n_finite = 0;
  /** `above[j]`: values > thresholds[j]. */
  readonly above: number[];
  /** The least and the greatest finite value; NaN for none. */
  least = NaN;
  greatest = NaN;
  /** Finite values that are equal to the greatest. */
  #n_greatest = 0;
  #n_positive_infinite = 0;
  #n_negative_infinite = 0;
  #all_zero_or_one = true;
  readonly #thresholds: readonly number[];
  readonly #sum = new ExactSum();

  constructor(thresholds: readonly number[]) {
    this.#thresholds = thresholds;
    this.above = thresholds.map(() => 0);
  }

  add(values: Float64Array, length = values.length): void {
    for (let start = 0; start < length; start += finite.length) {
      const end = Math.min(start + finite.length, length);
      if (length < WORTH_A_MODULE || !this.#addAtOnce(values, start, end)) this.#addBlock(values, start, end);
      for (let j = 0; j < this.#thresholds.length; j++) {
        const threshold = this.#thresholds[j]!;
        let above = 0;
        for (let i = start; i < end; i++) if (values[i]! > threshold) above++;
        this.above[j]! += above;
      }
    }
  }

  /** By WebAssembly; false where that cannot tell. */
  #addAtOnce(values: Float64Array, start: number, end: number): boolean {
    const found = tallyOf(values, start, end);
    if (found === undefined) return false;
    const { sum, least, greatest, zero_or_one } = found;
    this.#range(least, greatest, end - start, (value) => countOf(value, values, start, end));
    this.#sum.addAll(sum);
    this.#all_zero_or_one &&= zero_or_one;
    return true;
  }

  #addBlock(values: Float64Array, start: number, end: number): void {
    let least = Infinity;
    let greatest = -Infinity;
    let n_nan = 0;
    let kept = 0;
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      if (value - value === 0) {
        if (value < least) least = value;
        if (value > greatest) greatest = value;
        finite[kept++] = value;
      } else if (value !== value) n_nan++;
      else if (value > 0) this.#n_positive_infinite++;
      else this.#n_negative_infinite++;
    }
    if (kept > 0) {
      this.#range(least, greatest, kept, (value) => countOf(value, finite, 0, kept));
      this.#sum.addAll(finite, 0, kept);
      if (this.#all_zero_or_one) this.#all_zero_or_one = least >= 0 && greatest <= 1 && holdsZeroAndOneOnly(kept);
    }
    this.n_nan += n_nan;
  }

  /** `count` more finite values between `least` and `greatest`. */
  #range(least: number, greatest: number, count: number, equalTo: (value: number) => number): void {
    if (this.n_finite === 0 || greatest > this.greatest) this.#n_greatest = equalTo(greatest);
    else if (greatest === this.greatest) this.#n_greatest += equalTo(greatest);
    this.least = this.n_finite === 0 ? least : Math.min(this.least, least);
    this.greatest = this.n_finite === 0 ? greatest : Math.max(this.greatest, greatest);
    this.n_finite += count;
  }

  get n_infinite(): number {
    return this.#n_positive_infinite + this.#n_negative_infinite;
  }

  /** Values that are not NaN. */
  get n(): number {
    return this.n_finite + this.n_infinite;
  }

  /** Over all n, infinities included; NaN for n = 0. */
  get min(): number {
    return this.#n_negative_infinite > 0 ? -Infinity : this.n_finite > 0 ? this.least : this.n > 0 ? Infinity : NaN;
  }

  get max(): number {
    return this.#n_positive_infinite > 0 ? Infinity : this.n_finite > 0 ? this.greatest : this.n > 0 ? -Infinity : NaN;
  }

  /** How many of all n are equal to `max`; 0 for n = 0. */
  get n_at_max(): number {
    if (this.#n_positive_infinite > 0) return this.#n_positive_infinite;
    return this.n_finite > 0 ? this.#n_greatest : this.n;
  }

  /** Mean of all n: with infinite values among them infinite, of their sign; NaN with both signs, and for n = 0. */
  get mean(): number {
    if (this.n_infinite === 0) return this.finite_mean;
    return (this.#n_positive_infinite > 0 ? Infinity : 0) - (this.#n_negative_infinite > 0 ? Infinity : 0);
  }

  /** Mean of the finite values: correctly rounded sum / count; of equal values that value. NaN for none. */
  get finite_mean(): number {
    const { least, greatest, n_finite } = this;
    if (n_finite === 0) return NaN;
    // Rounding the quotient can leave the range of the values by a last digit.
    return Math.min(greatest, Math.max(least, this.#sum.dividedBy(n_finite)));
  }

  /** How many finite values are 1 where all of them are 0 or 1; else undefined. */
  get n_ones(): number | undefined {
    return this.#all_zero_or_one && this.n_finite > 0 ? this.#sum.value() : undefined;
  }
}

/** From so many values on a WebAssembly module is worth the milliseconds that it takes to begin. */
export const WORTH_A_MODULE = 4096;

/** Scratch, overwritten by every call. */
const finite = new Float64Array(MOST_VALUES);

function countOf(value: number, values: Float64Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (values[i] === value) count++;
  return count;
}

function holdsZeroAndOneOnly(kept: number): boolean {
  for (let i = 0; i < kept; i++) if (finite[i] !== 0 && finite[i] !== 1) return false;
  return true;
}
