import * as layout from '../layout';
import { address, number, word } from './settings';
import { draw } from '../../alea/assembly/lanes';

/** High words of four 32 x 32-bit products: floor(u x m). */
@inline export function below(words: v128, m: v128): v128 {
  return v128.shuffle<u32>(i64x2.extmul_low_i32x4_u(words, m), i64x2.extmul_high_i32x4_u(words, m), 1, 3, 5, 7);
}

/** Drops `count` draws. */
export function drop(state: usize, count: i32): void {
  const tape = address(layout.TAPE);
  const most = layout.TAPE_PER_TRADE * word(layout.N);
  while (count > 0) {
    const now = count < most ? count : most;
    draw(state, tape, now);
    count -= now;
  }
}

/** Stage 1: the mask, all ones where a trade is missed, 16 bytes per trade. Lanes with too few executed draw again. */
export function skip(state: usize): void {
  const n = word(layout.N);
  const mask = address(layout.MASK);
  const tape = address(layout.TAPE);
  const end = mask + (<usize>n << 4);
  const last = i32x4.splat(word(layout.SKIP_LAST));
  draw(state, mask, n);
  let missed = i32x4.splat(0);
  for (let at = mask; at < end; at += 16) {
    const miss = i32x4.le_u(v128.load(at), last);
    v128.store(at, miss);
    missed = i32x4.sub(missed, miss);
  }
  const most = i32x4.splat(n - word(layout.MIN_EXECUTED));
  let again = i32x4.gt_s(missed, most);
  for (let redraw = word(layout.SKIP_REDRAWS); redraw > 0 && v128.any_true(again); redraw--) {
    const s0 = v128.load(state);
    const s1 = v128.load(state, 16);
    const s2 = v128.load(state, 32);
    const low = v128.load(state, 48);
    const high = v128.load(state, 64);
    draw(state, tape, n);
    // The other lanes keep their generators where they were.
    v128.store(state, v128.bitselect(v128.load(state), s0, again));
    v128.store(state, v128.bitselect(v128.load(state, 16), s1, again), 16);
    v128.store(state, v128.bitselect(v128.load(state, 32), s2, again), 32);
    v128.store(state, v128.bitselect(v128.load(state, 48), low, v128.shuffle<u32>(again, again, 0, 0, 1, 1)), 48);
    v128.store(state, v128.bitselect(v128.load(state, 64), high, v128.shuffle<u32>(again, again, 2, 2, 3, 3)), 64);
    missed = i32x4.splat(0);
    const shift = tape - mask;
    for (let at = mask; at < end; at += 16) {
      const miss = v128.bitselect(i32x4.le_u(v128.load(at + shift), last), v128.load(at), again);
      v128.store(at, miss);
      missed = i32x4.sub(missed, miss);
    }
    again = i32x4.gt_s(missed, most);
  }
}

/** Two lanes from two addresses. */
@inline export function pair(first: usize, second: usize): v128 {
  return v128.load_lane<u64>(second, v128.load_zero<u64>(first), 1);
}

/** Stage 2 by a table of outcomes. `bits`: two choices for each word, so its top bit; `state`: one word before says whether it counts. */
@inline function lookUp(tape: usize, bits: bool, state: bool): void {
  const n = word(layout.N);
  const list = address(layout.LIST);
  const end = list + (<usize>n << 5);
  const choices = i32x4.splat(word(layout.CHOICES));
  const firstChoices = i32x4.splat(word(layout.FIRST_CHOICES));
  const width: usize = bits ? 32 : <usize>(word(layout.CHOICES) * word(layout.FIRST_CHOICES)) << 3;
  let row = address(layout.TABLE);
  let late = address(layout.LATE);
  for (let at = list; at < end; at += 32) {
    let counts: v128 = i32x4.splat(-1);
    if (state) {
      counts = v128.and(i32x4.le_u(v128.load(tape), v128.load_splat<u32>(late)), v128.load_splat<u32>(late, 4));
      late += 8;
      tape += 16;
    }
    let outcome: v128;
    if (bits) {
      outcome = v128.or(
        v128.and(i32x4.shr_u(v128.load(tape), 27), i32x4.splat(16)),
        v128.and(i32x4.shr_u(v128.load(tape, 16), 28), i32x4.splat(8)),
      );
    } else {
      outcome = i32x4.add(
        i32x4.mul(below(v128.load(tape), firstChoices), choices),
        below(v128.load(tape, 16), choices),
      );
      outcome = i32x4.shl(outcome, 3);
    }
    if (state) outcome = v128.and(outcome, counts);
    const first = i64x2.extract_lane(outcome, 0);
    const second = i64x2.extract_lane(outcome, 1);
    v128.store(at, pair(row + <u32>first, row + <usize>(<u64>first >> 32)));
    v128.store(at, pair(row + <u32>second, row + <usize>(<u64>second >> 32)), 16);
    row += width;
    tape += 32;
  }
}

