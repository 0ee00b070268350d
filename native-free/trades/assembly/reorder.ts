import * as layout from '../layout';
import { address, word } from './settings';
import { draw } from '../../alea/assembly/lanes';
import { below, pair } from './perturb';

/** Fisher-Yates in each lane, 32 bytes per trade. */
export function permute(state: usize, list: usize): void {
  const n = word(layout.N);
  let tape = address(layout.TAPE);
  draw(state, tape, n - 1);
  let m = n;
  for (let at = list + (<usize>(n - 1) << 5); at > list; at -= 32) {
    const words = v128.load(tape);
    const count = i32x4.splat(m);
    const low = i64x2.shl(i64x2.shr_u(i64x2.extmul_low_i32x4_u(words, count), 32), 5);
    const high = i64x2.shl(i64x2.shr_u(i64x2.extmul_high_i32x4_u(words, count), 32), 5);
    const j0 = list + <usize>i64x2.extract_lane(low, 0);
    const j1 = list + <usize>i64x2.extract_lane(low, 1);
    const j2 = list + <usize>i64x2.extract_lane(high, 0);
    const j3 = list + <usize>i64x2.extract_lane(high, 1);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const otherA = v128.load_lane<u64>(j1, v128.load_zero<u64>(j0), 1, 8);
    const otherB = v128.load_lane<u64>(j3, v128.load_zero<u64>(j2, 16), 1, 24);
    v128.store_lane<u64>(j0, a, 0);
    v128.store_lane<u64>(j1, a, 1, 8);
    v128.store_lane<u64>(j2, b, 0, 16);
    v128.store_lane<u64>(j3, b, 1, 24);
    // Last, so that a trade that stays where it is stays.
    v128.store(at, otherA);
    v128.store(at, otherB, 16);
    tape += 16;
    m--;
  }
}

/** Fisher-Yates over blocks in each lane, then the blocks one behind the other. */
export function permuteBlocks(state: usize, list: usize, into: usize): void {
  const n = word(layout.N);
  const length = word(layout.BLOCK_LEN);
  const blocks = (n + length - 1) / length;
  const order = address(layout.ORDER);
  let tape = address(layout.TAPE);
  draw(state, tape, blocks - 1);
  for (let b = 0; b < blocks; b++) v128.store(order + (<usize>b << 4), i32x4.splat(b));
  for (let i = blocks - 1; i > 0; i--) {
    const j = i32x4.shl(below(v128.load(tape), i32x4.splat(i + 1)), 4);
    const at = order + (<usize>i << 4);
    const j0 = order + <usize>i32x4.extract_lane(j, 0);
    const j1 = order + <usize>i32x4.extract_lane(j, 1) + 4;
    const j2 = order + <usize>i32x4.extract_lane(j, 2) + 8;
    const j3 = order + <usize>i32x4.extract_lane(j, 3) + 12;
    const h0 = load<u32>(at);
    const h1 = load<u32>(at, 4);
    const h2 = load<u32>(at, 8);
    const h3 = load<u32>(at, 12);
    store<u32>(at, load<u32>(j0));
    store<u32>(at, load<u32>(j1), 4);
    store<u32>(at, load<u32>(j2), 8);
    store<u32>(at, load<u32>(j3), 12);
    store<u32>(j0, h0);
    store<u32>(j1, h1);
    store<u32>(j2, h2);
    store<u32>(j3, h3);
    tape += 16;
  }
  for (let lane: usize = 0; lane < 4; lane++) {
    let to = into + (lane << 3);
    let at = order + (lane << 2);
    for (let b = 0; b < blocks; b++) {
      const start = <i32>load<u32>(at) * length;
      let size = n - start;
      if (size > length) size = length;
      let from = list + (<usize>start << 5) + (lane << 3);
      for (let i = 0; i < size; i++) {
        store<u64>(to, load<u64>(from));
        from += 32;
        to += 32;
      }
      at += 16;
    }
  }
}

