import { POWERS, POWER_MIN } from '../layout';

@inline function power(k: i32): usize {
  return <usize>(POWERS + ((k - POWER_MIN) << 4));
}

/** The high word of a 64 x 64 bit product. */
@inline function highWord(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = ((a0 * b0) >> 32) + (p01 & 0xffffffff) + (p10 & 0xffffffff);
  return a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

const ASCII: u64 = 0x3030303030303030;

/** Eight decimal digits as bytes 0 .. 9, the first in the lowest byte. */
@inline function eightDigits(value: u32): u64 {
  const high = value / 10000;
  let v = <u64>high | (<u64>(value - high * 10000) << 32);
  const t = ((v * 10486) >> 20) & 0x0000007f0000007f;
  v = t | ((v - t * 100) << 16);
  const tens = ((v * 103) >> 10) & 0x000f000f000f000f;
  return tens | ((v - tens * 10) << 8);
}

/** What `sixteenDigits` multiplies with. */
const FACTORS: usize = memory.data<u32>([
  3518437209, 3518437209, 3518437209, 3518437209, 10000, 10000, 10000, 10000, 10486, 10486, 10486, 10486, 6553599, 6553599, 6553599, 6553599,
  0x00670067, 0x00670067, 0x00670067, 0x00670067, 0x09ff09ff, 0x09ff09ff, 0x09ff09ff, 0x09ff09ff, 0x30303030, 0x30303030, 0x30303030, 0x30303030
], 16);

/** The same for two values below 10^8, one after the other: t + ((v - t x 10) << 8) is (v << 8) - t x (10 x 2^8 - 1), and so on. */
@inline function sixteenDigits(first: u32, second: u32): v128 {
  const both = i64x2.splat(<u64>first | (<u64>second << 32));
  const thousands = i64x2.shr_u(i64x2.extmul_low_i32x4_u(both, v128.load(FACTORS)), 45);
  const rest = i32x4.sub(i64x2.extend_low_i32x4_u(both), i32x4.mul(thousands, v128.load(FACTORS, 16)));
  let v = v128.or(thousands, i64x2.shl(rest, 32));
  const hundreds = i32x4.shr_u(i32x4.mul(v, v128.load(FACTORS, 32)), 20);
  v = i32x4.sub(i32x4.shl(v, 16), i32x4.mul(hundreds, v128.load(FACTORS, 48)));
  const tens = i16x8.shr_u(i16x8.mul(v, v128.load(FACTORS, 64)), 10);
  return i16x8.sub(i16x8.shl(v, 8), i16x8.mul(tens, v128.load(FACTORS, 80)));
}

/** Byte numbers: sixteen from the n-th on are a shift by n bytes. */
const PLACES: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
]);
/** The bytes from the n-th on (0 .. 16), moved to the front. */
@inline function from(bytes: v128, n: i32): v128 {
  return i8x16.swizzle(bytes, v128.load(PLACES + <usize>n));
}

/**
 * Writes (high x 10^8 + low) x 10^exponent, above 0 and below 10^17, as JavaScript prints it (ECMA-262, Number::toString), and returns
 * where it ends. May write up to 34 bytes beyond `at`.
 */
