/*
 * Four generators side by side, one per lane: three words of state (u32x4) and the carries (two u64x2).
 */

/** The words of four lanes: the low halves of their T = 2091639 s + carry. */
@inline export function words(low: v128, high: v128): v128 {
  return v128.shuffle<u32>(low, high, 0, 2, 4, 6);
}

/** Draws `count` words of each lane to `tape`, 16 bytes per draw, from the state at `state`. */
export function draw(state: usize, tape: usize, count: i32): void {
  const multiplier = i32x4.splat(2091639);
  let s0 = v128.load(state);
  let s1 = v128.load(state, 16);
  let s2 = v128.load(state, 32);
  let low = v128.load(state, 48);
  let high = v128.load(state, 64);
  let rest = count;
  // Three draws replace the three words in their places.
  for (; rest >= 3; rest -= 3) {
    low = i64x2.add(i64x2.extmul_low_i32x4_u(s0, multiplier), low);
    high = i64x2.add(i64x2.extmul_high_i32x4_u(s0, multiplier), high);
    s0 = words(low, high);
    v128.store(tape, s0);
    low = i64x2.add(i64x2.extmul_low_i32x4_u(s1, multiplier), i64x2.shr_u(low, 32));
    high = i64x2.add(i64x2.extmul_high_i32x4_u(s1, multiplier), i64x2.shr_u(high, 32));
    s1 = words(low, high);
    v128.store(tape, s1, 16);
    low = i64x2.add(i64x2.extmul_low_i32x4_u(s2, multiplier), i64x2.shr_u(low, 32));
    high = i64x2.add(i64x2.extmul_high_i32x4_u(s2, multiplier), i64x2.shr_u(high, 32));
    s2 = words(low, high);
    v128.store(tape, s2, 32);
    low = i64x2.shr_u(low, 32);
    high = i64x2.shr_u(high, 32);
    tape += 48;
  }
  for (; rest > 0; rest--) {
    low = i64x2.add(i64x2.extmul_low_i32x4_u(s0, multiplier), low);
    high = i64x2.add(i64x2.extmul_high_i32x4_u(s0, multiplier), high);
    s0 = s1;
    s1 = s2;
    s2 = words(low, high);
    v128.store(tape, s2);
    low = i64x2.shr_u(low, 32);
    high = i64x2.shr_u(high, 32);
    tape += 16;
  }
  v128.store(state, s0);
  v128.store(state, s1, 16);
  v128.store(state, s2, 32);
  v128.store(state, low, 48);
  v128.store(state, high, 64);
}

/** One step of Mash on two generators. */
@inline function mash(n: v128, code: v128): v128 {
  const first = f64x2.mul(f64x2.splat(0.02519603282416938), f64x2.add(n, code));
  const whole = f64x2.floor(first);
  const second = f64x2.mul(f64x2.sub(first, whole), whole);
  const whole2 = f64x2.floor(second);
  return f64x2.add(whole2, f64x2.mul(f64x2.sub(second, whole2), f64x2.splat(4294967296.0)));
}

/** The whole part modulo 2^32 of two Mash results (below 2^33) in the low words of the lanes: 2^52 puts an integer in the low bits. */
@inline function low32(n: v128): v128 {
  return f64x2.add(f64x2.floor(n), f64x2.splat(4503599627370496.0));
}

/**
 * Starts eight generators (two states of four) with the seeds base + (first + 0..7) x 1000003: the states follow each
 * other from `states`, 80 bytes each; `digits` is 20 x 64 bytes of work space. Eight, since one step of Mash waits for
 * the one before: more chains fill the wait.
 */
export function seedEight(base: u32, first: u32, states: usize, digits: usize): void {
  // Digit codes at digits + place x 64, most significant first; behind them a mask of the lanes that have that digit.
  for (let lane: u32 = 0; lane < 8; lane++) {
    const seed = base + (first + lane) * 1000003;
    let rest = seed;
    let at = digits + 9 * 64 + (lane << 3);
    let some: i64 = -1;
    for (let place = 0; place < 10; place++) {
      const quotient = rest / 10;
      store<f64>(at, <f64>(48 + <i32>(rest - quotient * 10)));
      store<i64>(at, some, 640);
      some = quotient == 0 ? 0 : -1;
      rest = quotient;
      at -= 64;
    }
  }
  let a = f64x2.splat(3941471299.0);
  let b = a;
  let c = a;
  let d = a;
  for (let word: usize = 0; word < 3; word++) {
    for (let at = digits; at < digits + 640; at += 64) {
      a = v128.bitselect(mash(a, v128.load(at)), a, v128.load(at, 640));
      b = v128.bitselect(mash(b, v128.load(at, 16)), b, v128.load(at, 656));
      c = v128.bitselect(mash(c, v128.load(at, 32)), c, v128.load(at, 672));
      d = v128.bitselect(mash(d, v128.load(at, 48)), d, v128.load(at, 688));
    }
    const blanks = i32x4.splat(word == 0 ? <i32>3707969490 : word == 1 ? 645086813 : <i32>3941471299);
    const to = states + (word << 4);
    v128.store(to, i32x4.sub(blanks, v128.shuffle<u32>(low32(a), low32(b), 0, 2, 4, 6)));
    v128.store(to, i32x4.sub(blanks, v128.shuffle<u32>(low32(c), low32(d), 0, 2, 4, 6)), 80);
  }
  const one = i64x2.splat(1);
  v128.store(states, one, 48);
  v128.store(states, one, 64);
  v128.store(states, one, 128);
  v128.store(states, one, 144);
}
