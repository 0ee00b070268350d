import { ExactSum } from './exact-sum.ts';

/** A rate over all rows together, R = sum x / sum y, and its Monte Carlo standard error. */
export interface PooledRate {
  /** Rows that it is of, and those left out because x or y is undefined (NaN) in them. */
  readonly n: number;
  readonly n_excluded: number;
  /** NaN where the denominators sum to 0. */
  readonly rate: number;
  /** NaN for fewer than two rows. */
  readonly se: number;
}

/** The first pass over the rows: numerators x and denominators y. */
export class RateSums {
  n = 0;
  n_excluded = 0;
  readonly #x = new ExactSum();
  readonly #y = new ExactSum();

  add(x: number, y: number): void {
    if (Number.isNaN(x) || Number.isNaN(y)) {
      this.n_excluded++;
      return;
    }
    this.n++;
    this.#x.add(x);
    this.#y.add(y);
  }

  get denominators(): number {
    return this.#y.value();
  }

  get rate(): number {
    const y = this.denominators;
    return y === 0 ? NaN : this.#x.value() / y;
  }
}

/**
 * The second pass, over the same rows: the residuals x - R y, whose squares the error is made of: sqrt(sum (x - R y)^2 / (n - 1) / n) / mean y.
 * (Sums of x^2, x y and y^2 in one pass would cancel.) Source: Cochran 1977, Sampling Techniques, 6.4.
 */
export class RateResiduals {
  readonly #sums: RateSums;
  readonly #rate: number;
  readonly #squares = new ExactSum();

  constructor(sums: RateSums) {
    this.#sums = sums;
    this.#rate = sums.rate;
  }

  add(x: number, y: number): void {
    if (Number.isNaN(x) || Number.isNaN(y)) return;
    const residual = x - this.#rate * y;
    // What the rounding of the rate leaves of a row that has exactly this rate is none.
    if (Math.abs(residual) > 4 * Number.EPSILON * Math.abs(x)) this.#squares.add(residual * residual);
  }

  finish(): PooledRate {
    const { n, n_excluded, rate, denominators } = this.#sums;
    const defined = n >= 2 && Number.isFinite(rate);
    const se = defined ? Math.sqrt((this.#squares.value() / (n - 1)) * n) / Math.abs(denominators) : NaN;
    return { n, n_excluded, rate, se };
  }
}
