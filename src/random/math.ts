/**
 * exp, log and pow from + - * / sqrt and bits alone, so that they are the same to the last bit on every machine and
 * Node version (Math.exp, Math.log and Math.pow are not). `exp` and `log` equal V8's Math.exp and Math.log on x64.
 *
 * A port of fdlibm (e_exp.c, e_log.c, e_pow.c), with the one special value that V8 gives e. Errors below 1 ulp.
 *
 * ====================================================
 * Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved.
 *
 * Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice
 * is preserved.
 * ====================================================
 */

const words = new DataView(new ArrayBuffer(8));

/** Sign, exponent and the top 20 bits of the fraction, as a signed word. */
function highWord(x: number): number {
  words.setFloat64(0, x);
  return words.getInt32(0);
}
function lowWord(x: number): number {
  words.setFloat64(0, x);
  return words.getInt32(4);
}
function withHighWord(x: number, high: number): number {
  words.setFloat64(0, x);
  words.setInt32(0, high);
  return words.getFloat64(0);
}
function withoutLowWord(x: number): number {
  words.setFloat64(0, x);
  words.setInt32(4, 0);
  return words.getFloat64(0);
}
/** 2^k for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  return withHighWord(0, (k + 1023) << 20);
}

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INV_LN2 = 1.4426950408889634;
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019411;
// R(z) = r (exp(r) + 1) / (exp(r) - 1) = 2 + P1 z + ..., z = r^2, on [0, ln2 / 2].
const P1 = 0.16666666666666602;
const P2 = -0.0027777777777015593;
const P3 = 6.613756321437934e-5;
const P4 = -1.6533902205465252e-6;
const P5 = 4.1381367970572385e-8;

/** e^x. exp(NaN) = NaN, exp(Infinity) = Infinity, exp(-Infinity) = 0. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > EXP_OVERFLOW) return Infinity;
  if (x < EXP_UNDERFLOW) return 0;
  const size = highWord(x) & 0x7fffffff;
  let high = 0;
  let low = 0;
  let k = 0;
  let r = x;
  if (size > 0x3fd62e42) {
    // |x| > ln2 / 2: x = k ln2 + r, r = high - low.
    if (size < 0x3ff0a2b2) {
      if (x === 1) return 2.718281828459045;
      high = x < 0 ? x + LN2_HIGH : x - LN2_HIGH;
      low = x < 0 ? -LN2_LOW : LN2_LOW;
      k = x < 0 ? -1 : 1;
    } else {
      k = Math.trunc(INV_LN2 * x + (x < 0 ? -0.5 : 0.5));
      high = x - k * LN2_HIGH;
      low = k * LN2_LOW;
    }
    r = high - low;
  } else if (size < 0x3e300000) {
    return 1 + x;
  }
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k === 1024) return y * 2 * 8.98846567431158e307;
  if (k >= -1021) return y * powerOfTwo(k);
  return y * powerOfTwo(k + 1000) * 9.332636185032189e-302;
}

// log(1 + f) = f - f^2/2 + s (f^2/2 + R), s = f / (2 + f), R = Lg1 s^2 + Lg2 s^4 + ...
const LG1 = 0.6666666666666735;
const LG2 = 0.3999999999940942;
const LG3 = 0.2857142874366239;
const LG4 = 0.22222198432149784;
const LG5 = 0.1818357216161805;
const LG6 = 0.15313837699209373;
const LG7 = 0.14798198605116586;

/** Natural logarithm. log(0) = -Infinity, NaN below. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  let k = 0;
  let scaled = x;
  if (highWord(x) < 0x00100000) {
    k = -54;
    scaled = x * 18014398509481984;
  }
  const high = highWord(scaled);
  k += (high >> 20) - 1023;
  const fraction = high & 0x000fffff;
  // Into [sqrt(2) / 2, sqrt(2)).
  const above = (fraction + 0x95f64) & 0x100000;
  k += above >> 20;
  const f = withHighWord(scaled, fraction | (above ^ 0x3ff00000)) - 1;
  if ((0x000fffff & (2 + fraction)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const R = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - R : k * LN2_HIGH - (R - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (LG2 + w * (LG4 + w * LG6));
  const t2 = z * (LG1 + w * (LG3 + w * (LG5 + w * LG7)));
  const R = t2 + t1;
  if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
    const half = 0.5 * f * f;
    return k === 0 ? f - (half - s * (half + R)) : k * LN2_HIGH - (half - (s * (half + R) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - R) : k * LN2_HIGH - (s * (f - R) - k * LN2_LOW - f);
}

// log(x) - 2s - 2/3 s^3 for the two-piece logarithm of pow.
const L1 = 0.5999999999999946;
const L2 = 0.4285714285785502;
const L3 = 0.33333332981837743;
const L4 = 0.272728123808534;
const L5 = 0.23066074577556175;
const L6 = 0.20697501780033842;
const LG2_WHOLE = 0.6931471805599453;
const LG2_HIGH = 0.6931471824645996;
const LG2_LOW = -1.904654299957768e-9;
const CP = 0.9617966939259756;
const CP_HIGH = 0.9617967009544373;
const CP_LOW = -7.028461650952758e-9;
const INV_LN2_HIGH = 1.4426950216293335;
const INV_LN2_LOW = 1.9259629911266175e-8;
/** -(1024 - log2(overflow + half an ulp)). */
const OVERFLOW_TAIL = 8.008566259537294e-17;

