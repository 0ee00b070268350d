//! permafrost.rs: what a model in Rust needs to be run by permafrost as WebAssembly (docs/wasm-models.md), ABI 1.
//!
//! `#[path = "…/permafrost.rs"] mod permafrost;` makes it a module of the model, and `permafrost::exports!();` in the crate's
//! root exports `buffer` and `permafrost_abi`. The generators alea, sfc32 and philox, what is drawn from them, and exp and log:
//! each gives the bits that it gives in TypeScript. (f64::exp, ln, powf, sin come from whatever library the compiler brings:
//! not the same everywhere.)
//!
//! exp and log are a port of fdlibm (e_exp.c, e_log.c):
//! ====================================================
//! Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved.
//!
//! Developed at SunSoft, a Sun Microsystems, Inc. business.
//! Permission to use, copy, modify, and distribute this
//! software is freely granted, provided that this notice
//! is preserved.
//! ====================================================
//!
//! Alea and Mash: Copyright (C) 2010 Johannes Baagøe <baagoe@baagoe.org>, MIT licence
//! (http://baagoe.com/en/RandomMusings/javascript/). Permission is hereby granted, free of charge, to any person
//! obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software
//! without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute,
//! sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
//! subject to the following conditions: The above copyright notice and this permission notice shall be included in all
//! copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
//! EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE
//! AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
//! LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
//! SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
#![allow(dead_code)]

/// Room for what goes between engine and model [bytes]: enough for a thousand metrics.
pub const BUFFER_BYTES: usize = 65536;
#[repr(C, align(16))]
pub struct Buffer(pub core::cell::UnsafeCell<[u8; BUFFER_BYTES]>);
// One thread runs an instance.
unsafe impl Sync for Buffer {}

/// The exports `buffer` and `permafrost_abi`; once, in the crate's root.
macro_rules! exports {
    () => {
        static PERMAFROST_BUFFER: permafrost::Buffer =
            permafrost::Buffer(core::cell::UnsafeCell::new([0; permafrost::BUFFER_BYTES]));
        #[no_mangle]
        pub extern "C" fn buffer(bytes: usize) -> *mut u8 {
            if bytes <= permafrost::BUFFER_BYTES {
                PERMAFROST_BUFFER.0.get() as *mut u8
            } else {
                core::ptr::null_mut()
            }
        }
        #[no_mangle]
        pub extern "C" fn permafrost_abi() -> i32 {
            1
        }
    };
}
pub(crate) use exports;

/// What `simulate` is given, as slices. `columns[m * count + i]` is metric m of the chunk's permutation i.
pub struct Chunk<'a> {
    pub parameters: &'a [f64],
    pub seeds: &'a [[u32; 4]],
    pub columns: &'a mut [f64],
    pub count: usize,
}
impl<'a> Chunk<'a> {
    /// # Safety
    /// The pointers are those that the engine gave to `simulate`, and the numbers those of the declaration.
    pub unsafe fn new(
        parameters: *const f64,
        n_parameters: usize,
        seeds: *const [u32; 4],
        count: u32,
        columns: *mut f64,
        n_metrics: usize,
    ) -> Chunk<'a> {
        let count = count as usize;
        Chunk {
            parameters: core::slice::from_raw_parts(parameters, n_parameters),
            seeds: core::slice::from_raw_parts(seeds, count),
            columns: core::slice::from_raw_parts_mut(columns, n_metrics * count),
            count,
        }
    }
    /// Metric m of permutation i.
    #[inline(always)]
    pub fn set(&mut self, m: usize, i: usize, value: f64) {
        self.columns[m * self.count + i] = value;
    }
}

// ---- exp and log: the same bits on every machine ----