/** n trades drawn in each lane. */
export function bootstrapTrades(state: usize, list: usize, into: usize): void {
  const n = word(layout.N);
  let tape = address(layout.TAPE);
  draw(state, tape, n);
  const count = i32x4.splat(n);
  const end = into + (<usize>n << 5);
  for (let at = into; at < end; at += 32) {
    const words = v128.load(tape);
    const low = i64x2.shl(i64x2.shr_u(i64x2.extmul_low_i32x4_u(words, count), 32), 5);
    const high = i64x2.shl(i64x2.shr_u(i64x2.extmul_high_i32x4_u(words, count), 32), 5);
    const j0 = list + <usize>i64x2.extract_lane(low, 0);
    const j1 = list + <usize>i64x2.extract_lane(low, 1);
    const j2 = list + <usize>i64x2.extract_lane(high, 0);
    const j3 = list + <usize>i64x2.extract_lane(high, 1);
    v128.store(at, v128.load_lane<u64>(j1, v128.load_zero<u64>(j0), 1, 8));
    v128.store(at, v128.load_lane<u64>(j3, v128.load_zero<u64>(j2, 16), 1, 24), 16);
    tape += 16;
  }
}

/** Blocks from drawn starts in each lane, cut to n. */
export function bootstrapBlocks(state: usize, list: usize, into: usize): void {
  const n = word(layout.N);
  const length = word(layout.BLOCK_LEN);
  let tape = address(layout.TAPE);
  draw(state, tape, (n + length - 1) / length);
  const first = word(layout.BLOCK_STARTS);
  // A block that begins near the end of a circle goes on at its beginning, which stands behind the end again.
  const behind = <usize>(first + length - 1 - n) << 5;
  if (behind > 0) memory.copy(list + (<usize>n << 5), list, behind);
  const starts = i32x4.splat(first);
  let at = into;
  for (let k = 0; k < n; k += length) {
    const j = i32x4.shl(below(v128.load(tape), starts), 5);
    let j0 = list + <usize>i32x4.extract_lane(j, 0);
    let j1 = list + <usize>i32x4.extract_lane(j, 1) + 8;
    let j2 = list + <usize>i32x4.extract_lane(j, 2) + 16;
    let j3 = list + <usize>i32x4.extract_lane(j, 3) + 24;
    const size = n - k < length ? n - k : length;
    for (let i = 0; i < size; i++) {
      v128.store(at, pair(j0, j1));
      v128.store(at, pair(j2, j3), 16);
      j0 += 32;
      j1 += 32;
      j2 += 32;
      j3 += 32;
      at += 32;
    }
    tape += 16;
  }
}

/** Blocks of random length on a circle: at each position v says whether one begins, and u at which trade. */
export function bootstrapStationary(state: usize, list: usize, into: usize): void {
  const n = word(layout.N);
  let tape = address(layout.TAPE);
  draw(state, tape, 2 * n);
  const count = i32x4.splat(n);
  const one = i32x4.splat(1);
  const last = i32x4.splat(word(layout.RESTART_LAST));
  let from = count;
  // The first position begins a block.
  let begins: v128 = i32x4.splat(-1);
  const end = into + (<usize>n << 5);
  for (let at = into; at < end; at += 32) {
    begins = v128.or(begins, i32x4.le_u(v128.load(tape), last));
    from = v128.bitselect(below(v128.load(tape, 16), count), from, begins);
    const j = i32x4.shl(from, 5);
    v128.store(
      at,
      pair(list + <usize>i32x4.extract_lane(j, 0), list + <usize>i32x4.extract_lane(j, 1) + 8),
    );
    v128.store(
      at,
      pair(list + <usize>i32x4.extract_lane(j, 2) + 16, list + <usize>i32x4.extract_lane(j, 3) + 24),
      16,
    );
    from = i32x4.add(from, one);
    from = v128.andnot(from, i32x4.eq(from, count));
    begins = i32x4.splat(0);
    tape += 32;
  }
}
