import * as layout from '../layout';
import { address, number, word } from './settings';

/* What the walk along four paths leaves: two lanes each. */
export let equityA: v128 = i64x2.splat(0);
export let equityB: v128 = i64x2.splat(0);
export let drawdownA: v128 = i64x2.splat(0);
export let drawdownB: v128 = i64x2.splat(0);
/** Infinity where no month counts. */
export let worstA: v128 = i64x2.splat(0);
export let worstB: v128 = i64x2.splat(0);
export let sumOfReturnsA: v128 = i64x2.splat(0);
export let sumOfReturnsB: v128 = i64x2.splat(0);
/** All ones where the account was closed. */
export let closedA: v128 = i64x2.splat(0);
export let closedB: v128 = i64x2.splat(0);

/**
 * The walk, once for each combination of its switches, which are constants where it is inlined. `shares`: the path holds
 * shares and becomes dollars; `stop`: nothing is traded behind a closed account; `returns`: they are kept, for ratios.
 */
@inline function walkWith(path: usize, shares: bool, stop: bool, returns: bool): void {
  const zero = i64x2.splat(0);
  const sign = i64x2.splat(i64.MIN_VALUE);
  const initial = f64x2.splat(number(layout.INITIAL_EQUITY));
  const level = f64x2.splat(number(layout.RUIN_LEVEL));
  let ea = initial, eb = initial, peakA = initial, peakB = initial;
  let sumA = zero, sumB = zero, downA = zero, downB = zero, ra = zero, rb = zero;
  let lowestA = f64x2.splat(Infinity), lowestB = lowestA;
  let openA: v128 = i64x2.splat(-1), openB = openA;
  let at = path;
  const toReturns = address(layout.RETURNS) - path;
  let months = address(layout.MONTH_END);
  const lastMonth = months + (<usize>word(layout.MONTHS) << 2);
  for (; months < lastMonth; months += 4) {
    const startA = ea;
    const startB = eb;
    const end = path + (<usize>load<u32>(months) << 5);
    for (; at < end; at += 32) {
      let a = v128.load(at);
      let b = v128.load(at, 16);
      if (stop) {
        a = v128.bitselect(a, sign, openA);
        b = v128.bitselect(b, sign, openB);
      }
      if (returns) {
        const returnA = shares ? a : v128.and(f64x2.div(a, ea), f64x2.gt(ea, zero));
        const returnB = shares ? b : v128.and(f64x2.div(b, eb), f64x2.gt(eb, zero));
        v128.store(at + toReturns, returnA);
        v128.store(at + toReturns, returnB, 16);
        ra = f64x2.add(ra, returnA);
        rb = f64x2.add(rb, returnB);
      }
      if (shares) {
        // A missed trade stays marked, whatever the sign of the equity; an executed one never becomes so.
        a = v128.bitselect(sign, f64x2.add(f64x2.mul(ea, a), zero), i64x2.eq(a, sign));
        b = v128.bitselect(sign, f64x2.add(f64x2.mul(eb, b), zero), i64x2.eq(b, sign));
      }
      if (shares || stop) {
        v128.store(at, a);
        v128.store(at, b, 16);
      }
      if (shares) {
        ea = f64x2.add(ea, a);
        eb = f64x2.add(eb, b);
      } else {
        sumA = f64x2.add(sumA, a);
        sumB = f64x2.add(sumB, b);
        ea = f64x2.add(initial, sumA);
        eb = f64x2.add(initial, sumB);
      }
      peakA = f64x2.pmax(peakA, ea);
      peakB = f64x2.pmax(peakB, eb);
      downA = f64x2.pmax(downA, f64x2.div(f64x2.sub(peakA, ea), peakA));
      downB = f64x2.pmax(downB, f64x2.div(f64x2.sub(peakB, eb), peakB));
      if (stop) {
        openA = v128.and(openA, f64x2.gt(ea, level));
        openB = v128.and(openB, f64x2.gt(eb, level));
      }
    }
    const hundred = f64x2.splat(100);
    const infinity = f64x2.splat(Infinity);
    const changeA = f64x2.mul(f64x2.div(f64x2.sub(ea, startA), startA), hundred);
    const changeB = f64x2.mul(f64x2.div(f64x2.sub(eb, startB), startB), hundred);
    lowestA = f64x2.pmin(lowestA, v128.bitselect(changeA, infinity, f64x2.gt(startA, zero)));
    lowestB = f64x2.pmin(lowestB, v128.bitselect(changeB, infinity, f64x2.gt(startB, zero)));
  }
  equityA = ea;
  equityB = eb;
  drawdownA = downA;
  drawdownB = downB;
  worstA = lowestA;
  worstB = lowestB;
  sumOfReturnsA = ra;
  sumOfReturnsB = rb;
  closedA = v128.not(openA);
  closedB = v128.not(openB);
}

function walkDollars(path: usize): void {
  walkWith(path, false, false, true);
}
function walkDollarsOnly(path: usize): void {
  walkWith(path, false, false, false);
}
function walkDollarsStop(path: usize): void {
  walkWith(path, false, true, true);
}
function walkDollarsStopOnly(path: usize): void {
  walkWith(path, false, true, false);
}
function walkShares(path: usize): void {
  walkWith(path, true, false, true);
}
function walkSharesOnly(path: usize): void {
  walkWith(path, true, false, false);
}
function walkSharesStop(path: usize): void {
  walkWith(path, true, true, true);
}
function walkSharesStopOnly(path: usize): void {
  walkWith(path, true, true, false);
}

/** Walks along four paths, which become those of their gains [dollars; -0 where nothing was traded]. */
export function walk(path: usize): void {
  const returns = word(layout.WANT_RETURNS);
  const stop = word(layout.STOP);
  if (word(layout.SHARES)) {
    if (stop) {
      if (returns) walkSharesStop(path);
      else walkSharesStopOnly(path);
    } else if (returns) walkShares(path);
    else walkSharesOnly(path);
  } else if (stop) {
    if (returns) walkDollarsStop(path);
    else walkDollarsStopOnly(path);
  } else if (returns) walkDollars(path);
  else walkDollarsOnly(path);
}
