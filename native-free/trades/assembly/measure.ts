import * as layout from '../layout';
import { column, measureMore, put } from './more';
import { address, number, word } from './settings';
import { GAINS, LOSSES, MISSED, tally, TOTAL, WINS } from './tally';
import {
  closedA, closedB, drawdownA, drawdownB, equityA, equityB, sumOfReturnsA, sumOfReturnsB, walk, worstA, worstB,
} from './walk';

/** Small counts in 64-bit lanes as doubles. */
@inline function counts(n: v128): v128 {
  const two52 = f64x2.splat(4503599627370496.0);
  return f64x2.sub(v128.or(n, two52), two52);
}

/** With dollars and no bootstrap: pure reordering leaves these sums constant to the last bit. */
@inline function inCanonicalOrder(): bool {
  return word(layout.SHARES) == 0 && word(layout.BOOTSTRAP) == 0;
}

/** Before the shuffle. */
export function beforeShuffle(list: usize): void {
  if (word(layout.WANT_TALLY) && inCanonicalOrder()) tally(list, true);
}

/** What follows from the sums of two lanes. */
@inline function totals(row: i32, half: usize, equity: v128): void {
  const zero = i64x2.splat(0);
  const at = half << 4;
  const initial = f64x2.splat(number(layout.INITIAL_EQUITY));
  const sum = v128.load(TOTAL + at);
  const gains = v128.load(GAINS + at);
  const losses = v128.load(LOSSES + at);
  const total = word(layout.SHARES) ? f64x2.sub(equity, initial) : sum;
  const executed = f64x2.sub(f64x2.splat(<f64>word(layout.N)), counts(v128.load(MISSED + at)));
  const none = f64x2.eq(executed, zero);
  const cap = f64x2.splat(number(layout.PROFIT_FACTOR_CAP));
  put(column(0, row, half), f64x2.mul(f64x2.div(total, initial), f64x2.splat(100)));
  const without = v128.and(f64x2.gt(gains, zero), cap);
  put(
    column(2, row, half),
    v128.bitselect(f64x2.pmin(cap, f64x2.div(gains, losses)), without, f64x2.gt(losses, zero)),
  );
  put(column(5, row, half), v128.andnot(f64x2.div(counts(v128.load(WINS + at)), executed), none));
  put(column(6, row, half), executed);
  put(column(7, row, half), total);
  put(column(17, row, half), v128.andnot(f64x2.div(sum, executed), none));
}

/** Sharpe and Sortino ratio of four paths, from their returns. */
function ratios(row: i32): void {
  const zero = i64x2.splat(0);
  const n = f64x2.splat(<f64>word(layout.N));
  const factor = f64x2.splat(number(layout.SHARPE_FACTOR));
  const meanA = f64x2.div(sumOfReturnsA, n);
  const meanB = f64x2.div(sumOfReturnsB, n);
  const returns = address(layout.RETURNS);
  const end = returns + (<usize>word(layout.N) << 5);
  let squaresA = zero, squaresB = zero;
  for (let at = returns; at < end; at += 32) {
    const a = f64x2.sub(v128.load(at), meanA);
    const b = f64x2.sub(v128.load(at, 16), meanB);
    squaresA = f64x2.add(squaresA, f64x2.mul(a, a));
    squaresB = f64x2.add(squaresB, f64x2.mul(b, b));
  }
  const sdA = f64x2.sqrt(f64x2.div(squaresA, n));
  const sdB = f64x2.sqrt(f64x2.div(squaresB, n));
  put(column(4, row, 0), v128.andnot(f64x2.mul(f64x2.div(meanA, sdA), factor), f64x2.eq(sdA, zero)));
  put(column(4, row, 1), v128.andnot(f64x2.mul(f64x2.div(meanB, sdB), factor), f64x2.eq(sdB, zero)));
  if (!word(layout.WANT_SORTINO)) return;
  squaresA = zero;
  squaresB = zero;
  let someA = zero, someB = zero;
  for (let at = returns; at < end; at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const lossA = f64x2.lt(a, zero);
    const lossB = f64x2.lt(b, zero);
    someA = v128.or(someA, lossA);
    someB = v128.or(someB, lossB);
    squaresA = f64x2.add(squaresA, v128.and(f64x2.mul(a, a), lossA));
    squaresB = f64x2.add(squaresB, v128.and(f64x2.mul(b, b), lossB));
  }
  const missing = f64x2.splat(NaN);
  const ratioA = f64x2.mul(f64x2.div(meanA, f64x2.sqrt(f64x2.div(squaresA, n))), factor);
  const ratioB = f64x2.mul(f64x2.div(meanB, f64x2.sqrt(f64x2.div(squaresB, n))), factor);
  put(column(11, row, 0), v128.bitselect(ratioA, missing, someA));
  put(column(11, row, 1), v128.bitselect(ratioB, missing, someB));
}

/** What the walk itself gives two lanes. */
@inline function walked(row: i32, half: usize, drawdown: v128, worst: v128, equity: v128): void {
  put(column(1, row, half), f64x2.mul(drawdown, f64x2.splat(100)));
  put(column(3, row, half), v128.bitselect(f64x2.splat(-100), worst, f64x2.eq(worst, f64x2.splat(Infinity))));
  put(column(8, row, half), equity);
}

/** The metrics of four paths, written to rows `row` .. `row + 3` of the columns. */
export function measure(path: usize, row: i32): void {
  walk(path);
  walked(row, 0, drawdownA, worstA, equityA);
  walked(row, 1, drawdownB, worstB, equityB);
  if (word(layout.WANT_RETURNS)) ratios(row);
  if (word(layout.WANT_TALLY)) {
    if (!inCanonicalOrder()) tally(path, true);
    else if (v128.any_true(v128.or(closedA, closedB))) tally(path, false);
    totals(row, 0, equityA);
    totals(row, 1, equityB);
  }
  if (word(layout.WANT_MORE)) measureMore(path, row);
}
