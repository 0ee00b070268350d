/*
 * permafrost.h: what a model in C or C++ needs to be run by permafrost as WebAssembly (docs/wasm-models.md), ABI 1.
 *
 * The generators alea, sfc32 and philox, what is drawn from them, and exp and log: each gives the bits that it gives in TypeScript.
 * That holds as long as the compiler does with doubles what is written: no -ffast-math, no fused multiply-add.
 *
 * #define PERMAFROST_GENERATOR PERMAFROST_SFC32 (or PERMAFROST_PHILOX) before the #include changes what pf_rng is; default: alea.
 * Compiled natively, too (for a debugger, say): give gcc and clang -ffp-contract=off.
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
#ifndef PERMAFROST_H
#define PERMAFROST_H

#include <stdint.h>

#ifdef __FAST_MATH__
#error "permafrost.h: -ffast-math changes the bits of results: compile without it"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#ifdef __cplusplus
#define PF_EXTERN extern "C"
#else
#define PF_EXTERN
#endif

/* PERMAFROST_EXPORT(simulate) int32_t simulate(...) { ... }: a function that the engine calls by this name. */
#ifdef __wasm__
#define PERMAFROST_EXPORT(name) PF_EXTERN __attribute__((export_name(#name)))
#else
#define PERMAFROST_EXPORT(name) PF_EXTERN
#endif

/* Room for what goes between engine and model [bytes]: 64 KiB are enough for a thousand metrics. */
#ifndef PERMAFROST_BUFFER_BYTES
#define PERMAFROST_BUFFER_BYTES 65536
#endif

/* In one of the model's files, outside of all functions: the exports `buffer` and `permafrost_abi`. */
#define PERMAFROST_EXPORTS                                                          \
  static uint64_t pf_buffer_[(PERMAFROST_BUFFER_BYTES + 7) / 8];                    \
  PERMAFROST_EXPORT(buffer) void *pf_buffer(uint32_t bytes);                        \
  void *pf_buffer(uint32_t bytes) { return bytes <= sizeof pf_buffer_ ? (void *)pf_buffer_ : (void *)0; } \
  PERMAFROST_EXPORT(permafrost_abi) int32_t pf_abi(void);                           \
  int32_t pf_abi(void) { return 1; }

#define PF_INLINE static inline __attribute__((always_inline, unused))
#define PF_FUNCTION static __attribute__((unused))

/* ---- exp and log: the same bits on every machine ---- */

PF_INLINE int64_t pf_bits(double x) {
  int64_t bits;
  __builtin_memcpy(&bits, &x, 8);
  return bits;
}
PF_INLINE double pf_from_bits(int64_t bits) {
  double x;
  __builtin_memcpy(&x, &bits, 8);
  return x;
}
/* Sign, exponent and the top 20 bits of the fraction. */
PF_INLINE int32_t pf_high_word(double x) { return (int32_t)(pf_bits(x) >> 32); }
PF_INLINE double pf_with_high_word(double x, int32_t high) {
  return pf_from_bits((int64_t)((uint64_t)(uint32_t)high << 32 | (uint32_t)pf_bits(x)));
}
/* 2^k for -1022 <= k <= 1023. */
PF_INLINE double pf_power_of_two(int32_t k) { return pf_from_bits((int64_t)((uint64_t)(uint32_t)(k + 1023) << 52)); }

