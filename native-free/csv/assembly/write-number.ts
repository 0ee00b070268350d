import { ASCII, highWord, power } from './decimals';

/** Eight decimal digits as bytes 0 .. 9, the first in the lowest byte. */
@inline function eightDigits(value: u32): u64 {
  const high = value / 10000;
  let v = <u64>high | (<u64>(value - high * 10000) << 32);
  const t = ((v * 10486) >> 20) & 0x0000007f0000007f;
  v = t | ((v - t * 100) << 16);
  const tens = ((v * 103) >> 10) & 0x000f000f000f000f;
  return tens | ((v - tens * 10) << 8);
}

/** What `sixteenDigits` multiplies with. Loaded, since V8 takes three instructions to make a constant vector. */
const FACTORS: usize = memory.data<u32>([
  3518437209, 10000, 10486, 100 * 65536 - 1, 103 * 0x10001, (10 * 256 - 1) * 0x10001, 0x30303030,
]);
@inline function factor(i: usize): v128 {
  return v128.load32_splat(FACTORS + (i << 2));
}

/** The same for two values below 10^8, one after the other: t + ((v - t x 10) << 8) is (v << 8) - t x (10 x 2^8 - 1), and so on. */
@inline function sixteenDigits(first: u32, second: u32): v128 {
  const both = i64x2.splat(<u64>first | (<u64>second << 32));
  const thousands = i64x2.shr_u(i64x2.extmul_low_i32x4_u(both, factor(0)), 45);
  const rest = i32x4.sub(i64x2.extend_low_i32x4_u(both), i32x4.mul(thousands, factor(1)));
  let v = v128.or(thousands, i64x2.shl(rest, 32));
  const hundreds = i32x4.shr_u(i32x4.mul(v, factor(2)), 20);
  v = i32x4.sub(i32x4.shl(v, 16), i32x4.mul(hundreds, factor(3)));
  const tens = i16x8.shr_u(i16x8.mul(v, factor(4)), 10);
  return i16x8.sub(i16x8.shl(v, 8), i16x8.mul(tens, factor(5)));
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
@inline function decimal(at: usize, high: u32, low: u32, exponent: i32): usize {
  // 17 digits with leading zeros: one, and sixteen in a vector.
  const first = high / 100000000;
  const values = sixteenDigits(high - first * 100000000, low);
  const notZero = ~i8x16.bitmask(i8x16.eq(values, i64x2.splat(0))) & 0xffff;
  const digits = v128.or(values, factor(6));
  // Where the number begins in the vector (17 digits: before it) and where its last digit that is no zero ends.
  const begin: i32 = first ? -1 : ctz(notZero);
  const end: i32 = 32 - clz(notZero);
  // As the specification names them: k digits, the point after the n-th.
  const k = end - begin;
  const n = 16 - begin + exponent;
  if (0 < n && n < k) {
    writeDigits(at, first, digits, begin);
    store<u8>(at + n, 46);
    v128.store(at + n, from(digits, 16 + exponent), 1);
    return at + k + 1;
  }
  if (-6 < n && n <= 0) {
    store<u64>(at, 0x3030303030302e30);
    at += 2 - n;
    writeDigits(at, first, digits, begin);
    return at + k;
  }
  return writeWholeOrPower(at, first, digits, begin, k, n);
}

@inline function writeDigits(at: usize, first: u32, digits: v128, begin: i32): void {
  store<u8>(at, 48 + first);
  v128.store(at + <usize>(first != 0), from(digits, first ? 0 : begin));
}

/** What has no digit behind a point, or is written with an exponent. */
function writeWholeOrPower(at: usize, first: u32, digits: v128, begin: i32, k: i32, n: i32): usize {
  writeDigits(at, first, digits, begin);
  if (0 < n && n <= 21) {
    for (let i = 16 - begin; i < n; i++) store<u8>(at + i, 48);
    return at + n;
  }
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

/** The same where it is not worth being written out in its caller. */
function writeDecimal(at: usize, high: u32, low: u32, exponent: i32): usize {
  return decimal(at, high, low, exponent);
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
  return decimal(at + <usize>(bits >> 63), top, eight, k + 2);
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
