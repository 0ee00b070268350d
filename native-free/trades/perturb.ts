import { nextAlea, type AleaState } from '../alea.ts';
import type { TradesCell } from './cell.ts';
import { delayed, type DelayedPnl } from './delayed.ts';

/*
 * The stages that change trades: skip, delay, slippage. The generator's step (alea.ts) stands written out in every
 * loop, its state in locals and its constants in this file: V8 keeps them in registers then. `word >>> 0` is u x 2^32.
 * Where a comparison goes either way like a coin, it is turned into a number or a table index: no branch to mispredict.
 */
const MULTIPLIER = 2091639;
const MULTIPLIER_HIGH = 2091639 / 4294967296;
const TWO_32 = 4294967296;
const PER_WORD = 1 / 4294967296;
const MISSED = -0;

/** Takes `count` draws and drops them. */
export function discard(state: AleaState, count: number): void {
  for (let i = 0; i < count; i++) nextAlea(state);
}

/** Stage 1: missed[i] = 1 where u < p_skip; again while too few are executed. */
export function skip(state: AleaState, cell: TradesCell, missed: Uint8Array): void {
  let executed = drawMask(state, cell.p_skip, missed);
  for (let again = 0; executed < cell.min_executed && again < cell.skip_redraws; again++) {
    executed = drawMask(state, cell.p_skip, missed);
  }
}

/** One mask. Returns how many trades are executed. */
function drawMask(state: AleaState, p_skip: number, missed: Uint8Array): number {
  // u < p exactly when word < ceil(p x 2^32).
  const below = Math.ceil(p_skip * TWO_32);
  const n = missed.length;
  let executed = n;
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let i = 0; i < n; i++) {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const word = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = word >>> 0 < carry >>> 0 ? high + 1 : high;
    s0 = s1;
    s1 = s2;
    s2 = word;
    const miss = Number(word >>> 0 < below);
    missed[i] = miss;
    executed -= miss;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
  return executed;
}

/** Stage 2 with bars. `table` is `delayedPnl(cell)`. */
export function delayByBars(
  state: AleaState,
  cell: TradesCell,
  table: DelayedPnl | undefined,
  list: Float64Array,
): void {
  if (table === undefined) addImpacts(state, cell, list);
  else if (cell.intensity.length > 0) lookUpByState(state, cell, table, list);
  else lookUp(state, cell, table, list);
}

function lookUp(state: AleaState, cell: TradesCell, table: DelayedPnl, list: Float64Array): void {
  const choices = cell.delay_bars_max + 1;
  // The first draw of `one_side` is the side: below 0.5 the entry.
  const firstChoices = cell.one_side ? 2 : choices;
  // One bar, so two choices for each draw: its top bit.
  const bits = choices === 2;
  const { pnl, width } = table;
  const n = list.length;
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let i = 0, row = 0; i < n; i++, row += width) {
    // Two steps of the generator at once: its words move on by two.
    const highA = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const wordA = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = wordA >>> 0 < carry >>> 0 ? highA + 1 : highA;
    const highB = ((s1 >>> 0) * MULTIPLIER_HIGH) | 0;
    const wordB = (Math.imul(MULTIPLIER, s1) + carry) | 0;
    carry = wordB >>> 0 < carry >>> 0 ? highB + 1 : highB;
    s0 = s2;
    s1 = wordA;
    s2 = wordB;
    if (bits) {
      list[i] = pnl[row + (((wordA >>> 30) & 2) | (wordB >>> 31))]!;
      continue;
    }
    const first = ((wordA >>> 0) * PER_WORD * firstChoices) | 0;
    const second = ((wordB >>> 0) * PER_WORD * choices) | 0;
    list[i] = pnl[row + Math.imul(first, choices) + second]!;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}

/** As `lookUp`, but each trade first draws whether its delay counts; outcome 0 is no delay. */
function lookUpByState(state: AleaState, cell: TradesCell, table: DelayedPnl, list: Float64Array): void {
  const choices = cell.delay_bars_max + 1;
  const firstChoices = cell.one_side ? 2 : choices;
  const { intensity } = cell;
  const { pnl, width } = table;
  const n = list.length;
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let i = 0, row = 0; i < n; i++, row += width) {
    // Three steps at once: every word is replaced in its place.
    const highA = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    s0 = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = s0 >>> 0 < carry >>> 0 ? highA + 1 : highA;
    const highB = ((s1 >>> 0) * MULTIPLIER_HIGH) | 0;
    s1 = (Math.imul(MULTIPLIER, s1) + carry) | 0;
    carry = s1 >>> 0 < carry >>> 0 ? highB + 1 : highB;
    const highC = ((s2 >>> 0) * MULTIPLIER_HIGH) | 0;
    s2 = (Math.imul(MULTIPLIER, s2) + carry) | 0;
    carry = s2 >>> 0 < carry >>> 0 ? highC + 1 : highC;
    const late = Number((s0 >>> 0) * PER_WORD < intensity[i]!);
    const first = ((s1 >>> 0) * PER_WORD * firstChoices) | 0;
    const second = ((s2 >>> 0) * PER_WORD * choices) | 0;
    list[i] = pnl[row + Math.imul(late, Math.imul(first, choices) + second)]!;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}

