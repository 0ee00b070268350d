/**
 * The correctly rounded sum of doubles: the exact real sum, rounded once. It depends on the set of values alone,
 * not on their order or on how they were cut into blocks, and is the same double as Python's `math.fsum`.
 * Source: Shewchuk 1997, doi:10.1007/PL00009321, as in CPython's `math.fsum` (with its half-even correction).
 *
 * Infinities: one kind gives that infinity, both kinds or a NaN give NaN. A finite partial sum beyond the range of doubles
 * gives NaN too, where CPython raises OverflowError.
 */
export class ExactSum {
  /** Non-overlapping doubles of growing size whose exact sum is the sum so far. */
  readonly #partials: number[] = [];
  #count = 0;
  /** The sum of the infinities and NaNs among the values. */
  #special = 0;
  #overflowed = false;

  add(value: number): void {
    if (!Number.isFinite(value)) {
      this.#special += value;
      return;
    }
    const partials = this.#partials;
    let x = value;
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const partial = partials[i]!;
      const larger = Math.abs(x) < Math.abs(partial) ? partial : x;
      const smaller = larger === x ? partial : x;
      const high = larger + smaller;
      const low = smaller - (high - larger);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    if (Number.isFinite(x)) partials[kept++] = x;
    else this.#overflowed = true;
    this.#count = kept;
  }

  /**
   * Adds `values[from .. to - 1]`. Per block, Knuth's TwoSum splits off each rounding error and a second sum collects the
   * errors; as long as that one rounds nothing, the two doubles hold the block exactly. A third sum serves values of very
   * different sizes. Where even that rounds (or an infinity comes), the block goes in value by value.
   */
  addAll(values: Float64Array, from = 0, to = values.length): void {
    for (let start = from; start < to; start += BLOCK) {
      const end = Math.min(start + BLOCK, to);
      if (this.#addInTwo(values, start, end) || this.#addInThree(values, start, end)) continue;
      for (let i = start; i < end; i++) this.add(values[i]!);
    }
  }

  #addInTwo(values: Float64Array, start: number, end: number): boolean {
    let sum = 0;
    let errors = 0;
    let lost = 0;
    for (let i = start; i < end; i++) {
      const x = values[i]!;
      const next = sum + x;
      const rest = next - sum;
      const error = sum - (next - rest) + (x - rest);
      sum = next;
      const errorsNext = errors + error;
      const errorsRest = errorsNext - errors;
      lost += Math.abs(errors - (errorsNext - errorsRest) + (error - errorsRest));
      errors = errorsNext;
    }
    if (lost !== 0) return false;
    this.add(sum);
    this.add(errors);
    return true;
  }

  #addInThree(values: Float64Array, start: number, end: number): boolean {
    let sum = 0;
    let errors = 0;
    let smaller = 0;
    let lost = 0;
    for (let i = start; i < end; i++) {
      const x = values[i]!;
      const next = sum + x;
      const rest = next - sum;
      const error = sum - (next - rest) + (x - rest);
      sum = next;
      const errorsNext = errors + error;
      const errorsRest = errorsNext - errors;
      const small = errors - (errorsNext - errorsRest) + (error - errorsRest);
      errors = errorsNext;
      const smallerNext = smaller + small;
      const smallerRest = smallerNext - smaller;
      lost += Math.abs(smaller - (smallerNext - smallerRest) + (small - smallerRest));
      smaller = smallerNext;
    }
    if (lost !== 0) return false;
    this.add(sum);
    this.add(errors);
    this.add(smaller);
    return true;
  }

  /** The sum so far, correctly rounded; 0 for no values. More may be added afterwards. */
  value(): number {
    if (this.#special !== 0) return this.#special; // an infinity, or NaN
    if (this.#overflowed) return NaN;
    const partials = this.#partials;
    let i = this.#count - 1;
    if (i < 0) return 0;
    let high = partials[i]!;
    let low = 0;
    while (i > 0) {
      const before = high;
      const y = partials[--i]!;
      high = before + y;
      low = y - (high - before);
      if (low !== 0) break;
    }
    // Half way between two doubles: the partial below decides, where rounding to even alone would not know of it.
    if (i > 0 && ((low < 0 && partials[i - 1]! < 0) || (low > 0 && partials[i - 1]! > 0))) {
      const doubled = low * 2;
      const rounded = high + doubled;
      if (doubled === rounded - high) return rounded;
    }
    return high + 0; // never -0
  }
}

/** Values per block: few enough that the errors of a block rarely need more than 53 bits. */
const BLOCK = 512;
