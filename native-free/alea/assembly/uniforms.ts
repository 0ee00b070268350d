import { words } from './lanes';

/** T = 2091639 s + carry of two lanes, the carry being the high words of the T before. */
@inline function totalsLow(s: v128, before: v128): v128 {
  return i64x2.add(i64x2.extmul_low_i32x4_u(s, i32x4.splat(2091639)), i64x2.shr_u(before, 32));
}
@inline function totalsHigh(s: v128, before: v128): v128 {
  return i64x2.add(i64x2.extmul_high_i32x4_u(s, i32x4.splat(2091639)), i64x2.shr_u(before, 32));
}

/** word x 2^-32 of two lanes. Nothing is rounded: 2^20 + word x 2^-32 is the double whose low half is the word. */
@inline function uniforms(totals: v128): v128 {
  const two20 = f64x2.splat(1048576.0);
  return f64x2.sub(v128.shuffle<u32>(totals, two20, 0, 5, 2, 7), two20);
}

/** Two steps of two lanes to the tape, which is read backwards: the first step behind the second. */
@inline function put(to: usize, lane: usize, first: v128, second: v128): void {
  const a = uniforms(first);
  const b = uniforms(second);
  v128.store(to, v128.shuffle<u64>(b, a, 0, 2));
  v128.store(to - lane, v128.shuffle<u64>(b, a, 1, 3));
}

/**
 * Draws `steps` (even) uniforms in each of the eight lanes whose states lie at `states`, so that they can be read from
 * the end of `tape` backwards, lane 0 first. Two groups of four lanes: the chain of carries of one fills the other's waits.
 */
export function drawEight(states: usize, tape: usize, steps: i32): void {
  const lane = <usize>steps << 3;
  let to = tape + (lane << 3) - 16;
  let s0 = v128.load(states);
  let s1 = v128.load(states, 16);
  let s2 = v128.load(states, 32);
  let low = i64x2.shl(v128.load(states, 48), 32);
  let high = i64x2.shl(v128.load(states, 64), 32);
  let r0 = v128.load(states, 80);
  let r1 = v128.load(states, 96);
  let r2 = v128.load(states, 112);
  let left = i64x2.shl(v128.load(states, 128), 32);
  let right = i64x2.shl(v128.load(states, 144), 32);
  for (; steps > 0; steps -= 2) {
    const low1 = totalsLow(s0, low);
    const high1 = totalsHigh(s0, high);
    const left1 = totalsLow(r0, left);
    const right1 = totalsHigh(r0, right);
    low = totalsLow(s1, low1);
    high = totalsHigh(s1, high1);
    left = totalsLow(r1, left1);
    right = totalsHigh(r1, right1);
    put(to, lane, low1, low);
    put(to - lane * 2, lane, high1, high);
    put(to - lane * 4, lane, left1, left);
    put(to - lane * 6, lane, right1, right);
    s0 = s2;
    s1 = words(low1, high1);
    s2 = words(low, high);
    r0 = r2;
    r1 = words(left1, right1);
    r2 = words(left, right);
    to -= 16;
  }
  v128.store(states, s0);
  v128.store(states, s1, 16);
  v128.store(states, s2, 32);
  v128.store(states, i64x2.shr_u(low, 32), 48);
  v128.store(states, i64x2.shr_u(high, 32), 64);
  v128.store(states, r0, 80);
  v128.store(states, r1, 96);
  v128.store(states, r2, 112);
  v128.store(states, i64x2.shr_u(left, 32), 128);
  v128.store(states, i64x2.shr_u(right, 32), 144);
}