/// Sign, exponent and the top 20 bits of the fraction.
#[inline(always)]
fn high_word(x: f64) -> i32 {
    (x.to_bits() >> 32) as i32
}
#[inline(always)]
fn with_high_word(x: f64, high: i32) -> f64 {
    f64::from_bits((high as u32 as u64) << 32 | x.to_bits() & 0xffff_ffff)
}
/// 2^k for -1022 <= k <= 1023.
#[inline(always)]
fn power_of_two(k: i32) -> f64 {
    f64::from_bits(((k + 1023) as u64) << 52)
}

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/// e^x. exp(NaN) = NaN, exp(Infinity) = Infinity, exp(-Infinity) = 0.
pub fn exp(x: f64) -> f64 {
    const INV_LN2: f64 = 1.4426950408889634;
    const P1: f64 = 0.16666666666666602;
    const P2: f64 = -0.0027777777777015593;
    const P3: f64 = 6.613756321437934e-5;
    const P4: f64 = -1.6533902205465252e-6;
    const P5: f64 = 4.1381367970572385e-8;
    if x != x {
        return x;
    }
    if x > 709.782712893384 {
        return f64::INFINITY;
    }
    if x < -745.1332191019411 {
        return 0.0;
    }
    let size = high_word(x) & 0x7fffffff;
    let (mut high, mut low, mut k, mut r) = (0.0, 0.0, 0, x);
    if size > 0x3fd62e42 {
        // |x| > ln2 / 2: x = k ln2 + r, r = high - low.
        if size < 0x3ff0a2b2 {
            if x == 1.0 {
                return 2.718281828459045;
            }
            high = if x < 0.0 { x + LN2_HIGH } else { x - LN2_HIGH };
            low = if x < 0.0 { -LN2_LOW } else { LN2_LOW };
            k = if x < 0.0 { -1 } else { 1 };
        } else {
            k = (INV_LN2 * x + if x < 0.0 { -0.5 } else { 0.5 }) as i32;
            high = x - k as f64 * LN2_HIGH;
            low = k as f64 * LN2_LOW;
        }
        r = high - low;
    } else if size < 0x3e300000 {
        return 1.0 + x;
    }
    let t = r * r;
    let c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
    if k == 0 {
        return 1.0 - ((r * c) / (c - 2.0) - r);
    }
    let y = 1.0 - (low - (r * c) / (2.0 - c) - high);
    if k == 1024 {
        return y * 2.0 * 8.98846567431158e307;
    }
    if k >= -1021 {
        return y * power_of_two(k);
    }
    y * power_of_two(k + 1000) * 9.332636185032189e-302
}

/// Natural logarithm. log(0) = -Infinity, NaN below.
pub fn log(x: f64) -> f64 {
    const LG1: f64 = 0.6666666666666735;
    const LG2: f64 = 0.3999999999940942;
    const LG3: f64 = 0.2857142874366239;
    const LG4: f64 = 0.22222198432149784;
    const LG5: f64 = 0.1818357216161805;
    const LG6: f64 = 0.15313837699209373;
    const LG7: f64 = 0.14798198605116586;
    if x != x || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let (mut k, mut scaled) = (0, x);
    if high_word(x) < 0x00100000 {
        k = -54;
        scaled = x * 18014398509481984.0;
    }
    let high = high_word(scaled);
    k += (high >> 20) - 1023;
    let fraction = high & 0x000fffff;
    // Into [sqrt(2) / 2, sqrt(2)).
    let above = (fraction + 0x95f64) & 0x100000;
    k += above >> 20;
    let f = with_high_word(scaled, fraction | (above ^ 0x3ff00000)) - 1.0;
    let n = k as f64;
    // fdlibm takes k = 0 apart; these give the same bits for it, without a branch that goes either way.
    if (0x000fffff & (2 + fraction)) < 3 {
        if f == 0.0 {
            return n * LN2_HIGH + n * LN2_LOW;
        }
        let rest = f * f * (0.5 - 0.3333333333333333 * f);
        return n * LN2_HIGH - (rest - n * LN2_LOW - f);
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let t1 = w * (LG2 + w * (LG4 + w * LG6));
    let t2 = z * (LG1 + w * (LG3 + w * (LG5 + w * LG7)));
    let rest = t2 + t1;
    if ((fraction - 0x6147a) | (0x6b851 - fraction)) > 0 {
        let half = 0.5 * f * f;
        return n * LN2_HIGH - (half - (s * (half + rest) + n * LN2_LOW) - f);
    }
    n * LN2_HIGH - (s * (f - rest) - n * LN2_LOW - f)
}

#[cfg(target_arch = "wasm32")]
mod engine {
    #[link(wasm_import_module = "permafrost")]
    extern "C" {
        pub fn pow(x: f64, y: f64) -> f64;
    }
}
/// x^y for x >= 0 and finite y: the engine's own.
#[cfg(target_arch = "wasm32")]
pub fn pow(x: f64, y: f64) -> f64 {
    unsafe { engine::pow(x, y) }
}

// ---- Generators ----

/// The finaliser of MurmurHash3 (Austin Appleby, public domain).
fn fmix32(x: u32) -> u32 {
    let h = (x ^ (x >> 16)).wrapping_mul(0x85ebca6b);
    let h = (h ^ (h >> 13)).wrapping_mul(0xc2b2ae35);
    h ^ (h >> 16)
}
fn substream_seed(seed: u32, component: u32) -> u32 {
    fmix32(seed.wrapping_add(component.wrapping_mul(0x9e3779b9)))
}

/// A generator at some place of a permutation's stream.
pub trait Rng: Sized {
    /// The number of the generator in the fourth seed word.
    const GENERATOR: u32;
    /// The beginning of a permutation's stream. `seeds`: its four words; those of another generator are a panic.
    fn start(seeds: &[u32; 4]) -> Self;
    /// An independent stream of the same permutation at its beginning: component = 1, 2, ...
    fn substream(&self, component: u32) -> Self;
    /// The next 32-bit output. One draw, as everything below.
    fn uint32(&mut self) -> u32;

    /// Uniform on [0, 1).
    #[inline(always)]
    fn uniform(&mut self) -> f64 {
        self.uint32() as f64 * (1.0 / 4294967296.0)
    }
    /// floor(u m): an index 0 .. m - 1; m is 1 .. 2^21 - 1.
    #[inline(always)]
    fn index(&mut self, m: u32) -> u32 {
        (self.uint32() as u64 * m as u64 >> 32) as u32
    }
    /// An exponential value by inversion, in the unit of `mean`.
    #[inline(always)]
    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * log(1.0 - self.uniform())
    }
    /// A standard normal value: the quantile at the middle of the draw's 2^-32 interval.
    #[inline(always)]
    fn normal(&mut self) -> f64 {
        normal_quantile((self.uint32() as f64 + 0.5) * 2.3283064365386963e-10)
    }
    /// median x exp(sigma z) with z standard normal.
    #[inline(always)]
    fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }
}

