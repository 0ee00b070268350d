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

/**
 * Blocks of `length` <= n from drawn starts, cut to n: ceil(n / length) draws. `starts` n: circular, going on at the first trade
 * behind the last one; n - length + 1: moving blocks.
 */
export function bootstrapBlocks(
  state: AleaState,
  list: Float64Array,
  length: number,
  starts: number,
  into: Float64Array,
): void {
  const n = list.length;
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
    const end = Math.min(k + length, n);
    for (const wrap = Math.min(end, k + n - from); k < wrap; k++) into[k] = list[from++]!;
    for (from = 0; k < end; k++) into[k] = list[from++]!;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}

/**
 * Blocks of random length on a circle: position 0, and any other with the chance `restart`, begins at a drawn trade, all others take the
 * one behind the trade before. 2 n draws, v then u at each position.
 */
export function bootstrapStationary(state: AleaState, list: Float64Array, restart: number, into: Float64Array): void {
  const n = list.length;
  const below = Math.ceil(restart * 4294967296);
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  let from = n;
  for (let k = 0; k < n; k++) {
    // Two steps of the generator at once: its words move on by two.
    const highV = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const wordV = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = wordV >>> 0 < carry >>> 0 ? highV + 1 : highV;
    const highU = ((s1 >>> 0) * MULTIPLIER_HIGH) | 0;
    const wordU = (Math.imul(MULTIPLIER, s1) + carry) | 0;
    carry = wordU >>> 0 < carry >>> 0 ? highU + 1 : highU;
    s0 = s2;
    s1 = wordV;
    s2 = wordU;
    if (k === 0 || wordV >>> 0 < below) from = ((wordU >>> 0) * PER_WORD * n) | 0;
    into[k] = list[from++]!;
    if (from === n) from = 0;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}