function writeDecimal(at: usize, high: u32, low: u32, exponent: i32): usize {
  // 17 digits with leading zeros: one, and sixteen in a vector.
  const first = high / 100000000;
  const values = sixteenDigits(high - first * 100000000, low);
  const notZero = ~i8x16.bitmask(i8x16.eq(values, i64x2.splat(0))) & 0xffff;
  const digits = v128.or(values, v128.load(FACTORS, 96));
  // Where the number begins in the vector (17 digits: before it) and where its last digit that is no zero ends.
  const begin: i32 = first ? -1 : ctz(notZero);
  const end: i32 = 32 - clz(notZero);
  // As the specification names them: k digits, the point after the n-th.
  const k = end - begin;
  const n = 16 - begin + exponent;
  if (-6 < n && n <= 0) {
    store<u64>(at, 0x3030303030302e30);
    at += 2 - n;
  }
  store<u8>(at, 48 + first);
  v128.store(at + <usize>(first != 0), from(digits, first ? 0 : begin));
  if (0 < n && n <= 21) {
    if (k <= n) {
      for (let i = 16 - begin; i < n; i++) store<u8>(at + i, 48);
      return at + n;
    }
    store<u8>(at + n, 46);
    v128.store(at + n, from(digits, 16 + exponent), 1);
    return at + k + 1;
  }
  if (-6 < n && n <= 0) return at + k;
  if (k > 1) {
    store<u8>(at, 46, 1);
    v128.store(at, from(digits, begin + 1), 2);
    at += k;
  }
  let e = n - 1;
  store<u8>(at, 101, 1);
  store<u8>(at, e < 0 ? 45 : 43, 2);
  if (e < 0) e = -e;
  at += 3;
  if (e >= 100) {
    store<u8>(at++, 48 + e / 100);
    e %= 100;
    store<u8>(at++, 48 + e / 10);
  } else if (e >= 10) store<u8>(at++, 48 + e / 10);
  store<u8>(at, 48 + (e % 10));
  return at + 1;
}

/** Writes an unsigned integer. */
export function writeInteger(at: usize, value: u32): usize {
  if (value >= 100000000) return writeDecimal(at, value / 100000000, value % 100000000, 0);
  const digits = eightDigits(value);
  // At least the last digit, a zero or not.
  const zeros = ctz(digits | 0x0100000000000000) >> 3;
  store<u64>(at, (digits | ASCII) >> (zeros << 3));
  return at + 8 - <usize>zeros;
}

/**
 * Writes a number as String(x) does, -0 as 0: the shortest digits that read back to it and of those the nearest, by
 * Dragonbox (Junekey Jeon, "Dragonbox: A New Floating-Point Binary-to-Decimal Conversion Algorithm", 2020; the steps
 * are those of his https://github.com/jk-jeon/dragonbox, Apache-2.0 with LLVM exceptions), kappa = 2.
 *
 * Here with five of nine products, for the numbers that are neither whole nor a power of two: whatever the bits left out could change
 * (fewer than 1 in 100) is left to `writeExactly`.
 */