/* e^x. pf_exp(NaN) = NaN, pf_exp(Infinity) = Infinity, pf_exp(-Infinity) = 0. */
PF_FUNCTION double pf_exp(double x) {
  const double ln2_high = 0.6931471803691238, ln2_low = 1.9082149292705877e-10, inv_ln2 = 1.4426950408889634;
  const double p1 = 0.16666666666666602, p2 = -0.0027777777777015593, p3 = 6.613756321437934e-5;
  const double p4 = -1.6533902205465252e-6, p5 = 4.1381367970572385e-8;
  double high = 0, low = 0, r = x, t, c, y;
  int32_t k = 0, size;
  if (x != x) return x;
  if (x > 709.782712893384) return __builtin_inf();
  if (x < -745.1332191019411) return 0;
  size = pf_high_word(x) & 0x7fffffff;
  if (size > 0x3fd62e42) {
    /* |x| > ln2 / 2: x = k ln2 + r, r = high - low. */
    if (size < 0x3ff0a2b2) {
      if (x == 1) return 2.718281828459045;
      high = x < 0 ? x + ln2_high : x - ln2_high;
      low = x < 0 ? -ln2_low : ln2_low;
      k = x < 0 ? -1 : 1;
    } else {
      k = (int32_t)(inv_ln2 * x + (x < 0 ? -0.5 : 0.5));
      high = x - k * ln2_high;
      low = k * ln2_low;
    }
    r = high - low;
  } else if (size < 0x3e300000) {
    return 1 + x;
  }
  t = r * r;
  c = r - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
  if (k == 0) return 1 - ((r * c) / (c - 2) - r);
  y = 1 - (low - (r * c) / (2 - c) - high);
  if (k == 1024) return y * 2 * 8.98846567431158e307;
  if (k >= -1021) return y * pf_power_of_two(k);
  return y * pf_power_of_two(k + 1000) * 9.332636185032189e-302;
}

/* Natural logarithm. pf_log(0) = -Infinity, NaN below. */
PF_FUNCTION double pf_log(double x) {
  const double ln2_high = 0.6931471803691238, ln2_low = 1.9082149292705877e-10;
  const double lg1 = 0.6666666666666735, lg2 = 0.3999999999940942, lg3 = 0.2857142874366239, lg4 = 0.22222198432149784;
  const double lg5 = 0.1818357216161805, lg6 = 0.15313837699209373, lg7 = 0.14798198605116586;
  double scaled = x, f, s, z, w, t1, t2, R, half;
  int32_t k = 0, high, fraction, above;
  if (x != x || x < 0) return __builtin_nan("");
  if (x == 0) return -__builtin_inf();
  if (x == __builtin_inf()) return x;
  if (pf_high_word(x) < 0x00100000) {
    k = -54;
    scaled = x * 18014398509481984.0;
  }
  high = pf_high_word(scaled);
  k += (high >> 20) - 1023;
  fraction = high & 0x000fffff;
  /* Into [sqrt(2) / 2, sqrt(2)). */
  above = (fraction + 0x95f64) & 0x100000;
  k += above >> 20;
  f = pf_with_high_word(scaled, fraction | (above ^ 0x3ff00000)) - 1;
  /* fdlibm takes k = 0 apart; these give the same bits for it, without a branch that goes either way. */
  if ((0x000fffff & (2 + fraction)) < 3) {
    if (f == 0) return k * ln2_high + k * ln2_low;
    R = f * f * (0.5 - 0.3333333333333333 * f);
    return k * ln2_high - (R - k * ln2_low - f);
  }
  s = f / (2 + f);
  z = s * s;
  w = z * z;
  t1 = w * (lg2 + w * (lg4 + w * lg6));
  t2 = z * (lg1 + w * (lg3 + w * (lg5 + w * lg7)));
  R = t2 + t1;
  if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
    half = 0.5 * f * f;
    return k * ln2_high - (half - (s * (half + R) + k * ln2_low) - f);
  }
  return k * ln2_high - (s * (f - R) - k * ln2_low - f);
}

#ifdef __wasm__
/* x^y for x >= 0 and finite y: the engine's own. */
PF_EXTERN __attribute__((import_module("permafrost"), import_name("pow"))) double pf_pow(double x, double y);
#endif

/* ---- Choices between doubles without a branch: V8 makes a branch of `?:`, which costs much where it goes either way ---- */

#ifdef __wasm_simd128__
typedef double pf_f64x2_ __attribute__((vector_size(16)));
#endif

