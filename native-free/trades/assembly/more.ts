import * as layout from '../layout';
import { address, number, word } from './settings';

/** Where a metric's column begins, by its place in TRADES_METRICS; `half`: the first or the second two of four rows. */
@inline export function column(metric: usize, row: i32, half: usize): usize {
  return address(layout.COLUMNS) + ((metric * <usize>word(layout.ROWS) + <usize>row) << 3) + (half << 4);
}

/** Canonical: no -0. */
@inline export function put(at: usize, value: v128): void {
  v128.store(at, f64x2.add(value, i64x2.splat(0)));
}

/** A second walk, along the gains of two lanes: what is asked for rarely. */
@inline function walkAgain(path: usize, row: i32, half: usize, shares: bool, ulcer: bool): void {
  const zero = i64x2.splat(0);
  const sign = i64x2.splat(i64.MIN_VALUE);
  const one = f64x2.splat(1);
  const hundred = f64x2.splat(100);
  const count = word(layout.N);
  const initial = f64x2.splat(number(layout.INITIAL_EQUITY));
  let equity = initial, peak = initial, sum = zero, lowest = f64x2.splat(Infinity);
  let dollars = zero, squares = zero, under = zero, run = zero, longest = zero, streak = zero, longestStreak = zero;
  const end = path + (<usize>count << 5);
  for (let at = path + (half << 4); at < end; at += 32) {
    const gain = v128.load(at);
    if (shares) equity = f64x2.add(equity, gain);
    else {
      sum = f64x2.add(sum, gain);
      equity = f64x2.add(initial, sum);
    }
    peak = f64x2.pmax(peak, equity);
    lowest = f64x2.pmin(lowest, equity);
    const below = f64x2.sub(peak, equity);
    dollars = f64x2.pmax(dollars, below);
    if (ulcer) {
      const down = f64x2.mul(f64x2.div(below, peak), hundred);
      squares = f64x2.add(squares, f64x2.mul(down, down));
    }
    // Counts are small whole numbers: exact in doubles.
    const isUnder = f64x2.lt(equity, peak);
    under = f64x2.add(under, v128.and(one, isUnder));
    run = v128.and(f64x2.add(run, one), isUnder);
    longest = f64x2.pmax(longest, run);
    const lost = v128.and(f64x2.add(streak, one), f64x2.lt(gain, zero));
    streak = v128.bitselect(streak, lost, i64x2.eq(gain, sign));
    longestStreak = f64x2.pmax(longestStreak, streak);
  }
  const n = f64x2.splat(<f64>count);
  const ruin = f64x2.splat(number(layout.RUIN_LEVEL));
  put(column(9, row, half), f64x2.pmin(initial, lowest));
  put(column(10, row, half), v128.and(one, f64x2.le(lowest, ruin)));
  put(column(12, row, half), f64x2.sqrt(f64x2.div(squares, n)));
  put(column(13, row, half), dollars);
  put(column(14, row, half), longest);
  put(column(15, row, half), f64x2.mul(f64x2.div(under, n), hundred));
  put(column(16, row, half), longestStreak);
}

function ofDollars(path: usize, row: i32, half: usize): void {
  walkAgain(path, row, half, false, false);
}
function ofDollarsUlcer(path: usize, row: i32, half: usize): void {
  walkAgain(path, row, half, false, true);
}
function ofShares(path: usize, row: i32, half: usize): void {
  walkAgain(path, row, half, true, false);
}
function ofSharesUlcer(path: usize, row: i32, half: usize): void {
  walkAgain(path, row, half, true, true);
}

/** The metrics that need a second walk, of four paths of gains. */
export function measureMore(path: usize, row: i32): void {
  for (let half: usize = 0; half < 2; half++) {
    if (word(layout.SHARES)) {
      if (word(layout.WANT_ULCER)) ofSharesUlcer(path, row, half);
      else ofShares(path, row, half);
    } else if (word(layout.WANT_ULCER)) ofDollarsUlcer(path, row, half);
    else ofDollars(path, row, half);
  }
}