@inline export function writeNumber(at: usize, x: f64): usize {
  const bits = reinterpret<u64>(x);
  const significand = bits & 0x000fffffffffffff;
  const biased = <i32>(bits >> 52) & 0x7ff;
  if (x == floor(x) || significand == 0 || <u32>(biased - 1) >= 0x7fe) return writeExactly(at, x);
  const two = (significand | 0x0010000000000000) << 1;
  const q = biased - 1075;
  // The power of ten that leaves three digits more than are wanted, and z, the upper end of the decimals that read back to x.
  const k = ((q * 1262611) >> 22) - 2;
  const beta = <u64>(q + ((-k * 1741647) >> 19));
  const high = load<u64>(power(-k), 8);
  const z = (two | 1) << beta;
  const z0 = z & 0xffffffff;
  const z1 = z >> 32;
  const p20 = z0 * (high & 0xffffffff);
  const p21 = z1 * (high & 0xffffffff);
  const p30 = z0 * (high >> 32);
  const p11 = z1 * <u64>load<u32>(power(-k), 4);
  // The fraction in units of 2^-32; what is left out is below 4 of them.
  const parts = (p11 >> 32) + (p20 >> 32) + (p21 & 0xffffffff) + (p30 & 0xffffffff);
  const whole = z1 * (high >> 32) + (p21 >> 32) + (p30 >> 32) + (parts >> 32);
  // The interval is delta long. Digits: nine, seven, and three, r.
  const delta = <u32>(high >> (63 - beta));
  const top = <u32>(whole / 10000000000);
  const bottom = whole - <u64>top * 10000000000;
  const seven = <u32>(bottom >> 3) / 125;
  const r = <u32>bottom - seven * 1000;
  const scaled = (r - (delta >> 1) + 50) * 656; // over 2^16: a hundredth
  const last: u32 = r < delta ? 0 : scaled >> 16;
  const eight = seven * 10 + last;
  if (
    // 0: perhaps the upper end itself, which does not count; so near 1 that what was left out may carry.
    u32(<u32>parts - 1) >= 0xfffffffa ||
    // On the lower end, as far as these digits tell; or half way.
    r == delta ||
    (i32(r > delta) & i32((scaled & 0xffff) < 656)) ||
    eight >= 100000000
  ) {
    return writeExactly(at, x);
  }
  store<u8>(at, 45);
  at += <usize>(bits >> 63);
  // As in writeDecimal, but a digit always stands behind the point.
  const first = top / 100000000;
  const values = sixteenDigits(top - first * 100000000, eight);
  const notZero = ~i8x16.bitmask(i8x16.eq(values, i64x2.splat(0))) & 0xffff;
  const digits = v128.or(values, v128.load(FACTORS, 96));
  const begin: i32 = first ? -1 : ctz(notZero);
  const end: i32 = 32 - clz(notZero);
  const n = 18 - begin + k;
  if (n > 0) {
    store<u8>(at, 48 + first);
    v128.store(at + <usize>(first != 0), from(digits, first ? 0 : begin));
    store<u8>(at + n, 46);
    v128.store(at + n, from(digits, 18 + k), 1);
    return at + (end - begin) + 1;
  }
  if (n > -6) {
    store<u64>(at, 0x3030303030302e30);
    at += 2 - n;
    store<u8>(at, 48 + first);
    v128.store(at + <usize>(first != 0), from(digits, first ? 0 : begin));
    return at + (end - begin);
  }
  return writeDecimal(at, top, eight, k + 2);
}

/** As `writeNumber`, for any number. */
function writeExactly(at: usize, x: f64): usize {
  const bits = reinterpret<u64>(x);
  const significand = bits & 0x000fffffffffffff;
  const biased = <i32>(bits >> 52) & 0x7ff;
  if (biased == 0x7ff && significand != 0) {
    store<u32>(at, 0x4e614e); // NaN
    return at + 3;
  }
  if (bits << 1 == 0) {
    store<u8>(at, 48);
    return at + 1;
  }
  if (<i64>bits < 0) {
    store<u8>(at, 45);
    at++;
  }
  if (biased == 0x7ff) {
    store<u64>(at, 0x7974696e69666e49); // Infinity
    return at + 8;
  }
  let c = significand;
  let q = -1074;
  if (biased != 0) {
    c |= 0x0010000000000000;
    q = biased - 1075;
    // An integer below 2^53 is its own digits.
    if (q <= 0 && q > -53 && (c & ((<u64>1 << <u64>-q) - 1)) == 0) {
      const whole = c >> <u64>-q;
      return whole < 100000000
        ? writeInteger(at, <u32>whole)
        : writeDecimal(at, <u32>(whole / 100000000), <u32>(whole % 100000000), 0);
    }
    if (significand == 0 && biased > 1) return writePowerOfTwo(at, q);
  }
  // The power of ten that leaves three digits more than are wanted, and z, the upper end of the decimals that read back to x.
  const k = ((q * 1262611) >> 22) - 2;
  const beta = <u64>(q + ((-k * 1741647) >> 19));
  const low = load<u64>(power(-k));
  const high = load<u64>(power(-k), 8);
  const two = c << 1;
  const z = (two | 1) << beta;
  const carried = highWord(low, z);
  const fraction = high * z + carried;
  const whole = highWord(high, z) + <u64>(fraction < carried);
  // The interval is delta long. Digits: nine, seven, and three, r.
  const delta = <u32>(high >> (63 - beta));
  let top = <u32>(whole / 10000000000);
  const bottom = whole - <u64>top * 10000000000;
  const middle = <u32>(bottom >> 3) / 125;
  let r = <u32>bottom - middle * 1000;
  let seven: i32 = middle;
  let last: i32 = 0;
  let short = r < delta;
  if (r == 0 && fraction == 0 && (c & 1)) {
    // The upper end itself, which does not count.
    seven--;
    r = 1000;
    short = false;
  } else if (r == delta) {
    const x1 = highWord(low, two - 1) + high * (two - 1);
    const x0 = low * (two - 1);
    const isInteger = ((x1 << beta) | (x0 >> (64 - beta))) == 0;
    short = ((x1 >> (64 - beta)) & 1) != 0 || (isInteger && (c & 1) == 0);
  }
  if (!short) {
    const distance = r - (delta >> 1) + 50;
    const scaled = distance * 656; // over 2^16: a hundredth
    last = scaled >> 16;
    if ((scaled & 0xffff) < 656) {
      // Half way, as far as these digits tell.
      const y1 = highWord(low, two) + high * two;
      const y0 = low * two;
      const isInteger = ((y1 << beta) | (y0 >> (64 - beta))) == 0;
      if (((y1 >> (64 - beta)) & 1) != <u64>(distance & 1)) last--;
      else if (isInteger) last -= last & 1;
    }
  }
  let eight: i32 = seven * 10 + last;
  if (<u32>eight >= 100000000) {
    const carry = eight < 0 ? -1 : 1;
    top += carry;
    eight -= carry * 100000000;
  }
  return writeDecimal(at, top, eight, k + 2);
}