/** For many bars, where a table of all outcomes would be too large. */
function addImpacts(state: AleaState, cell: TradesCell, list: Float64Array): void {
  const { entry_impact, exit_impact, intensity, one_side } = cell;
  const choices = cell.delay_bars_max + 1;
  for (let i = 0; i < list.length; i++) {
    const late = intensity.length === 0 || nextUniform(state) < intensity[i]!;
    const first = nextUniform(state);
    const bars = Math.floor(nextUniform(state) * choices);
    const entryBars = one_side ? (first < 0.5 ? bars : 0) : Math.floor(first * choices);
    const exitBars = one_side && first < 0.5 ? 0 : bars;
    const impact = entry_impact[i * choices + entryBars]! + exit_impact[i * choices + exitBars]!;
    list[i] = late ? delayed(cell, i, impact) : cell.pnl[i]!;
  }
}

/** Stage 2 by an equity curve: the impact of k bars is the size of k drawn returns compounded, on the notional. */
export function delayByEquityCurve(state: AleaState, cell: TradesCell, list: Float64Array): void {
  const { intensity, notional, one_side, delay_bars_max } = cell;
  const choices = delay_bars_max + 1;
  for (let i = 0; i < list.length; i++) {
    const late = intensity.length === 0 || nextUniform(state) < intensity[i]!;
    const first = nextUniform(state);
    const bars = Math.floor(nextUniform(state) * choices);
    const entryBars = one_side ? (first < 0.5 ? bars : 0) : Math.floor(first * choices);
    const exitBars = one_side && first < 0.5 ? 0 : bars;
    const entry = drawnMove(state, cell, entryBars) * notional[i]!;
    const exit = drawnMove(state, cell, exitBars) * notional[i]!;
    list[i] = late ? delayed(cell, i, entry + exit) : cell.pnl[i]!;
  }
}

/** D returns are drawn, the first `used` compounded: |(1 + r_1) x ... x (1 + r_k) - 1|. */
function drawnMove(state: AleaState, cell: TradesCell, used: number): number {
  const { bar_returns } = cell;
  let growth = 1;
  for (let k = 0; k < cell.delay_bars_max; k++) {
    const r = bar_returns[Math.floor(nextUniform(state) * bar_returns.length)]!;
    if (k < used) growth *= 1 + r;
  }
  return Math.abs(growth - 1);
}

function nextUniform(state: AleaState): number {
  return (nextAlea(state) >>> 0) * PER_WORD;
}

/** Stage 3: every trade draws; what it costs one that is struck from the list later does not matter. */
export function slip(state: AleaState, cell: TradesCell, list: Float64Array): void {
  const { slip_scale, slip_multiplier } = cell;
  const n = list.length;
  let s0 = state.s0;
  let s1 = state.s1;
  let s2 = state.s2;
  let carry = state.carry;
  for (let i = 0; i < n; i++) {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const word = (Math.imul(MULTIPLIER, s0) + carry) | 0;
    carry = word >>> 0 < carry >>> 0 ? high + 1 : high;
    s0 = s1;
    s1 = s2;
    s2 = word;
    list[i] = list[i]! - (word >>> 0) * PER_WORD * slip_scale[i]! * slip_multiplier[i]!;
  }
  state.s0 = s0;
  state.s1 = s1;
  state.s2 = s2;
  state.carry = carry;
}

/** Stage 3 where the delay may have made trades miss: their mark stays. */
export function slipExecuted(state: AleaState, cell: TradesCell, list: Float64Array): void {
  const { slip_scale, slip_multiplier } = cell;
  for (let i = 0; i < list.length; i++) {
    const cost = nextUniform(state) * slip_scale[i]! * slip_multiplier[i]!;
    if (!Object.is(list[i], MISSED)) list[i] = list[i]! - cost;
  }
}

/** Trades become shares of what they were made with. */
export function toShares({ share_base, share_factor }: TradesCell, list: Float64Array): void {
  for (let i = 0; i < list.length; i++) {
    const pnl = list[i]!;
    const share = share_factor * (pnl / share_base[i]!);
    // Of a missed trade it is -0 again. A loss so small that its share is none is no missed trade.
    list[i] = share === 0 && pnl !== 0 ? 0 : share;
  }
}

/** Marks the missed trades. */
export function strike(list: Float64Array, missed: Uint8Array): void {
  const n = missed.length;
  for (let i = 0; i < n; i++) if (missed[i] !== 0) list[i] = MISSED;
}
