import type { AleaState } from '../alea.ts';

/*
 * The stages that change the order: shuffle and bootstrap. An index below m is floor(u x m), exact for m < 2^21.
 * The generator's step is written out as in perturb.ts.
 */
const MULTIPLIER = 2091639;
const MULTIPLIER_HIGH = 2091639 / 4294967296;
const PER_WORD = 1 / 4294967296;

/** Fisher-Yates from the last element down: n - 1 draws. */
export function permute(state: AleaState, list: Float64Array): void {
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let i = list.length - 1; i > 0; i--) {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const word = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = word >>> 0 < carry >>> 0 ? high + 1 : high;
    s0 = s1;
    s1 = s2;
    s2 = word;
    const j = ((word >>> 0) * PER_WORD * (i + 1)) | 0;
    const held = list[i]!;
    list[i] = list[j]!;
    list[j] = held;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}

/** Fisher-Yates over consecutive blocks of `block_len` (the last may be short), concatenated into `into`: ceil(n / block_len) - 1 draws. */
export function permuteBlocks(
  state: AleaState,
  list: Float64Array,
  block_len: number,
  order: Uint32Array,
  into: Float64Array,
): void {
  const n = list.length;
  const blocks = Math.ceil(n / block_len);
  for (let b = 0; b < blocks; b++) order[b] = b;
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let i = blocks - 1; i > 0; i--) {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const word = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = word >>> 0 < carry >>> 0 ? high + 1 : high;
    s0 = s1;
    s1 = s2;
    s2 = word;
    const j = ((word >>> 0) * PER_WORD * (i + 1)) | 0;
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
  let k = 0;
  for (let b = 0; b < blocks; b++) {
    const from = order[b]! * block_len;
    const to = Math.min(from + block_len, n);
    for (let i = from; i < to; i++) into[k++] = list[i]!;
  }
}

/** n draws of an index below n. */
export function bootstrapTrades(state: AleaState, list: Float64Array, into: Float64Array): void {
  const n = list.length;
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let k = 0; k < n; k++) {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const word = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = word >>> 0 < carry >>> 0 ? high + 1 : high;
    s0 = s1;
    s1 = s2;
    s2 = word;
    into[k] = list[((word >>> 0) * PER_WORD * n) | 0]!;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}

/** Blocks of L = min(block_len, n) from starts below n - L + 1, cut to n: ceil(n / L) draws. */
export function bootstrapBlocks(state: AleaState, list: Float64Array, block_len: number, into: Float64Array): void {
  const n = list.length;
  const length = Math.min(block_len, n);
  const starts = n - length + 1;
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let k = 0; k < n;) {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const word = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = word >>> 0 < carry >>> 0 ? high + 1 : high;
    s0 = s1;
    s1 = s2;
    s2 = word;
    let from = ((word >>> 0) * PER_WORD * starts) | 0;
    for (const end = Math.min(k + length, n); k < end; k++) into[k] = list[from++]!;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}
