/*
 * The beginning of a permutation's stream, drawn ahead. One stream is a chain, each draw waiting for the one before; so
 * it is cut into eight pieces, the state at the beginning of each found by a jump, and the pieces are drawn side by side.
 */
import * as layout from '../layout';
import { jump, tabulateJumps } from './jump';
import { seedEight } from './lanes';
import { drawEight } from './uniforms';

/** Once per instance. */
export function prepare(): void {
  tabulateJumps(layout.JUMPS, layout.MOST_STEPS);
}

/** Starts permutations first .. first + 7. */
export function startEight(base: u32, first: u32): void {
  seedEight(base, first, layout.STARTED, layout.DIGITS);
}

/** Takes the stream of permutation `which` of the eight and draws 8 x `steps` uniforms to the tape. */
export function fill(which: i32, steps: i32): void {
  unpack(layout.STARTED, which, layout.BEGINNINGS);
  if (load<i32>(layout.STRIDE) != steps) setStride(steps);
  const once: usize = layout.SKIP;
  const twice = once + 16;
  const fourTimes = once + 32;
  const lane: usize = layout.BEGINNINGS;
  jump(lane, once, lane + 16);
  jump(lane, twice, lane + 32);
  jump(lane + 16, twice, lane + 48);
  for (let at = lane; at < lane + 64; at += 16) jump(at, fourTimes, at + 64);
  for (let i = 0; i < layout.LANES; i++) pack(lane + (i << 4), layout.STATES, i);
  drawEight(layout.STATES, layout.TAPE, steps);
  unpack(layout.STATES, layout.LANES - 1, layout.STATE);
  store<i32>(layout.LEFT, layout.LANES * steps);
}

function setStride(steps: i32): void {
  store<i32>(layout.STRIDE, steps);
  const once: usize = layout.SKIP;
  memory.copy(once, layout.JUMPS + ((steps / layout.STEPS_MULTIPLE - 1) << 4), 16);
  jump(once, once, once + 16);
  jump(once + 16, once + 16, once + 32);
}

/** The state of lane `i` (four words) out of a group of four lanes, and back. */
function unpack(groups: usize, i: i32, to: usize): void {
  const at = groups + (i >> 2) * 80 + ((i & 3) << 2);
  store<u32>(to, load<u32>(at));
  store<u32>(to, load<u32>(at, 16), 4);
  store<u32>(to, load<u32>(at, 32), 8);
  store<u32>(to, load<u32>(at + ((i & 3) << 2), 48), 12);
}
function pack(from: usize, groups: usize, i: i32): void {
  const at = groups + (i >> 2) * 80 + ((i & 3) << 2);
  store<u32>(at, load<u32>(from));
  store<u32>(at, load<u32>(from, 4), 16);
  store<u32>(at, load<u32>(from, 8), 32);
  store<u64>(at + ((i & 3) << 2), load<u32>(from, 12), 48);
}
