import { ExactSum } from './exact-sum.ts';
import { orderStatisticRank } from './order-statistic.ts';

/** The share of values in a tail: `cvar05` is the mean of the lowest, `cvar95` of the highest 5 %. */
export const TAIL = 0.05;

/** How many of n values a tail has: ceil(n TAIL). */
export function tailSize(n: number): number {
  return orderStatisticRank(n, TAIL);
}

/**
 * Mean of the `tailSize(n)` lowest (or highest) of n values, in one pass once their boundary is known: conditional value at risk, expected
 * shortfall. Values come in blocks of any size and order.
 * SE = sqrt((Var(X | tail) + (1 - a) (q - mean)^2) / (n a)), a = TAIL, q the boundary, the variance with Bessel's correction; NaN for a
 * tail of one. Source: Acerbi, Tasche 2002, doi:10.1016/S0378-4266(02)00283-2; SE from the influence function.
 * Infinite values: the mean is infinite, or NaN with both signs; the SE is NaN.
 */
export class TailMean {
  /** 1 for the lowest values; -1 for the highest, which are the lowest of the values with the other sign. */
  readonly #sign: 1 | -1;
  readonly #boundary: number;
  /** A power of two that keeps squares of differences in the range of doubles. */
  readonly #scale: number;
  readonly #sum = new ExactSum();
  readonly #distances = new ExactSum();
  readonly #squares = new ExactSum();
  #n_below = 0;

  /** `boundary`: the value furthest inwards of the tail. */
  constructor(side: 'lowest' | 'highest', boundary: number, scale: number) {
    this.#sign = side === 'lowest' ? 1 : -1;
    this.#boundary = this.#sign * boundary;
    this.#scale = scale;
  }

  /** NaN is skipped. */
  add(values: Float64Array): void {
    for (let start = 0; start < values.length; start += tail.length)
      this.#addBlock(values, start, Math.min(start + tail.length, values.length));
  }

  #addBlock(values: Float64Array, start: number, end: number): void {
    const sign = this.#sign;
    const boundary = this.#boundary;
    const scale = this.#scale;
    let n = 0;
    for (let i = start; i < end; i++) {
      const value = sign * values[i]!;
      if (!(value < boundary)) continue;
      const distance = value * scale - boundary * scale;
      tail[n] = value;
      distances[n] = distance;
      squares[n] = distance * distance;
      n++;
    }
    this.#n_below += n;
    this.#sum.addAll(tail, 0, n);
    this.#distances.addAll(distances, 0, n);
    this.#squares.addAll(squares, 0, n);
  }

  /** Of n values that are not NaN, n >= 1, all of them added. To be asked once. */
  finish(n: number): { readonly mean: number; readonly se: number } {
    const size = tailSize(n);
    // What is left of the tail equals the boundary.
    const at_boundary = size - this.#n_below;
    if (at_boundary > 0) this.#sum.add(at_boundary * this.#boundary);
    const mean = this.#sign * this.#sum.dividedBy(size) + 0;
    const distance = this.#distances.value() / size;
    const variance = Math.max(0, this.#squares.value() - size * distance * distance) / (size - 1);
    return { mean, se: Math.sqrt((variance + (1 - TAIL) * distance * distance) / (n * TAIL)) / this.#scale };
  }
}

/** Scratch, overwritten by every call: what of one block lies in the tail. Blocks do not change the sums, which are exact. */
const tail = new Float64Array(4096);
const distances = new Float64Array(tail.length);
const squares = new Float64Array(tail.length);

/** Both tails of n >= 1 values, in one pass. */
export class Tails {
  readonly lowest: TailMean;
  readonly highest: TailMean;
  readonly #low: number;
  readonly #high: number;

  /** `at`: the order statistic of a 0-based rank; `scale` as of TailMean. */
  constructor(n: number, at: (rank: number) => number, scale: number) {
    const size = tailSize(n);
    this.#low = at(size - 1);
    this.#high = at(n - size);
    this.lowest = new TailMean('lowest', this.#low, scale);
    this.highest = new TailMean('highest', this.#high, scale);
  }

  /** NaN is skipped. */
  add(values: Float64Array): void {
    for (let start = 0; start < values.length; start += low.length) {
      const [n_low, n_high] = split(values, start, Math.min(start + low.length, values.length), this.#low, this.#high);
      this.lowest.add(low.subarray(0, n_low));
      this.highest.add(high.subarray(0, n_high));
    }
  }
}

/** Scratch, overwritten by every call: what of one block lies in which tail. */
const low = new Float64Array(4096);
const high = new Float64Array(low.length);

/** Puts values[start .. end - 1] below `below` to `low` and those above `above` to `high`. Returns how many each are. */
function split(values: Float64Array, start: number, end: number, below: number, above: number): [number, number] {
  let n_low = 0;
  let n_high = 0;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    if (value < below) low[n_low++] = value;
    if (value > above) high[n_high++] = value;
  }
  return [n_low, n_high];
}
