/*
 * The model `trades`, four permutations at a time, one per lane: every sum of a permutation is sequential in its lane,
 * so its bits are those of the scalar twin (../twin.ts) whatever the chunk. Only + - x / sqrt and integers: no fused
 * multiply-add, no relaxed SIMD.
 */
import * as layout from '../layout';
import { address, word } from './settings';
import { seedEight } from '../../alea/assembly/lanes';
import { delay, drop, skip, slip, toShares } from './perturb';
import { bootstrapBlocks, bootstrapStationary, bootstrapTrades, permute, permuteBlocks } from './reorder';
import { beforeShuffle, measure } from './measure';

/** Permutations first .. first + count - 1, rounded up to eights, to rows 0 .. of the columns. */
export function simulate(base: u32, first: u32, count: i32): void {
  for (let row = 0; row < count; row += 8) {
    seedEight(base, first + row, layout.STATES, layout.DIGITS);
    simulateFour(layout.STATES, row);
    if (row + 4 < count) simulateFour(layout.STATES + 80, row + 4);
  }
}

function simulateFour(state: usize, row: i32): void {
  if (word(layout.SKIP)) skip(state);
  drop(state, word(layout.DROP_SKIP));
  delay(state);
  drop(state, word(layout.DROP_DELAY));
  slip(state);
  drop(state, word(layout.DROP_SLIP));

  const list = address(layout.LIST);
  const other = address(layout.OTHER);
  const bootstrap = word(layout.BOOTSTRAP);
  if (word(layout.SHARES)) toShares(list);
  beforeShuffle(list);

  let path = list;
  let free = other;
  const shuffle = word(layout.SHUFFLE);
  if (shuffle == 1) permute(state, list);
  else if (shuffle == 2) {
    permuteBlocks(state, list, other);
    path = other;
    free = list;
  }
  drop(state, word(layout.DROP_SHUFFLE));

  if (bootstrap != 0) {
    if (bootstrap == 1) bootstrapTrades(state, path, free);
    else if (bootstrap == 2) bootstrapBlocks(state, path, free);
    else bootstrapStationary(state, path, free);
    path = free;
  }
  measure(path, row);
}
