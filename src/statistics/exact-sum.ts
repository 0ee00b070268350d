import { exactQuotient } from './exact-quotient.ts';

/**
 * The correctly rounded sum of doubles: the exact real sum, rounded once. It depends on the set of values alone,
 * not on their order or on how they were cut into blocks, and is the same double as Python's `math.fsum` and
 * JavaScript's future `Math.sumPrecise`.
 * Source: Shewchuk 1997, doi:10.1007/PL00009321, as in CPython's `math.fsum` (with its half-even correction); sums that
 * leave the range of doubles on the way are carried in a counter, as in the polyfill of the Math.sumPrecise proposal.
 *
 * Infinities of one kind give that infinity, both kinds or a NaN give NaN. A sum beyond the range of doubles is infinite.
 */
export class ExactSum {
  /** Non-overlapping doubles of growing size; their exact sum + #overflow 2^1024 is the sum so far. */
  readonly #partials: number[] = [];
  #count = 0;
  #overflow = 0;
  /** The sum of the infinities and NaNs among the values. */
  #special = 0;

  add(value: number): void {
    if (!Number.isFinite(value)) {
      this.#special += value;
      return;
    }
    const partials = this.#partials;
    let x = value;
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      let y = partials[i]!;
      let high = x + y;
      if (high === Infinity || high === -Infinity) {
        const sign = high > 0 ? 1 : -1;
        this.#overflow += sign;
        // The larger one takes 2^1024 off, in two exact steps.
        if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
        x = x - sign * TWO_1023 - sign * TWO_1023;
        high = x + y;
      }
      const low = Math.abs(x) < Math.abs(y) ? x - (high - y) : y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    partials[kept++] = x;
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

  /** In two lanes, which do not wait for each other. */
  #addInTwo(values: Float64Array, start: number, end: number): boolean {
    const half = (end - start) >> 1;
    let sum = 0;
    let errors = 0;
    let lost = 0;
    let sum2 = end - start === 2 * half ? 0 : values[end - 1]!;
    let errors2 = 0;
    let lost2 = 0;
    for (let i = start, k = start + half; i < start + half; i++, k++) {
      const x = values[i]!;
      const x2 = values[k]!;
      const next = sum + x;
      const next2 = sum2 + x2;
      const rest = next - sum;
      const rest2 = next2 - sum2;
      const error = sum - (next - rest) + (x - rest);
      const error2 = sum2 - (next2 - rest2) + (x2 - rest2);
      sum = next;
      sum2 = next2;
      const errorsNext = errors + error;
      const errorsNext2 = errors2 + error2;
      const errorsRest = errorsNext - errors;
      const errorsRest2 = errorsNext2 - errors2;
      lost += Math.abs(errors - (errorsNext - errorsRest) + (error - errorsRest));
      lost2 += Math.abs(errors2 - (errorsNext2 - errorsRest2) + (error2 - errorsRest2));
      errors = errorsNext;
      errors2 = errorsNext2;
    }
    if (lost + lost2 !== 0 || sum2 - sum2 !== 0) return false;
    this.add(sum);
    this.add(errors);
    this.add(sum2);
    this.add(errors2);
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
    return rounded(this.#overflow === 0 ? this.#partials.slice(0, this.#count) : this.#halvedBack());
  }

  /** The sum so far divided by n >= 1: the rounded sum's quotient, or where the sum is past the range of doubles the exact one's. */
  dividedBy(n: number): number {
    const sum = this.value();
    if (Number.isFinite(sum) || this.#special !== 0) return sum / n;
    return exactQuotient(this.#partials.slice(0, this.#count), this.#overflow, n);
  }

  /** Partials of the sum with the overflow in them again, or an infinity. */
  #halvedBack(): number[] {
    const partials = this.#partials.slice(0, this.#count);
    const overflow = this.#overflow;
    const top = partials.pop() ?? 0;
    const infinity = overflow > 0 ? Infinity : -Infinity;
    if (Math.abs(overflow) > 1 || overflow * top >= 0) return [infinity];
    // Half of both fits into a double, and only the last step can leave the range.
    const half = overflow * TWO_1023;
    const high = half + top / 2;
    const low = 2 * (top / 2 - (high - half));
    if (high !== half) return [...partials, low, 2 * high];
    // The sum is 2^1024 less at most half a unit in the last place: a tie goes to infinity unless more is taken off.
    const tie = low === -overflow * HALF_MAX_ULP;
    return [tie && overflow * (partials.at(-1) ?? 0) < 0 ? overflow * Number.MAX_VALUE : infinity];
  }
}

/** The double nearest to the exact sum of non-overlapping doubles of growing size. */
function rounded(partials: readonly number[]): number {
  let i = partials.length - 1;
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
    const next = high + doubled;
    if (doubled === next - high) return next;
  }
  return high + 0; // never -0
}

const TWO_1023 = 8.98846567431158e307;
/** Half the distance of the two largest doubles, 2^970. */
const HALF_MAX_ULP = 9.9792015476736e291;

/** Values per block: few enough that the errors of one of its lanes rarely need more than 53 bits. */
const BLOCK = 1024;
