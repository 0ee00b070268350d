/*
 * permafrost.ts: what a model in AssemblyScript needs to be run by permafrost as WebAssembly (docs/wasm-models.md), ABI 1.
 *
 * `export { buffer, permafrost_abi } from ".../permafrost"` in the model. The generators Alea, Sfc32 and Philox, what is drawn from
 * them, and exp and log: each gives the bits that it gives in TypeScript. Make a generator once, outside of all functions, and start
 * it for each permutation: what is made with `new` in a loop is never given back.
 *
 * exp and log are a port of fdlibm (e_exp.c, e_log.c):
 * ====================================================
 * Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved.
 *
 * Developed at SunSoft, a Sun Microsystems, Inc. business.
 * Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice
 * is preserved.
 * ====================================================
 *
 * Alea and Mash: Copyright (C) 2010 Johannes Baagøe <baagoe@baagoe.org>, MIT licence
 * (http://baagoe.com/en/RandomMusings/javascript/). Permission is hereby granted, free of charge, to any person
 * obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software
 * without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute,
 * sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
 * subject to the following conditions: The above copyright notice and this permission notice shall be included in all
 * copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
 * EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE
 * AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
 * SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */

/** Room for what goes between engine and model [bytes]: enough for a thousand metrics. */
const BUFFER_BYTES: u32 = 65536;
const room = memory.data(65536, 16);

export function buffer(bytes: u32): usize {
  return bytes <= BUFFER_BYTES ? room : 0;
}
export function permafrost_abi(): i32 {
  return 1;
}

// ---- exp and log: the same bits on every machine ----

/** Sign, exponent and the top 20 bits of the fraction. */
@inline function highWord(x: f64): i32 {
  return <i32>(reinterpret<u64>(x) >> 32);
}
@inline function withHighWord(x: f64, high: i32): f64 {
  return reinterpret<f64>((<u64>(<u32>high) << 32) | (reinterpret<u64>(x) & 0xffffffff));
}
/** 2^k for -1022 <= k <= 1023. */
@inline function powerOfTwo(k: i32): f64 {
  return reinterpret<f64>(<u64>(<u32>(k + 1023)) << 52);
}

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const INV_LN2: f64 = 1.4426950408889634;
const P1: f64 = 0.16666666666666602;
const P2: f64 = -0.0027777777777015593;
const P3: f64 = 6.613756321437934e-5;
const P4: f64 = -1.6533902205465252e-6;
const P5: f64 = 4.1381367970572385e-8;

/** e^x. exp(NaN) = NaN, exp(Infinity) = Infinity, exp(-Infinity) = 0. */
export function exp(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const size = highWord(x) & 0x7fffffff;
  let high: f64 = 0;
  let low: f64 = 0;
  let k = 0;
  let r = x;
  if (size > 0x3fd62e42) {
    // |x| > ln2 / 2: x = k ln2 + r, r = high - low.
    if (size < 0x3ff0a2b2) {
      if (x == 1) return 2.718281828459045;
      high = x < 0 ? x + LN2_HIGH : x - LN2_HIGH;
      low = x < 0 ? -LN2_LOW : LN2_LOW;
      k = x < 0 ? -1 : 1;
    } else {
      k = <i32>(INV_LN2 * x + (x < 0 ? -0.5 : 0.5));
      high = x - <f64>k * LN2_HIGH;
      low = <f64>k * LN2_LOW;
    }
    r = high - low;
  } else if (size < 0x3e300000) {
    return 1 + x;
  }
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  if (k == 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k == 1024) return y * 2 * 8.98846567431158e307;
  if (k >= -1021) return y * powerOfTwo(k);
  return y * powerOfTwo(k + 1000) * 9.332636185032189e-302;
}

const LG1: f64 = 0.6666666666666735;
const LG2: f64 = 0.3999999999940942;
const LG3: f64 = 0.2857142874366239;
const LG4: f64 = 0.22222198432149784;
const LG5: f64 = 0.1818357216161805;
const LG6: f64 = 0.15313837699209373;
const LG7: f64 = 0.14798198605116586;

