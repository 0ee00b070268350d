/*
 * The greater part of a CRC-32, by additions alone. x^300 + x^155 + x^117 + x^89 + 1 is a multiple of the CRC's polynomial,
 * and so is its 128th power, the same five terms with x^128 for x. So a block of 16 bytes may be taken away where it is
 * added to those 145, 183, 211 and 300 blocks behind it: the remainder stays the same. (S. Russell, "Chorba: A novel CRC32
 * implementation", arXiv:2412.16398. This is the shortest multiple with five terms, and the only one below 420.)
 */
import * as layout from '../layout';

const BYTES: usize = layout.BYTES;
const BLOCK: usize = 16;
const FIRST: usize = 145;
const SECOND: usize = 183;
const THIRD: usize = 211;
const LAST: usize = layout.BLOCKS_LEFT;

/** Of `blocks` blocks at BYTES, at least 2 LAST, leaves the last LAST, which have the CRC that all had. */
export function fold(blocks: usize): void {
  const left = BYTES + (blocks - LAST) * BLOCK;
  const end = left - (LAST - FIRST) * BLOCK;
  for (let at = BYTES - LAST * BLOCK; at < end; at += BLOCK) v128.store(at, gathered(at), LAST * BLOCK);
  carry(left, SECOND);
  carry(left, THIRD);
  carry(left, LAST);
}

/** The block that is LAST behind `at`, with the four that are added to it. */
function gathered(at: usize): v128 {
  const near = v128.xor(v128.load(at, (LAST - FIRST) * BLOCK), v128.load(at, (LAST - SECOND) * BLOCK));
  const far = v128.xor(v128.load(at, (LAST - THIRD) * BLOCK), v128.load(at));
  return v128.xor(v128.load(at, LAST * BLOCK), v128.xor(near, far));
}

/** What was taken away `distance` blocks before those left, for all of them but the first FIRST, which have it. */
function carry(left: usize, distance: usize): void {
  const end = left + distance * BLOCK;
  for (let at = left + FIRST * BLOCK; at < end; at += BLOCK) {
    v128.store(at, v128.xor(v128.load(at), v128.load(at - distance * BLOCK)));
  }
}