/// alea of seedrandom 3.0.5: 32-bit multiply-with-carry.
#[derive(Clone)]
pub struct Alea {
    s0: u32,
    s1: u32,
    s2: u32,
    carry: u32,
    seed: u32,
}
impl Alea {
    fn of_seed(seed: u32) -> Alea {
        let mut digits = [0.0; 10];
        let mut length = 1;
        let mut power: u64 = 10;
        while length < 10 && seed as u64 >= power {
            power *= 10;
            length += 1;
        }
        let mut rest = seed;
        for digit in digits[..length].iter_mut().rev() {
            *digit = (48 + rest % 10) as f64;
            rest /= 10;
        }
        let mash = |from: f64| {
            digits[..length].iter().fold(from, |mash, digit| {
                let first = 0.02519603282416938 * (mash + digit);
                let whole = first.floor();
                let second = (first - whole) * whole;
                let whole2 = second.floor();
                whole2 + (second - whole2) * 4294967296.0
            })
        };
        let first = mash(3941471299.0);
        let second = mash(first);
        Alea {
            s0: 3707969490u32.wrapping_sub(first as u64 as u32),
            s1: 645086813u32.wrapping_sub(second as u64 as u32),
            s2: 3941471299u32.wrapping_sub(mash(second) as u64 as u32),
            carry: 1,
            seed,
        }
    }
}
impl Rng for Alea {
    const GENERATOR: u32 = 0;
    fn start(seeds: &[u32; 4]) -> Alea {
        assert!(seeds[3] == Self::GENERATOR);
        Alea::of_seed(seeds[0])
    }
    fn substream(&self, component: u32) -> Alea {
        Alea { seed: self.seed, ..Alea::of_seed(substream_seed(self.seed, component)) }
    }
    #[inline(always)]
    fn uint32(&mut self) -> u32 {
        let t = 2091639 * self.s0 as u64 + self.carry as u64;
        self.s0 = self.s1;
        self.s1 = self.s2;
        self.s2 = t as u32;
        self.carry = (t >> 32) as u32;
        t as u32
    }
}

