import * as layout from '../layout';
import { address, number, word } from './settings';

/** Sums of two lanes: what does not depend on the order of the trades, but on the order of the sums. */
let totalA: v128 = i64x2.splat(0);
let totalB: v128 = i64x2.splat(0);
let gainsA: v128 = i64x2.splat(0);
let gainsB: v128 = i64x2.splat(0);
let lossesA: v128 = i64x2.splat(0);
let lossesB: v128 = i64x2.splat(0);
let winsA: v128 = i64x2.splat(0);
let winsB: v128 = i64x2.splat(0);
let missedA: v128 = i64x2.splat(0);
let missedB: v128 = i64x2.splat(0);

/** Sums over `list` from first to last. */
export function tally(list: usize): void {
  const zero = i64x2.splat(0);
  const sign = i64x2.splat(i64.MIN_VALUE);
  const end = list + (<usize>word(layout.N) << 5);
  let ta = zero, tb = zero, ga = zero, gb = zero, la = zero, lb = zero, wa = zero, wb = zero, ma = zero, mb = zero;
  for (let at = list; at < end; at += 32) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    ta = f64x2.add(ta, a);
    tb = f64x2.add(tb, b);
    ga = f64x2.add(ga, f64x2.pmax(zero, a));
    gb = f64x2.add(gb, f64x2.pmax(zero, b));
    la = f64x2.sub(la, f64x2.pmin(zero, a));
    lb = f64x2.sub(lb, f64x2.pmin(zero, b));
    wa = i64x2.sub(wa, f64x2.gt(a, zero));
    wb = i64x2.sub(wb, f64x2.gt(b, zero));
    ma = i64x2.sub(ma, i64x2.eq(a, sign));
    mb = i64x2.sub(mb, i64x2.eq(b, sign));
  }
  totalA = ta;
  totalB = tb;
  gainsA = ga;
  gainsB = gb;
  lossesA = la;
  lossesB = lb;
  winsA = wa;
  winsB = wb;
  missedA = ma;
  missedB = mb;
}

/** Small counts in 64-bit lanes as doubles. */
@inline function counts(n: v128): v128 {
  const two52 = f64x2.splat(4503599627370496.0);
  return f64x2.sub(v128.or(n, two52), two52);
}

/** Canonical: no -0. */
@inline function put(at: usize, value: v128): void {
  v128.store(at, f64x2.add(value, i64x2.splat(0)));
}

@inline function write(
  at: usize, n: v128, total: v128, gains: v128, losses: v128, wins: v128, missed: v128,
  drawdown: v128, worst: v128, mean: v128, squares: v128,
): void {
  const zero = i64x2.splat(0);
  const hundred = f64x2.splat(100);
  const column = <usize>word(layout.ROWS) << 3;
  put(at, f64x2.mul(f64x2.div(total, f64x2.splat(number(layout.INITIAL_EQUITY))), hundred));
  at += column;
  put(at, f64x2.mul(drawdown, hundred));
  at += column;
  const cap = v128.and(f64x2.gt(gains, zero), f64x2.splat(number(layout.PROFIT_FACTOR_CAP)));
  put(at, v128.bitselect(f64x2.div(gains, losses), cap, f64x2.gt(losses, zero)));
  at += column;
  put(at, v128.bitselect(f64x2.splat(-100), worst, f64x2.eq(worst, f64x2.splat(Infinity))));
  at += column;
  const sd = f64x2.sqrt(f64x2.div(squares, n));
  const sharpe = f64x2.mul(f64x2.div(mean, sd), f64x2.splat(number(layout.SHARPE_FACTOR)));
  put(at, v128.andnot(sharpe, f64x2.eq(sd, zero)));
  at += column;
  const executed = f64x2.sub(n, counts(missed));
  put(at, v128.andnot(f64x2.div(counts(wins), executed), f64x2.eq(executed, zero)));
  at += column;
  put(at, executed);
  at += column;
  put(at, total);
}

/** The metrics of four paths, written to rows `row` .. `row + 3` of the columns. */
export function measure(path: usize, row: i32): void {
  const zero = i64x2.splat(0);
  const initial = f64x2.splat(number(layout.INITIAL_EQUITY));
  const n = f64x2.splat(<f64>word(layout.N));
  let equityA = initial, equityB = initial, peakA = initial, peakB = initial;
  let sumA = zero, sumB = zero, downA = zero, downB = zero, returnsA = zero, returnsB = zero;
  let worstA = f64x2.splat(Infinity), worstB = worstA;
  let at = path;
  const returns = address(layout.RETURNS);
  const toReturns = returns - path;
  let months = address(layout.MONTH_END);
  const lastMonth = months + (<usize>word(layout.MONTHS) << 2);
  for (; months < lastMonth; months += 4) {
    const startA = equityA;
    const startB = equityB;
    const end = path + (<usize>load<u32>(months) << 5);
    for (; at < end; at += 32) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const ra = v128.and(f64x2.div(a, equityA), f64x2.gt(equityA, zero));
      const rb = v128.and(f64x2.div(b, equityB), f64x2.gt(equityB, zero));
      v128.store(at + toReturns, ra);
      v128.store(at + toReturns, rb, 16);
      returnsA = f64x2.add(returnsA, ra);
      returnsB = f64x2.add(returnsB, rb);
      sumA = f64x2.add(sumA, a);
      sumB = f64x2.add(sumB, b);
      equityA = f64x2.add(initial, sumA);
      equityB = f64x2.add(initial, sumB);
      peakA = f64x2.pmax(peakA, equityA);
      peakB = f64x2.pmax(peakB, equityB);
      downA = f64x2.pmax(downA, f64x2.div(f64x2.sub(peakA, equityA), peakA));
      downB = f64x2.pmax(downB, f64x2.div(f64x2.sub(peakB, equityB), peakB));
    }
    const hundred = f64x2.splat(100);
    const infinity = f64x2.splat(Infinity);
    const changeA = f64x2.mul(f64x2.div(f64x2.sub(equityA, startA), startA), hundred);
    const changeB = f64x2.mul(f64x2.div(f64x2.sub(equityB, startB), startB), hundred);
    worstA = f64x2.pmin(worstA, v128.bitselect(changeA, infinity, f64x2.gt(startA, zero)));
    worstB = f64x2.pmin(worstB, v128.bitselect(changeB, infinity, f64x2.gt(startB, zero)));
  }
  const meanA = f64x2.div(returnsA, n);
  const meanB = f64x2.div(returnsB, n);
  let squaresA = zero, squaresB = zero;
  const lastReturn = at + toReturns;
  for (at = returns; at < lastReturn; at += 32) {
    const a = f64x2.sub(v128.load(at), meanA);
    const b = f64x2.sub(v128.load(at, 16), meanB);
    squaresA = f64x2.add(squaresA, f64x2.mul(a, a));
    squaresB = f64x2.add(squaresB, f64x2.mul(b, b));
  }
  const to = address(layout.COLUMNS) + (<usize>row << 3);
  write(to, n, totalA, gainsA, lossesA, winsA, missedA, downA, worstA, meanA, squaresA);
  write(to + 16, n, totalB, gainsB, lossesB, winsB, missedB, downB, worstB, meanB, squaresB);
}