/* a < b ? yes : no */
PF_INLINE double pf_if_less(double a, double b, double yes, double no) {
#ifdef __wasm__
  uint64_t mask = (uint64_t)0 - (uint64_t)(a < b);
  /* What the compiler does not see through, it makes no choice of. */
  __asm__("" : "+r"(mask));
  return pf_from_bits((int64_t)(((uint64_t)pf_bits(yes) & mask) | ((uint64_t)pf_bits(no) & ~mask)));
#else
  return a < b ? yes : no;
#endif
}
/* a > b ? a : b; one instruction with -msimd128 */
PF_INLINE double pf_max(double a, double b) {
#ifdef __wasm_simd128__
  return __builtin_wasm_pmax_f64x2((pf_f64x2_){b, b}, (pf_f64x2_){a, a})[0];
#else
  return a > b ? a : b;
#endif
}
/* a < b ? a : b */
PF_INLINE double pf_min(double a, double b) {
#ifdef __wasm_simd128__
  return __builtin_wasm_pmin_f64x2((pf_f64x2_){b, b}, (pf_f64x2_){a, a})[0];
#else
  return a < b ? a : b;
#endif
}

/* ---- Generators. `seeds`: the four words of the permutation, seeds + 4 * i ---- */

/* The fourth word says which generator the study has. */
#define PERMAFROST_ALEA 0
#define PERMAFROST_SFC32 4
#define PERMAFROST_PHILOX 5

/* The finaliser of MurmurHash3 (Austin Appleby, public domain). */
PF_INLINE uint32_t pf_fmix32(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}
PF_INLINE uint32_t pf_substream_seed(uint32_t seed, uint32_t component) {
  return pf_fmix32(seed + component * 0x9e3779b9u);
}

/* Another generator than the study's would be the wrong random numbers: the permutation fails. */
PF_INLINE void pf_expect(const uint32_t *seeds, uint32_t generator) {
  if (seeds[3] != generator) __builtin_trap();
}

/* alea of seedrandom 3.0.5: 32-bit multiply-with-carry. */
typedef struct {
  uint32_t s0, s1, s2, carry, seed;
} pf_alea;

/* Of what is positive and below 2^63. */
PF_INLINE double pf_whole_(double x) {
#if defined(__wasm__) || defined(__SSE4_1__) || defined(__aarch64__)
  return __builtin_floor(x);
#else
  return (double)(int64_t)x;
#endif
}
PF_INLINE double pf_mash(double mash, const double *digits, int32_t length) {
  for (int32_t at = 0; at < length; at++) {
    const double first = 0.02519603282416938 * (mash + digits[at]);
    const double whole = pf_whole_(first);
    const double second = (first - whole) * whole;
    const double whole2 = pf_whole_(second);
    mash = whole2 + (second - whole2) * 4294967296.0;
  }
  return mash;
}
PF_FUNCTION void pf_alea_reseed(pf_alea *rng, uint32_t seed) {
  double digits[10], first, second;
  int32_t length = 1;
  uint32_t rest = seed;
  for (uint64_t power = 10; length < 10 && seed >= power; power *= 10) length++;
  for (int32_t at = length - 1; at >= 0; at--) {
    digits[at] = 48 + rest % 10;
    rest /= 10;
  }
  first = pf_mash(3941471299.0, digits, length);
  second = pf_mash(first, digits, length);
  rng->s0 = 3707969490u - (uint32_t)(uint64_t)first;
  rng->s1 = 645086813u - (uint32_t)(uint64_t)second;
  rng->s2 = 3941471299u - (uint32_t)(uint64_t)pf_mash(second, digits, length);
  rng->carry = 1;
  rng->seed = seed;
}
PF_INLINE void pf_alea_start(pf_alea *rng, const uint32_t *seeds) {
  pf_expect(seeds, PERMAFROST_ALEA);
  pf_alea_reseed(rng, seeds[0]);
}
PF_INLINE void pf_alea_substream(pf_alea *rng, const pf_alea *root, uint32_t component) {
  const uint32_t seed = root->seed;
  pf_alea_reseed(rng, pf_substream_seed(seed, component));
  rng->seed = seed;
}
PF_INLINE uint32_t pf_alea_uint32(pf_alea *rng) {
  const uint64_t t = UINT64_C(2091639) * rng->s0 + rng->carry;
  rng->s0 = rng->s1;
  rng->s1 = rng->s2;
  rng->s2 = (uint32_t)t;
  rng->carry = (uint32_t)(t >> 32);
  return (uint32_t)t;
}

