/**
 * The TypeScript twin of the WebAssembly kernel of the model `trades`: the same draws, the same sums in the same order,
 * the same bits. It is the fallback where SIMD is missing and the only kernel of the modes that `kernelFor` names.
 */
import { aleaState, seedAlea } from '../alea.ts';
import { SEED_STEP, type TradesCell } from './cell.ts';
import { delayedPnl, type DelayedPnl } from './delayed.ts';
import { ownDraws, type OwnDraws } from './draws.ts';
import { measure, tally, type Tally } from './measure.ts';
import { delayByBars, delayByEquityCurve, discard, skip, slip, strike } from './perturb.ts';
import { bootstrapBlocks, bootstrapTrades, permute, permuteBlocks } from './reorder.ts';

const state = aleaState();
const sums: Tally = { total: 0, gains: 0, losses: 0, wins: 0, executed: 0 };

/** Work arrays for one number of trades; kept, so that a chunk allocates nothing. */
interface Scratch {
  readonly missed: Uint8Array;
  readonly list: Float64Array;
  readonly other: Float64Array;
  readonly returns: Float64Array;
  readonly order: Uint32Array;
}

let scratch = makeScratch(0);

function makeScratch(n: number): Scratch {
  return {
    missed: new Uint8Array(n),
    list: new Float64Array(n),
    other: new Float64Array(n),
    returns: new Float64Array(n),
    order: new Uint32Array(n),
  };
}

/**
 * Permutations `first` .. `first + count - 1` of the cell whose seeds start at `base_seed`, with `alea`:
 * columns[m][i] is metric m of permutation first + i. Columns are at least `count` long, in the order of TRADES_METRICS.
 */
export function simulateTradesTwin(
  cell: TradesCell,
  base_seed: number,
  first: number,
  count: number,
  columns: readonly Float64Array[],
): void {
  if (scratch.list.length !== cell.n) scratch = makeScratch(cell.n);
  const table = cell.delay === 'ohlc' ? delayedPnl(cell) : undefined;
  const own = ownDraws(cell);
  for (let i = 0; i < count; i++) {
    seedAlea(state, (base_seed + Math.imul(first + i, SEED_STEP)) >>> 0);
    simulateOne(cell, table, own, columns, i);
  }
}

function simulateOne(
  cell: TradesCell,
  table: DelayedPnl | undefined,
  own: OwnDraws,
  columns: readonly Float64Array[],
  at: number,
): void {
  const { list, other, missed, order } = scratch;
  const fixed = cell.fixed_draws;

  if (cell.p_skip > 0) skip(state, cell, missed);
  if (fixed !== undefined) discard(state, fixed.skip - own.skip);

  if (cell.delay === 'none') list.set(cell.pnl);
  else if (cell.delay === 'ohlc') delayByBars(state, cell, table, list);
  else delayByEquityCurve(state, cell, list);
  if (fixed !== undefined) discard(state, fixed.delay - own.delay);

  if (cell.slip) slip(state, cell, list);
  if (fixed !== undefined) discard(state, fixed.slip - own.slip);

  if (cell.p_skip > 0) strike(list, missed);
  // Pure reordering leaves these constant to the last bit: they are summed before it.
  if (cell.bootstrap === 'none') tally(list, sums);

  let path = list;
  if (cell.shuffle === 'permute') permute(state, list);
  else if (cell.shuffle === 'block_permute') {
    permuteBlocks(state, list, cell.block_len, order, other);
    path = other;
  }
  if (fixed !== undefined) discard(state, fixed.shuffle - own.shuffle);

  if (cell.bootstrap !== 'none') {
    const into = path === list ? other : list;
    if (cell.bootstrap === 'trade_bootstrap') bootstrapTrades(state, path, into);
    else bootstrapBlocks(state, path, cell.block_len, into);
    path = into;
    tally(path, sums);
  }
  measure(cell, path, sums, scratch.returns, columns, at);
}
