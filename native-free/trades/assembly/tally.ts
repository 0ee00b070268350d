import * as layout from '../layout';
import { word } from './settings';
import { closedA, closedB } from './walk';

/*
 * Sums of four permutations that do not depend on the order of the trades, but on the order of their own additions: at
 * layout.SUMS, 32 bytes each (two lanes of two), in this order.
 */
export const TOTAL: usize = layout.SUMS;
export const GAINS: usize = layout.SUMS + 32;
export const LOSSES: usize = layout.SUMS + 64;
/** Counts, as 64-bit integers. */
export const WINS: usize = layout.SUMS + 96;
export const MISSED: usize = layout.SUMS + 128;

/** A sum for the lanes of `where`; the others keep theirs. */
@inline function put(at: usize, value: v128, where: v128): void {
  v128.store(at, v128.bitselect(value, v128.load(at), where));
}

/** Sums over `list` from first to last, for all four permutations or only those whose account was closed. */
export function tally(list: usize, all: bool): void {
  const whereA: v128 = all ? i64x2.splat(-1) : closedA;
  const whereB: v128 = all ? i64x2.splat(-1) : closedB;
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
  put(TOTAL, ta, whereA);
  put(TOTAL + 16, tb, whereB);
  put(GAINS, ga, whereA);
  put(GAINS + 16, gb, whereB);
  put(LOSSES, la, whereA);
  put(LOSSES + 16, lb, whereB);
  put(WINS, wa, whereA);
  put(WINS + 16, wb, whereB);
  put(MISSED, ma, whereA);
  put(MISSED + 16, mb, whereB);
}