/** Stage 2 by impacts, clamped here: for many bars, where a table of all outcomes would be too large. */
@inline function addImpacts(tape: usize, state: bool): void {
  const n = word(layout.N);
  const list = address(layout.LIST);
  const end = list + (<usize>n << 5);
  const choices = i32x4.splat(word(layout.CHOICES));
  const width = <usize>word(layout.CHOICES) << 3;
  const toExit = address(layout.EXIT) - address(layout.TABLE);
  let row = address(layout.TABLE);
  let late = address(layout.LATE);
  let trade = address(layout.PNL);
  const toFloor = address(layout.FLOOR) - trade;
  const toCeiling = address(layout.CEILING) - trade;
  const never = f64x2.splat(Infinity);
  const sign = i64x2.splat(i64.MIN_VALUE);
  for (let at = list; at < end; at += 32) {
    let counts: v128 = i32x4.splat(-1);
    if (state) {
      counts = v128.and(i32x4.le_u(v128.load(tape), v128.load_splat<u32>(late)), v128.load_splat<u32>(late, 4));
      late += 8;
      tape += 16;
    }
    // No bars, no impact.
    const entry = v128.and(i32x4.shl(below(v128.load(tape), choices), 3), counts);
    const exit = v128.and(i32x4.shl(below(v128.load(tape, 16), choices), 3), counts);
    const pnl = v128.load_splat<u64>(trade);
    const lowest = v128.load_splat<u64>(trade + toFloor);
    const most = v128.load_splat<u64>(trade + toCeiling);
    for (let half: usize = 0; half < 2; half++) {
      const k = half == 0 ? i64x2.extract_lane(entry, 0) : i64x2.extract_lane(entry, 1);
      const j = half == 0 ? i64x2.extract_lane(exit, 0) : i64x2.extract_lane(exit, 1);
      const impact = f64x2.add(
        pair(row + <u32>k, row + <usize>(<u64>k >> 32)),
        pair(row + toExit + <u32>j, row + toExit + <usize>(<u64>j >> 32)),
      );
      const late = f64x2.pmin(f64x2.pmax(lowest, f64x2.sub(pnl, impact)), most);
      v128.store(at + (half << 4), v128.bitselect(sign, late, f64x2.eq(impact, never)));
    }
    row += width;
    trade += 8;
    tape += 32;
  }
}

/** Stage 2. */
export function delay(state: usize): void {
  const n = word(layout.N);
  const kind = word(layout.DELAY);
  if (kind == layout.DELAY_NONE) {
    let pnl = address(layout.PNL);
    const list = address(layout.LIST);
    const end = list + (<usize>n << 5);
    for (let at = list; at < end; at += 32) {
      const value = v128.load_splat<u64>(pnl);
      v128.store(at, value);
      v128.store(at, value, 16);
      pnl += 8;
    }
    return;
  }
  const tape = address(layout.TAPE);
  if (word(layout.STATE)) {
    draw(state, tape, 3 * n);
    if (kind == layout.DELAY_BY_BITS) lookUp(tape, true, true);
    else if (kind == layout.DELAY_BY_TABLE) lookUp(tape, false, true);
    else addImpacts(tape, true);
  } else {
    draw(state, tape, 2 * n);
    if (kind == layout.DELAY_BY_BITS) lookUp(tape, true, false);
    else if (kind == layout.DELAY_BY_TABLE) lookUp(tape, false, false);
    else addImpacts(tape, false);
  }
}

