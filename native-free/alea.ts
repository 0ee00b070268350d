/**
 * The generator `alea` of seedrandom 3.0.5, in exact integers.
 *
 * Its doubles hide a 32-bit lag-3 multiply-with-carry: T = 2091639 S0 + C; C = T >>> 32; S = T mod 2^32; u = S 2^-32.
 * Seeding hashes the decimal digits of the seed three times with Baagøe's Mash.
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

/** The multiplier, and the same scaled so that the truncated product is the high word: 2091639 S0 has at most 53 bits. */
const MULTIPLIER = 2091639;
const MULTIPLIER_HIGH = 2091639 / 4294967296;

/** Mash's factor. */
const MASH = 0.02519603282416938;
const TWO_32 = 4294967296;

/**
 * Mash starts at 0xefc8249d and first hashes three blanks, one per state word, whatever the seed:
 * these are its values after each. (Mash stays below 2^33; now and then it has a fraction, which counts in the next step.)
 */
const AFTER_BLANKS = [3707969490, 645086813, 3941471299] as const;

/**
 * State of one generator: s0, s1, s2 (the oldest, s0, is used next) and the carry, as signed 32-bit words. Fields of an
 * object, not elements of a typed array: V8 reads and writes them faster.
 */
export interface AleaState {
  s0: number;
  s1: number;
  s2: number;
  carry: number;
}

export function aleaState(): AleaState {
  return { s0: 0, s1: 0, s2: 0, carry: 1 };
}

/** Character codes of the seed's decimal digits, most significant first. Scratch, so that seeding allocates nothing. */
const digits = new Float64Array(10);

/** Starts `state` as seedrandom's `alea(seed)` does. `seed`: an integer 0 .. 2^32 - 1. */
export function seedAlea(state: AleaState, seed: number): void {
  let length = 1;
  for (let power = 10; length < 10 && seed >= power; power *= 10) length++;
  let rest = seed;
  for (let at = length - 1; at >= 0; at--) {
    const quotient = Math.floor(rest / 10);
    digits[at] = 48 + (rest - quotient * 10);
    rest = quotient;
  }
  const first = mashDigits(AFTER_BLANKS[2], length);
  const second = mashDigits(first, length);
  state.s0 = ((AFTER_BLANKS[0] | 0) - (first | 0)) | 0;
  state.s1 = ((AFTER_BLANKS[1] | 0) - (second | 0)) | 0;
  state.s2 = ((AFTER_BLANKS[2] | 0) - (mashDigits(second, length) | 0)) | 0;
  state.carry = 1;
}

/** Mash's value after the first `length` digits. Math.floor stands for the original's `>>> 0`: everything here is below 2^32. */
function mashDigits(mash: number, length: number): number {
  for (let at = 0; at < length; at++) {
    const first = MASH * (mash + digits[at]!);
    const whole = Math.floor(first);
    const second = (first - whole) * whole;
    const whole2 = Math.floor(second);
    mash = whole2 + (second - whole2) * TWO_32;
  }
  return mash;
}

/** The next output of `state` as a signed 32-bit word: u = (word >>> 0) x 2^-32. The hot loops write these lines out. */
export function nextAlea(state: AleaState): number {
  const { s0, carry } = state;
  const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
  const word = (Math.imul(MULTIPLIER, s0) + carry) | 0;
  state.s0 = state.s1;
  state.s1 = state.s2;
  state.s2 = word;
  // The low word wrapped exactly when it came out below what was added; a branch, because it hardly ever does.
  state.carry = word >>> 0 < carry >>> 0 ? high + 1 : high;
  return word;
}

/** Where `aleaOfWords` finds the state: behind one word that is the owner's. */
const S0 = 1;
const S1 = 2;
const S2 = 3;
const CARRY = 4;

/**
 * `nextAlea` on a state in five words: one that is the owner's, s0, s1, s2 and the carry. The output is unsigned. What a
 * word stores is taken modulo 2^32. Written with few bytecodes: V8 counts them when it inlines this into a model.
 */
export function aleaOfWords(words: Uint32Array): () => number {
  return () => {
    const s0 = words[S0]!;
    const carry = words[CARRY]!;
    const word = (Math.imul(MULTIPLIER, s0) + carry) >>> 0;
    words[S0] = words[S1]!;
    words[S1] = words[S2]!;
    words[S2] = word;
    words[CARRY] = s0 * MULTIPLIER_HIGH + (word < carry ? 1 : 0);
    return word;
  };
}