/// sfc32: Chris Doty-Humphrey, PractRand (public domain).
#[derive(Clone)]
pub struct Sfc32 {
    a: u32,
    b: u32,
    c: u32,
    counter: u32,
    seed: u32,
}
impl Sfc32 {
    fn of_seed(seed: u32) -> Sfc32 {
        let mut rng = Sfc32 { a: 0, b: seed, c: 0, counter: 1, seed };
        for _ in 0..12 {
            rng.uint32();
        }
        rng
    }
}
impl Rng for Sfc32 {
    const GENERATOR: u32 = 4;
    fn start(seeds: &[u32; 4]) -> Sfc32 {
        assert!(seeds[3] == Self::GENERATOR);
        Sfc32::of_seed(seeds[0])
    }
    fn substream(&self, component: u32) -> Sfc32 {
        Sfc32 { seed: self.seed, ..Sfc32::of_seed(substream_seed(self.seed, component)) }
    }
    #[inline(always)]
    fn uint32(&mut self) -> u32 {
        let (b, c) = (self.b, self.c);
        let out = self.a.wrapping_add(b).wrapping_add(self.counter);
        self.counter = self.counter.wrapping_add(1);
        self.a = b ^ (b >> 9);
        self.b = c.wrapping_add(c << 3);
        self.c = c.rotate_left(21).wrapping_add(out);
        out
    }
}

/// Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405. Counter = (block, component, perm_index, 0).
#[derive(Clone)]
pub struct Philox {
    key: [u32; 2],
    perm: u32,
    component: u32,
    next_block: u32,
    used: u32,
    block: [u32; 4],
}
impl Philox {
    fn next(&mut self) {
        let (mut c0, mut c1, mut c2, mut c3) = (self.next_block, self.component, self.perm, 0u32);
        let [mut k0, mut k1] = self.key;
        for _ in 0..10 {
            let product0 = 0xd2511f53u64 * c0 as u64;
            let product1 = 0xcd9e8d57u64 * c2 as u64;
            c0 = (product1 >> 32) as u32 ^ c1 ^ k0;
            c1 = product1 as u32;
            c2 = (product0 >> 32) as u32 ^ c3 ^ k1;
            c3 = product0 as u32;
            k0 = k0.wrapping_add(0x9e3779b9);
            k1 = k1.wrapping_add(0xbb67ae85);
        }
        self.next_block = self.next_block.wrapping_add(1);
        self.block = [c0, c1, c2, c3];
        self.used = 0;
    }
}
impl Rng for Philox {
    const GENERATOR: u32 = 5;
    fn start(seeds: &[u32; 4]) -> Philox {
        assert!(seeds[3] == Self::GENERATOR);
        Philox { key: [seeds[0], seeds[1]], perm: seeds[2], component: 0, next_block: 0, used: 4, block: [0; 4] }
    }
    fn substream(&self, component: u32) -> Philox {
        Philox { component, next_block: 0, used: 4, ..self.clone() }
    }
    #[inline(always)]
    fn uint32(&mut self) -> u32 {
        if self.used == 4 {
            self.next();
        }
        let word = self.block[(self.used & 3) as usize];
        self.used += 1;
        word
    }
}

const CENTRE: [[f64; 8]; 2] = [
    [
        3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
        67265.7709270087, 33430.57558358813, 2509.0809287301227,
    ],
    [
        1.0, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
        28729.085735721943, 5226.495278852854,
    ],
];
const SHOULDER: [[f64; 8]; 2] = [
    [
        1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
        0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
    ],
    [
        1.0, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
        0.0005475938084995345, 1.0507500716444169e-9,
    ],
];
const TAIL: [[f64; 8]; 2] = [
    [
        6.657904643501103, 5.463783911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
        0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
    ],
    [
        1.0, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
        1.421511758316446e-7, 2.0442631033899397e-15,
    ],
];

#[inline(always)]
fn ratio([above, below]: &[[f64; 8]; 2], r: f64) -> f64 {
    let (mut n, mut d) = (above[7], below[7]);
    for i in (0..7).rev() {
        n = n * r + above[i];
        d = d * r + below[i];
    }
    n / d
}

/// The quantile of the standard normal distribution, 0 < p < 1. Wichura 1988, algorithm AS 241, doi:10.2307/2347330.
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&CENTRE, 0.180625 - q * q);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let r = (-log(tail)).sqrt();
    let z = if r <= 5.0 { ratio(&SHOULDER, r - 1.6) } else { ratio(&TAIL, r - 5.0) };
    if q < 0.0 {
        -z
    } else {
        z
    }
}
