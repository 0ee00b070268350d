import { ExactSum } from './exact-sum.ts';

/**
 * What one pass over a metric tells: counts, extremes, the exact sum of the finite values and how many values lie above
 * each threshold. Values come in blocks of any size and order.
 */
export class Tally {
  /** Values that are not NaN. */
  n = 0;
  n_nan = 0;
  /** Of the n, how many are infinite: these enter no mean. */
  n_infinite = 0;
  /** Over all n, infinities included; NaN for n = 0. */
  min = NaN;
  max = NaN;
  /** `above[j]`: values > thresholds[j]. */
  readonly above: number[];
  readonly #thresholds: readonly number[];
  readonly #sum = new ExactSum();

  constructor(thresholds: readonly number[]) {
    this.#thresholds = thresholds;
    this.above = thresholds.map(() => 0);
  }

  add(values: Float64Array, length = values.length): void {
    for (let start = 0; start < length; start += finite.length) {
      this.#addBlock(values, start, Math.min(start + finite.length, length));
    }
  }

  #addBlock(values: Float64Array, start: number, end: number): void {
    let min = Infinity;
    let max = -Infinity;
    let n = 0;
    let kept = 0;
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      if (value !== value) continue;
      n++;
      if (value < min) min = value;
      if (value > max) max = value;
      if (value - value === 0) finite[kept++] = value;
    }
    this.n_nan += end - start - n;
    if (n === 0) return;
    this.n_infinite += n - kept;
    this.#sum.addAll(finite, 0, kept);
    this.min = this.n === 0 ? min : Math.min(this.min, min);
    this.max = this.n === 0 ? max : Math.max(this.max, max);
    this.n += n;
    for (let j = 0; j < this.#thresholds.length; j++) {
      const threshold = this.#thresholds[j]!;
      let above = 0;
      for (let i = start; i < end; i++) if (values[i]! > threshold) above++;
      this.above[j]! += above;
    }
  }

  /** Values that are finite: those of the mean. */
  get n_finite(): number {
    return this.n - this.n_infinite;
  }

  /** Mean of the finite values: correctly rounded sum / count. NaN for none. */
  get mean(): number {
    return this.#sum.value() / this.n_finite;
  }
}

/** Scratch, overwritten by every call. */
const finite = new Float64Array(512);