/* sfc32: Chris Doty-Humphrey, PractRand (public domain). */
typedef struct {
  uint32_t a, b, c, counter, seed;
} pf_sfc32;

PF_INLINE uint32_t pf_sfc32_uint32(pf_sfc32 *rng) {
  const uint32_t b = rng->b, c = rng->c;
  const uint32_t out = rng->a + b + rng->counter++;
  rng->a = b ^ (b >> 9);
  rng->b = c + (c << 3);
  rng->c = (c << 21 | c >> 11) + out;
  return out;
}
PF_FUNCTION void pf_sfc32_reseed(pf_sfc32 *rng, uint32_t seed) {
  rng->a = 0;
  rng->b = seed;
  rng->c = 0;
  rng->counter = 1;
  rng->seed = seed;
  for (int i = 0; i < 12; i++) pf_sfc32_uint32(rng);
}
PF_INLINE void pf_sfc32_start(pf_sfc32 *rng, const uint32_t *seeds) {
  pf_expect(seeds, PERMAFROST_SFC32);
  pf_sfc32_reseed(rng, seeds[0]);
}
PF_INLINE void pf_sfc32_substream(pf_sfc32 *rng, const pf_sfc32 *root, uint32_t component) {
  const uint32_t seed = root->seed;
  pf_sfc32_reseed(rng, pf_substream_seed(seed, component));
  rng->seed = seed;
}

/* Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405. Counter = (block, component, perm_index, 0). */
typedef struct {
  uint32_t key0, key1, perm, component, next_block, used, block[4];
} pf_philox;

PF_INLINE void pf_philox_start(pf_philox *rng, const uint32_t *seeds) {
  pf_expect(seeds, PERMAFROST_PHILOX);
  rng->key0 = seeds[0];
  rng->key1 = seeds[1];
  rng->perm = seeds[2];
  rng->component = 0;
  rng->next_block = 0;
  rng->used = 4;
}
PF_INLINE void pf_philox_substream(pf_philox *rng, const pf_philox *root, uint32_t component) {
  rng->key0 = root->key0;
  rng->key1 = root->key1;
  rng->perm = root->perm;
  rng->component = component;
  rng->next_block = 0;
  rng->used = 4;
}
PF_FUNCTION void pf_philox_next_block(pf_philox *rng) {
  uint32_t c0 = rng->next_block++, c1 = rng->component, c2 = rng->perm, c3 = 0, k0 = rng->key0, k1 = rng->key1;
  for (int round = 0; round < 10; round++) {
    const uint64_t product0 = UINT64_C(0xd2511f53) * c0, product1 = UINT64_C(0xcd9e8d57) * c2;
    c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)product1;
    c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)product0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  rng->block[0] = c0;
  rng->block[1] = c1;
  rng->block[2] = c2;
  rng->block[3] = c3;
  rng->used = 0;
}
PF_INLINE uint32_t pf_philox_uint32(pf_philox *rng) {
  if (rng->used == 4) pf_philox_next_block(rng);
  return rng->block[rng->used++];
}

/* ---- What one 32-bit word of a generator becomes ---- */

/* Uniform on [0, 1). */
PF_INLINE double pf_uniform_of(uint32_t word) { return word * (1.0 / 4294967296.0); }
/* floor(u m): an index 0 .. m - 1; m is 1 .. 2^21 - 1. */
PF_INLINE uint32_t pf_index_of(uint32_t word, uint32_t m) { return (uint32_t)((uint64_t)word * m >> 32); }
/* An exponential value by inversion, in the unit of `mean`. */
PF_INLINE double pf_exponential_of(uint32_t word, double mean) { return -mean * pf_log(1 - pf_uniform_of(word)); }