/** u of two lanes: the words become the low mantissa bits of 2^20 + u. */
@inline function uniform(words: v128): v128 {
  return f64x2.sub(words, f64x2.splat(1048576.0));
}

/** Stage 3, and the marks of the missed trades: -0. `keep`: some are marked already. */
@inline function slipAndStrike(tape: usize, slip: bool, strike: bool, keep: bool): void {
  const list = address(layout.LIST);
  const end = list + (<usize>word(layout.N) << 5);
  const exponent = i32x4.splat(0x41300000);
  const sign = i64x2.splat(i64.MIN_VALUE);
  let scale = address(layout.SCALE);
  const toMultiplier = address(layout.MULTIPLIERS) - scale;
  let mask = address(layout.MASK);
  for (let at = list; at < end; at += 32) {
    let a = v128.load(at);
    let b = v128.load(at, 16);
    if (slip) {
      const words = v128.load(tape);
      const most = v128.load_splat<u64>(scale);
      const times = v128.load_splat<u64>(scale + toMultiplier);
      const ua = uniform(v128.shuffle<u32>(words, exponent, 0, 4, 1, 5));
      const ub = uniform(v128.shuffle<u32>(words, exponent, 2, 6, 3, 7));
      const slippedA = f64x2.sub(a, f64x2.mul(f64x2.mul(ua, most), times));
      const slippedB = f64x2.sub(b, f64x2.mul(f64x2.mul(ub, most), times));
      a = keep ? v128.bitselect(a, slippedA, i64x2.eq(a, sign)) : slippedA;
      b = keep ? v128.bitselect(b, slippedB, i64x2.eq(b, sign)) : slippedB;
      tape += 16;
      scale += 8;
    }
    if (strike) {
      const missed = v128.load(mask);
      a = v128.bitselect(sign, a, v128.shuffle<u32>(missed, missed, 0, 0, 1, 1));
      b = v128.bitselect(sign, b, v128.shuffle<u32>(missed, missed, 2, 2, 3, 3));
      mask += 16;
    }
    v128.store(at, a);
    v128.store(at, b, 16);
  }
}

export function slip(state: usize): void {
  const tape = address(layout.TAPE);
  const strike = word(layout.SKIP);
  if (word(layout.SLIP)) {
    draw(state, tape, word(layout.N));
    if (word(layout.MAY_MISS)) {
      if (strike) slipAndStrike(tape, true, true, true);
      else slipAndStrike(tape, true, false, true);
    } else if (strike) slipAndStrike(tape, true, true, false);
    else slipAndStrike(tape, true, false, false);
  } else if (strike) slipAndStrike(tape, false, true, false);
}

/** Trades become shares of what they were made with. */
export function toShares(list: usize): void {
  const zero = i64x2.splat(0);
  const sign = i64x2.splat(i64.MIN_VALUE);
  const factor = f64x2.splat(number(layout.SHARE_FACTOR));
  const end = list + (<usize>word(layout.N) << 5);
  let base = address(layout.SHARE_BASE);
  for (let at = list; at < end; at += 32) {
    const made = v128.load_splat<u64>(base);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    // A loss so small that its share is none is no missed trade.
    const shareA = f64x2.add(f64x2.mul(factor, f64x2.div(a, made)), zero);
    const shareB = f64x2.add(f64x2.mul(factor, f64x2.div(b, made)), zero);
    v128.store(at, v128.bitselect(sign, shareA, i64x2.eq(a, sign)));
    v128.store(at, v128.bitselect(sign, shareB, i64x2.eq(b, sign)), 16);
    base += 8;
  }
}