/** As `writeNumber` for 2^(q + 52), whose neighbour below is nearer than the one above. */
function writePowerOfTwo(at: usize, q: i32): usize {
  const k = (q * 1262611 - 524031) >> 22;
  const beta = <u64>(q + ((-k * 1741647) >> 19));
  const high = load<u64>(power(-k), 8);
  const lower = ((high - (high >> 54)) >> (11 - beta)) + <u64>(q != 2 && q != 3);
  const upper = (high + (high >> 53)) >> (11 - beta);
  let value = upper / 10;
  if (value * 10 >= lower) value *= 10;
  else {
    value = ((high >> (10 - beta)) + 1) >> 1;
    if (q == -77) value -= value & 1;
    else if (value < lower) value++;
  }
  return writeDecimal(at, <u32>(value / 100000000), <u32>(value % 100000000), k);
}

/** Where the number read last ended. */
export let readEnd: usize = 0;

@inline function isEightDigits(v: u64): bool {
  return ((v & 0xf0f0f0f0f0f0f0f0) | (((v + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) == 0x3333333333333333;
}

@inline function eightDigitsValue(v: u64): u64 {
  v -= ASCII;
  v = v * 10 + (v >> 8);
  return ((v & 0x000000ff000000ff) * 0x000f424000000064 + ((v >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
}

/** The powers of ten that are exact doubles. */
const EXACT_POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
  1e22,
]);
@inline function exactPower(k: i32): f64 {
  return load<f64>(EXACT_POWERS + (<usize>k << 3));
}

/**
 * Reads a decimal of at most 19 digits from `at`, correctly rounded as Number() does, and sets `readEnd`. `readEnd` is
 * 0 where no number stands there, or one that this does not read (more digits, a value below the normal range).
 */
export function readNumber(at: usize): f64 {
  let sign: u64 = 0;
  let c: i32 = load<u8>(at);
  if (c == 45) {
    sign = 0x8000000000000000;
    c = load<u8>(++at);
  }
  if (c > 57) {
    if (c == 78 && sign == 0 && load<u8>(at, 1) == 97 && load<u8>(at, 2) == 78) {
      readEnd = at + 3;
      return NaN;
    }
    readEnd = load<u64>(at) == 0x7974696e69666e49 ? at + 8 : 0;
    return reinterpret<f64>(0x7ff0000000000000 | sign);
  }
  let w: u64 = 0;
  let digits: i32 = 0;
  let q: i32 = 0;
  const start = at;
  let d = c - 48;
  while (<u32>d < 10) {
    w = w * 10 + d;
    d = <i32>load<u8>(++at) - 48;
  }
  digits = <i32>(at - start);
  if (digits == 0) {
    readEnd = 0;
    return 0;
  }
  if (d == -2) {
    const point = ++at;
    let v = load<u64>(at);
    if (isEightDigits(v)) {
      w = w * 100000000 + eightDigitsValue(v);
      at += 8;
      v = load<u64>(at);
      if (isEightDigits(v)) {
        w = w * 100000000 + eightDigitsValue(v);
        at += 8;
      }
    }
    d = <i32>load<u8>(at) - 48;
    while (<u32>d < 10) {
      w = w * 10 + d;
      d = <i32>load<u8>(++at) - 48;
    }
    q = -<i32>(at - point);
    digits -= q;
    if (q == 0) {
      readEnd = 0;
      return 0;
    }
    // Leading zeros of 0.000123 are no digits of w.
    if (digits > 19 && load<u8>(start) == 48) {
      let zero = point;
      while (load<u8>(zero) == 48) zero++;
      digits = <i32>(at - zero);
    }
  }
  if (digits > 19) {
    readEnd = 0;
    return 0;
  }
  if (d == 53) {
    // e+123, e-7
    const negative = load<u8>(at, 1) == 45;
    at += negative || load<u8>(at, 1) == 43 ? 2 : 1;
    const from = at;
    let e: i32 = 0;
    d = <i32>load<u8>(at) - 48;
    while (<u32>d < 10 && at - from < 4) {
      e = e * 10 + d;
      d = <i32>load<u8>(++at) - 48;
    }
    if (at == from) {
      readEnd = 0;
      return 0;
    }
    q += negative ? -e : e;
  }
  readEnd = at;
  // Exact in both operands: one rounding.
  if (w <= 9007199254740992 && q >= -22 && q <= 22) {
    const whole = <f64>w;
    const value = q < 0 ? whole / exactPower(-q) : whole * exactPower(q);
    return reinterpret<f64>(reinterpret<u64>(value) | sign);
  }
  return reinterpret<f64>(round(w, q) | sign);
}

/**
 * The bits of w x 10^q rounded to nearest even, for 1 <= w < 10^19 (Daniel Lemire, "Number parsing at a gigabyte per
 * second", 2021, doi:10.1002/spe.2984; no fallback is needed for that many digits: Mushtak and Lemire 2023,
 * doi:10.1002/spe.3198). Sets `readEnd` to 0 below the normal range and above the largest number.
 */
function round(w: u64, q: i32): u64 {
  if (w == 0) return 0;
  if (q < -330 || q > 308) {
    readEnd = 0;
    return 0;
  }
  const shiftUp = clz(w);
  w <<= shiftUp;
  let low = load<u64>(power(q));
  let high = load<u64>(power(q), 8);
  if (q < -27 || q > 55) {
    // Here the method wants the power rounded down.
    if (low == 0) high--;
    low--;
  }
  let upper = highWord(w, high);
  let lower = w * high;
  if ((upper & 0x1ff) == 0x1ff) {
    const more = highWord(w, low);
    lower += more;
    if (more > lower) upper++;
  }
  const top = upper >> 63;
  const shift = top + 9;
  let mantissa = upper >> shift;
  let exponent = (((152170 + 65536) * q) >> 16) + 63 + <i32>top - <i32>shiftUp + 1023;
  if (exponent <= 0) {
    readEnd = 0;
    return 0;
  }
  // Exactly between two doubles: to the even one.
  if (lower <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == upper) mantissa &= ~<u64>1;
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= 0x0020000000000000) {
    mantissa = 0x0010000000000000;
    exponent++;
  }
  if (exponent >= 0x7ff) {
    readEnd = 0;
    return 0;
  }
  return (mantissa & 0x000fffffffffffff) | (<u64>exponent << 52);
}
