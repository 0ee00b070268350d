import { ExactSum } from './exact-sum.ts';

/**
 * Central moments in a second pass over the values, once their mean is known: the correctly rounded sums of
 * (x - mean)^2 and ^4, each power rounded before it is summed. Values come in blocks of any size and order.
 */
export class Deviations {
  readonly #mean: number;
  readonly #squares = new ExactSum();
  readonly #fourths = new ExactSum();
  #n = 0;

  constructor(mean: number) {
    this.#mean = mean;
  }

  /** Adds the finite values among `values[0 .. length - 1]`. */
  add(values: Float64Array, length = values.length): void {
    const mean = this.#mean;
    for (let start = 0; start < length; start += squares.length) {
      const end = Math.min(start + squares.length, length);
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
      this.#squares.addAll(squares, 0, n);
      this.#fourths.addAll(fourths, 0, n);
      this.#n += n;
    }
  }

  /** Sample variance, sum (x - mean)^2 / (n - 1) (Bessel). NaN for fewer than two values. */
  get variance(): number {
    return this.#n < 2 ? NaN : this.#squares.value() / (this.#n - 1);
  }

  /** Kurtosis m4 / m2^2 of the population moments (3 for a normal distribution). NaN without spread. */
  get kurtosis(): number {
    const m2 = this.#squares.value() / this.#n;
    return this.#fourths.value() / this.#n / (m2 * m2);
  }
}

/** Scratch, overwritten by every call: the powers of one block. Blocks do not change the sums, which are exact. */
const squares = new Float64Array(512);
const fourths = new Float64Array(512);