/** Natural logarithm. log(0) = -Infinity, NaN below. */
export function log(x: f64): f64 {
  if (x != x || x < 0) return NaN;
  if (x == 0) return -Infinity;
  if (x == Infinity) return x;
  let k = 0;
  let scaled = x;
  if (highWord(x) < 0x00100000) {
    k = -54;
    scaled = x * 18014398509481984.0;
  }
  const high = highWord(scaled);
  k += (high >> 20) - 1023;
  const fraction = high & 0x000fffff;
  // Into [sqrt(2) / 2, sqrt(2)).
  const above = (fraction + 0x95f64) & 0x100000;
  k += above >> 20;
  const f = withHighWord(scaled, fraction | (above ^ 0x3ff00000)) - 1;
  const n = <f64>k;
  // fdlibm takes k = 0 apart; these give the same bits for it, without a branch that goes either way.
  if ((0x000fffff & (2 + fraction)) < 3) {
    if (f == 0) return n * LN2_HIGH + n * LN2_LOW;
    const R = f * f * (0.5 - 0.3333333333333333 * f);
    return n * LN2_HIGH - (R - n * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (LG2 + w * (LG4 + w * LG6));
  const t2 = z * (LG1 + w * (LG3 + w * (LG5 + w * LG7)));
  const R = t2 + t1;
  if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
    const half = 0.5 * f * f;
    return n * LN2_HIGH - (half - (s * (half + R) + n * LN2_LOW) - f);
  }
  return n * LN2_HIGH - (s * (f - R) - n * LN2_LOW - f);
}

/** x^y for x >= 0 and finite y: the engine's own. */
// @ts-ignore: decorator
@external("permafrost", "pow")
export declare function pow(x: f64, y: f64): f64;

// ---- Generators. `seeds` of `start`: the address of the permutation's four words, seeds + 16 * i ----

/** Another generator than the study's would be the wrong random numbers: the permutation fails. */
@inline function expect(seeds: usize, generator: u32): void {
  if (load<u32>(seeds, 12) != generator) unreachable();
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain). */
@inline function fmix32(x: u32): u32 {
  let h = (x ^ (x >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}
@inline function substreamSeed(seed: u32, component: u32): u32 {
  return fmix32(seed + component * 0x9e3779b9);
}

/** Character codes of a seed's decimal digits. */
const digits = memory.data(80, 8);

function mash(from: f64, length: i32): f64 {
  let n = from;
  for (let at = 0; at < length; at++) {
    const first = 0.02519603282416938 * (n + load<f64>(digits + (at << 3)));
    const whole = Math.floor(first);
    const second = (first - whole) * whole;
    const whole2 = Math.floor(second);
    n = whole2 + (second - whole2) * 4294967296.0;
  }
  return n;
}

/** alea of seedrandom 3.0.5: 32-bit multiply-with-carry. */
@final export class Alea {
  private s0: u32 = 0;
  private s1: u32 = 0;
  private s2: u32 = 0;
  private carry: u32 = 1;
  private seed: u32 = 0;

  start(seeds: usize): void {
    expect(seeds, 0);
    this.reseed(load<u32>(seeds));
  }
  /** To the beginning of an independent stream of the permutation that `root` draws for: component = 1, 2, ... */
  substream(root: Alea, component: u32): void {
    const seed = root.seed;
    this.reseed(substreamSeed(seed, component));
    this.seed = seed;
  }
  private reseed(seed: u32): void {
    let length = 1;
    for (let power: u64 = 10; length < 10 && <u64>seed >= power; power *= 10) length++;
    let rest = seed;
    for (let at = length - 1; at >= 0; at--) {
      store<f64>(digits + (at << 3), <f64>(48 + (rest % 10)));
      rest /= 10;
    }
    const first = mash(3941471299.0, length);
    const second = mash(first, length);
    this.s0 = <u32>3707969490 - <u32>(<u64>first);
    this.s1 = <u32>645086813 - <u32>(<u64>second);
    this.s2 = <u32>3941471299 - <u32>(<u64>mash(second, length));
    this.carry = 1;
    this.seed = seed;
  }
  @inline uint32(): u32 {
    const t = <u64>2091639 * <u64>this.s0 + <u64>this.carry;
    this.s0 = this.s1;
    this.s1 = this.s2;
    this.s2 = <u32>t;
    this.carry = <u32>(t >> 32);
    return <u32>t;
  }
}

/** sfc32: Chris Doty-Humphrey, PractRand (public domain). */
@final export class Sfc32 {
  private a: u32 = 0;
  private b: u32 = 0;
  private c: u32 = 0;
  private counter: u32 = 1;
  private seed: u32 = 0;

  start(seeds: usize): void {
    expect(seeds, 4);
    this.reseed(load<u32>(seeds));
  }
  substream(root: Sfc32, component: u32): void {
    const seed = root.seed;
    this.reseed(substreamSeed(seed, component));
    this.seed = seed;
  }
  private reseed(seed: u32): void {
    this.a = 0;
    this.b = seed;
    this.c = 0;
    this.counter = 1;
    this.seed = seed;
    for (let i = 0; i < 12; i++) this.uint32();
  }
  @inline uint32(): u32 {
    const b = this.b;
    const c = this.c;
    const out = this.a + b + this.counter;
    this.counter++;
    this.a = b ^ (b >> 9);
    this.b = c + (c << 3);
    this.c = rotl<u32>(c, 21) + out;
    return out;
  }
}

/** Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405. Counter = (block, component, perm_index, 0). */
@final export class Philox {
  private key0: u32 = 0;
  private key1: u32 = 0;
  private perm: u32 = 0;
  private component: u32 = 0;
  private nextBlock: u32 = 0;
  private used: i32 = 4;
  private w0: u32 = 0;
  private w1: u32 = 0;
  private w2: u32 = 0;
  private w3: u32 = 0;

  start(seeds: usize): void {
    expect(seeds, 5);
    this.key0 = load<u32>(seeds);
    this.key1 = load<u32>(seeds, 4);
    this.perm = load<u32>(seeds, 8);
    this.component = 0;
    this.nextBlock = 0;
    this.used = 4;
  }
  substream(root: Philox, component: u32): void {
    this.key0 = root.key0;
    this.key1 = root.key1;
    this.perm = root.perm;
    this.component = component;
    this.nextBlock = 0;
    this.used = 4;
  }
  private next(): void {
    let c0 = this.nextBlock++;
    let c1 = this.component;
    let c2 = this.perm;
    let c3: u32 = 0;
    let k0 = this.key0;
    let k1 = this.key1;
    for (let round = 0; round < 10; round++) {
      const product0 = <u64>0xd2511f53 * <u64>c0;
      const product1 = <u64>0xcd9e8d57 * <u64>c2;
      c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
      c1 = <u32>product1;
      c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
      c3 = <u32>product0;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    this.w0 = c0;
    this.w1 = c1;
    this.w2 = c2;
    this.w3 = c3;
    this.used = 0;
  }
  uint32(): u32 {
    if (this.used == 4) this.next();
    const used = this.used++;
    return used == 0 ? this.w0 : used == 1 ? this.w1 : used == 2 ? this.w2 : this.w3;
  }
}

// ---- What is drawn from a generator: `uniform(rng)`. One draw each ----

/** Uniform on [0, 1). */
@inline export function uniform<R>(rng: R): f64 {
  return <f64>rng.uint32() * (1.0 / 4294967296.0);
}
/** floor(u m): an index 0 .. m - 1; m is 1 .. 2^21 - 1. */
@inline export function index<R>(rng: R, m: u32): u32 {
  return <u32>((<u64>rng.uint32() * <u64>m) >> 32);
}
/** An exponential value by inversion, in the unit of `mean`. */
@inline export function exponential<R>(rng: R, mean: f64): f64 {
  return -mean * log(1.0 - uniform<R>(rng));
}
/** A standard normal value: the quantile at the middle of the draw's 2^-32 interval. */
@inline export function normal<R>(rng: R): f64 {
  return normalQuantile((<f64>rng.uint32() + 0.5) * 2.3283064365386963e-10);
}
/** median x exp(sigma z) with z standard normal. */
@inline export function lognormal<R>(rng: R, median: f64, sigma: f64): f64 {
  return median * exp(sigma * normal<R>(rng));
}

// Numerators and denominators, constant term first.
const CENTRE = memory.data<f64>([
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227, 1, 42.31333070160091, 687.1870074920579, 5394.196021424751,
  21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854,
]);
const SHOULDER = memory.data<f64>([
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414, 1, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
  0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
]);
const TAIL = memory.data<f64>([
  6.657904643501103, 5.463783911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7, 1, 0.599832206555888, 0.1369298809227358,
  0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
]);

function ratio(terms: usize, r: f64): f64 {
  let n = load<f64>(terms, 56);
  let d = load<f64>(terms, 120);
  for (let at = terms + 48; at >= terms; at -= 8) {
    n = n * r + load<f64>(at);
    d = d * r + load<f64>(at, 64);
  }
  return n / d;
}

/** The quantile of the standard normal distribution, 0 < p < 1. Wichura 1988, algorithm AS 241, doi:10.2307/2347330. */
export function normalQuantile(p: f64): f64 {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE, 0.180625 - q * q);
  const tail = q < 0 ? p : 1 - p;
  if (tail <= 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-log(tail));
  const z = r <= 5 ? ratio(SHOULDER, r - 1.6) : ratio(TAIL, r - 5);
  return q < 0 ? -z : z;
}
