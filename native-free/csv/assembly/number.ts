import { DIGITS, POWERS, POWER_MIN } from '../layout';

/** Low word of the last `multiply`; it returns the high word. */
let productLow: u64 = 0;

/** 64 x 64 -> 128 bits. */
@inline function multiply(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const p00 = a0 * b0;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = (p00 >> 32) + (p01 & 0xffffffff) + (p10 & 0xffffffff);
  productLow = (middle << 32) | (p00 & 0xffffffff);
  return a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

@inline function power(k: i32): usize {
  return <usize>(POWERS + ((k - POWER_MIN) << 4));
}

/** The product of a power of ten and cp, its fraction kept as one sticky bit. */
@inline function roundToOdd(low: u64, high: u64, cp: u64): u64 {
  const x1 = multiply(low, cp);
  let y1 = multiply(high, cp);
  const y0 = productLow + x1;
  if (y0 < x1) y1++;
  return y1 | <u64>(y0 > 1);
}

/** Eight decimal digits as bytes 0 .. 9, the first in the lowest byte. */
@inline function eightDigits(value: u32): u64 {
  const high = value / 10000;
  let v = <u64>high | (<u64>(value - high * 10000) << 32);
  let t = ((v * 10486) >> 20) & 0x0000007f0000007f;
  v = t | ((v - t * 100) << 16);
  t = ((v * 103) >> 10) & 0x000f000f000f000f;
  return t | ((v - t * 10) << 8);
}

const ASCII: u64 = 0x3030303030303030;

/**
 * Writes value x 10^exponent, value below 10^17, as JavaScript prints it (ECMA-262, Number::toString), and returns
 * where it ends. May write up to 32 bytes beyond.
 */
function writeDecimal(at: usize, value: u64, exponent: i32): usize {
  // 17 digits with leading zeros: one, eight, eight.
  const high = value / 100000000;
  const first = <u32>(high / 100000000);
  const middle = eightDigits(<u32>(high - <u64>first * 100000000));
  const last = eightDigits(<u32>(value - high * 100000000));
  store<u8>(DIGITS, 48 + first);
  store<u64>(DIGITS, middle | ASCII, 1);
  store<u64>(DIGITS, last | ASCII, 9);
  const zerosBefore = first ? 0 : middle ? 1 + (<i32>ctz(middle) >> 3) : 9 + (<i32>ctz(last) >> 3);
  const zerosBehind = last ? <i32>clz(last) >> 3 : middle ? 8 + (<i32>clz(middle) >> 3) : 16;
  const from: usize = DIGITS + zerosBefore;
  // As the specification names them: k digits, the point after the n-th.
  const k = 17 - zerosBefore - zerosBehind;
  const n = 17 - zerosBefore + exponent;
  if (0 < n && n <= 21) {
    v128.store(at, v128.load(from));
    v128.store(at, v128.load(from, 16), 16);
    if (k <= n) {
      for (let i = k; i < n; i++) store<u8>(at + i, 48);
      return at + n;
    }
    v128.store(at + n, v128.load(from + n), 1);
    store<u8>(at + n, 46);
    return at + k + 1;
  }
  if (-6 < n && n <= 0) {
    store<u64>(at, 0x3030303030302e30);
    at += 2 - n;
    v128.store(at, v128.load(from));
    v128.store(at, v128.load(from, 16), 16);
    return at + k;
  }
  store<u8>(at, load<u8>(from));
  if (k > 1) {
    v128.store(at, v128.load(from, 1), 2);
    store<u8>(at, 46, 1);
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
  if (value < 10) {
    store<u8>(at, 48 + value);
    return at + 1;
  }
  return writeDecimal(at, value, 0);
}

/**
 * Writes a number as String(x) does, -0 as 0: the shortest digits that read back to it, by Schubfach (Raffaele
 * Giulietti, "The Schubfach way to render doubles", 2020; the order of steps is that of Alexander Bolz' Drachennest).
 */
export function writeNumber(at: usize, x: f64): usize {
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
  let c: u64;
  let q: i32;
  if (biased != 0) {
    c = 0x0010000000000000 | significand;
    q = biased - 1075;
    // An integer below 2^53 is its own digits.
    if (q <= 0 && q > -53 && (c & ((<u64>1 << <u64>-q) - 1)) == 0) return writeDecimal(at, c >> <u64>-q, 0);
  } else {
    c = significand;
    q = -1074;
  }
  // The interval of decimals that read back to x; its ends count where c is even.
  const odd = c & 1;
  const lowerIsCloser = significand == 0 && biased > 1;
  const k = (q * 1262611 - (lowerIsCloser ? 524031 : 0)) >> 22;
  const h = <u64>(q + ((-k * 1741647) >> 19) + 1);
  const low = load<u64>(power(-k));
  const high = load<u64>(power(-k), 8);
  const cb = 4 * c;
  const vb = roundToOdd(low, high, cb << h);
  const lower = roundToOdd(low, high, (cb - 2 + <u64>lowerIsCloser) << h) + odd;
  const upper = roundToOdd(low, high, (cb + 2) << h) - odd;
  const s = vb >> 2;
  if (s >= 10) {
    const shorter = s / 10;
    const down = lower <= 40 * shorter;
    const up = 40 * shorter + 40 <= upper;
    if (down != up) return writeDecimal(at, shorter + <u64>up, k + 1);
  }
  const down = lower <= 4 * s;
  const up = 4 * s + 4 <= upper;
  if (down != up) return writeDecimal(at, s + <u64>up, k);
  const middle = 4 * s + 2;
  return writeDecimal(at, s + <u64>(vb > middle || (vb == middle && (s & 1) != 0)), k);
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
  let upper = multiply(w, high);
  let lower = productLow;
  if ((upper & 0x1ff) == 0x1ff) {
    const more = multiply(w, low);
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