/** log2 of a positive normal or subnormal x as a sum, the first part with 21 significant bits. Written by log2Parts. */
let log2_high = 0;
let log2_low = 0;

function log2Parts(x: number): void {
  let n = 0;
  let ax = x;
  if (highWord(x) < 0x00100000) {
    ax *= 9007199254740992;
    n = -53;
  }
  let ix = highWord(ax);
  n += (ix >> 20) - 0x3ff;
  const j = ix & 0x000fffff;
  ix = j | 0x3ff00000;
  let k = 0;
  if (j > 0x3988e && j < 0xbb67a) k = 1;
  else if (j >= 0xbb67a) {
    n += 1;
    ix -= 0x00100000;
  }
  ax = withHighWord(ax, ix);
  const bp = k === 0 ? 1 : 1.5;
  const u = ax - bp;
  const v = 1 / (ax + bp);
  const ss = u * v;
  const s_h = withoutLowWord(ss);
  let t_h = withHighWord(0, ((ix >> 1) | 0x20000000) + 0x00080000 + (k << 18));
  let t_l = ax - (t_h - bp);
  const s_l = v * (u - s_h * t_h - s_h * t_l);
  let s2 = ss * ss;
  let r = s2 * s2 * (L1 + s2 * (L2 + s2 * (L3 + s2 * (L4 + s2 * (L5 + s2 * L6)))));
  r += s_l * (s_h + ss);
  s2 = s_h * s_h;
  t_h = withoutLowWord(3 + s2 + r);
  t_l = r - (t_h - 3 - s2);
  const u2 = s_h * t_h;
  const v2 = s_l * t_h + t_l * ss;
  const p_h = withoutLowWord(u2 + v2);
  const p_l = v2 - (p_h - u2);
  const z_h = CP_HIGH * p_h;
  const z_l = CP_LOW * p_h + p_l * CP + (k === 0 ? 0 : 1.350039202129749e-8);
  const dp_h = k === 0 ? 0 : 0.5849624872207642;
  log2_high = withoutLowWord(z_h + z_l + dp_h + n);
  log2_low = z_l - (log2_high - n - dp_h - z_h);
}

/** log2 for |y| > 2^31, where only |1 - x| <= 2^-20 is left: a short series. */
function log2PartsNearOne(x: number): void {
  const t = x - 1;
  const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25));
  const u = INV_LN2_HIGH * t;
  const v = t * INV_LN2_LOW - w * INV_LN2;
  log2_high = withoutLowWord(u + v);
  log2_low = v - (log2_high - u);
}

/** 2^(high + low), |low| small beside high. */
function exp2Parts(p_h: number, p_l: number): number {
  const sum = p_l + p_h;
  const j = highWord(sum);
  const i = j & 0x7fffffff;
  let n = 0;
  let rest = p_h;
  if (i > 0x3fe00000) {
    const half = j + (0x00100000 >> ((i >> 20) - 0x3ff + 1));
    const k = ((half & 0x7fffffff) >> 20) - 0x3ff;
    rest -= withHighWord(0, half & ~(0x000fffff >> k));
    n = ((half & 0x000fffff) | 0x00100000) >> (20 - k);
    if (j < 0) n = -n;
  }
  let t = withoutLowWord(p_l + rest);
  const u = t * LG2_HIGH;
  const v = (p_l - (t - rest)) * LG2_WHOLE + t * LG2_LOW;
  let z = u + v;
  const w = v - (z - u);
  t = z * z;
  const t1 = z - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  const r = (z * t1) / (t1 - 2) - (w + z * w);
  z = 1 - (r - z);
  const high = highWord(z) + (n << 20);
  // A subnormal result is scaled in two steps so that it is rounded once.
  if (high >> 20 <= 0) return z * powerOfTwo(n + 54) * 5.551115123125783e-17;
  return withHighWord(z, high);
}

/** x^y for x >= 0 and finite y: fdlibm's e_pow. Other arguments are a programmer's error, and NaN. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (!(x >= 0) || !Number.isFinite(y)) return NaN;
  if (y === 1) return x;
  if (y === -1) return 1 / x;
  if (y === 2) return x * x;
  if (y === 0.5) return Math.sqrt(x);
  if (x === 0 || x === Infinity || x === 1) return y < 0 ? 1 / x : x;
  const size_x = highWord(x);
  const size_y = highWord(y) & 0x7fffffff;
  if (size_y > 0x41e00000) {
    if (size_y > 0x43f00000) return x < 1 === y < 0 ? Infinity : 0;
    if (size_x < 0x3fefffff) return y < 0 ? Infinity : 0;
    if (size_x > 0x3ff00000) return y > 0 ? Infinity : 0;
    log2PartsNearOne(x);
  } else {
    log2Parts(x);
  }
  const y1 = withoutLowWord(y);
  const p_l = (y - y1) * log2_high + y * log2_low;
  const p_h = y1 * log2_high;
  const z = p_l + p_h;
  const j = highWord(z);
  if (j >= 0x40900000) {
    if (((j - 0x40900000) | lowWord(z)) !== 0 || p_l + OVERFLOW_TAIL > z - p_h) return Infinity;
  } else if ((j & 0x7fffffff) >= 0x4090cc00) {
    if (((j - (0xc090cc00 | 0)) | lowWord(z)) !== 0 || p_l <= z - p_h) return 0;
  }
  return exp2Parts(p_h, p_l);
}