PF_INLINE double pf_ratio_(const double *above, const double *below, double r) {
  double n = above[7], d = below[7];
  for (int i = 6; i >= 0; i--) {
    n = n * r + above[i];
    d = d * r + below[i];
  }
  return n / d;
}
/* The quantile of the standard normal distribution, 0 < p < 1. Wichura 1988, algorithm AS 241, doi:10.2307/2347330. */
PF_FUNCTION double pf_normal_quantile(double p) {
  static const double centre[2][8] = {
      {3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
       67265.7709270087, 33430.57558358813, 2509.0809287301227},
      {1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
       28729.085735721943, 5226.495278852854}};
  static const double shoulder[2][8] = {
      {1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
       0.2417807251774506, 0.022723844989269184, 0.0007745450142783414},
      {1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
       0.0005475938084995345, 1.0507500716444169e-9}};
  static const double tails[2][8] = {
      {6.657904643501103, 5.463783911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
       0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7},
      {1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
       1.421511758316446e-7, 2.0442631033899397e-15}};
  const double q = p - 0.5;
  double tail, r, z;
  if (q >= -0.425 && q <= 0.425) return q * pf_ratio_(centre[0], centre[1], 0.180625 - q * q);
  tail = q < 0 ? p : 1 - p;
  if (tail <= 0) return q < 0 ? -__builtin_inf() : __builtin_inf();
  r = __builtin_sqrt(-pf_log(tail));
  z = r <= 5 ? pf_ratio_(shoulder[0], shoulder[1], r - 1.6) : pf_ratio_(tails[0], tails[1], r - 5);
  return q < 0 ? -z : z;
}
/* A standard normal value: the quantile at the middle of the word's 2^-32 interval. */
PF_INLINE double pf_normal_of(uint32_t word) { return pf_normal_quantile((word + 0.5) * 2.3283064365386963e-10); }

/* ---- The generator of the model ---- */

#ifndef PERMAFROST_GENERATOR
#define PERMAFROST_GENERATOR PERMAFROST_ALEA
#endif
#if PERMAFROST_GENERATOR == PERMAFROST_ALEA
typedef pf_alea pf_rng;
#define PF_OF_(name) pf_alea_##name
#elif PERMAFROST_GENERATOR == PERMAFROST_SFC32
typedef pf_sfc32 pf_rng;
#define PF_OF_(name) pf_sfc32_##name
#elif PERMAFROST_GENERATOR == PERMAFROST_PHILOX
typedef pf_philox pf_rng;
#define PF_OF_(name) pf_philox_##name
#else
#error "PERMAFROST_GENERATOR: allowed are PERMAFROST_ALEA, PERMAFROST_SFC32, PERMAFROST_PHILOX"
#endif

/* To the beginning of the permutation's stream; `seeds` are its four words: seeds + 4 * i. */
PF_INLINE void pf_start(pf_rng *rng, const uint32_t *seeds) { PF_OF_(start)(rng, seeds); }
/* To the beginning of an independent stream of the same permutation: component = 1, 2, ... */
PF_INLINE void pf_substream(pf_rng *rng, const pf_rng *root, uint32_t component) {
  PF_OF_(substream)(rng, root, component);
}
/* One draw each. */
PF_INLINE uint32_t pf_uint32(pf_rng *rng) { return PF_OF_(uint32)(rng); }
PF_INLINE double pf_uniform(pf_rng *rng) { return pf_uniform_of(pf_uint32(rng)); }
PF_INLINE uint32_t pf_index(pf_rng *rng, uint32_t m) { return pf_index_of(pf_uint32(rng), m); }
PF_INLINE double pf_exponential(pf_rng *rng, double mean) { return pf_exponential_of(pf_uint32(rng), mean); }
PF_INLINE double pf_normal(pf_rng *rng) { return pf_normal_of(pf_uint32(rng)); }
PF_INLINE double pf_lognormal(pf_rng *rng, double median, double sigma) {
  return median * pf_exp(sigma * pf_normal(rng));
}

#endif
