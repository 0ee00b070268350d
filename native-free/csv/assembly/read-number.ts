import { ASCII, highWord, power } from './decimals';

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
