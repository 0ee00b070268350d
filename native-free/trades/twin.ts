/**
 * The TypeScript twin of the WebAssembly kernel of the model `trades`: the same draws, the same sums in the same order,
 * the same bits. It is the fallback where SIMD is missing and the only kernel of the modes that `kernelFor` names.
 */
import { aleaState, seedAlea } from '../alea.ts';
import { SEED_STEP, type TradesCell } from './cell.ts';
import { delayedPnl, mayMiss, type DelayedPnl } from './delayed.ts';
import { ownDraws, type OwnDraws } from './draws.ts';
import { Meter } from './measure.ts';
import { delayByBars, delayByEquityCurve, discard, skip, slip, slipExecuted, strike, toShares } from './perturb.ts';
import { bootstrapBlocks, bootstrapStationary, bootstrapTrades, permute, permuteBlocks } from './reorder.ts';

const state = aleaState();

/** A cell with what all of its permutations use; kept, so that a chunk allocates nothing. */
interface Workplace {
  readonly cell: TradesCell;
  readonly meter: Meter;
  readonly table: DelayedPnl | undefined;
  readonly may_miss: boolean;
  readonly own: OwnDraws;
  readonly missed: Uint8Array;
  readonly list: Float64Array;
  readonly other: Float64Array;
  readonly order: Uint32Array;
}

let last: Workplace | undefined;

function workplaceOf(cell: TradesCell): Workplace {
  if (last?.cell === cell) return last;
  const { n } = cell;
  last = {
    cell,
    meter: new Meter(cell),
    table: cell.delay === 'ohlc' ? delayedPnl(cell) : undefined,
    may_miss: mayMiss(cell),
    own: ownDraws(cell),
    missed: new Uint8Array(n),
    list: new Float64Array(n),
    other: new Float64Array(n),
    order: new Uint32Array(n),
  };
  return last;
}

/**
 * Permutations `first` .. `first + count - 1` of the cell whose seeds start at `base_seed`, with `alea`: columns[m][i] is
 * metric m of permutation first + i. Columns are at least `count` long, in the order of the cell's metrics.
 */
export function simulateTradesTwin(
  cell: TradesCell,
  base_seed: number,
  first: number,
  count: number,
  columns: readonly Float64Array[],
): void {
  const workplace = workplaceOf(cell);
  for (let i = 0; i < count; i++) {
    seedAlea(state, (base_seed + Math.imul(first + i, SEED_STEP)) >>> 0);
    simulateOne(workplace, columns, i);
  }
}

function simulateOne(workplace: Workplace, columns: readonly Float64Array[], at: number): void {
  const { cell, meter, own } = workplace;
  const fixed = cell.fixed_draws;
  perturb(workplace);
  meter.beforeShuffle(workplace.list);
  let path = shuffle(workplace);
  if (fixed !== undefined) discard(state, fixed.shuffle - own.shuffle);
  path = resample(workplace, path);
  meter.measure(path, columns, at);
}

/** Stages 1 to 3: the list, a missed trade -0. */
function perturb({ cell, table, may_miss, own, missed, list }: Workplace): void {
  const fixed = cell.fixed_draws;
  if (cell.p_skip > 0) skip(state, cell, missed);
  if (fixed !== undefined) discard(state, fixed.skip - own.skip);

  if (cell.delay === 'none') list.set(cell.pnl);
  else if (cell.delay === 'ohlc') delayByBars(state, cell, table, list);
  else delayByEquityCurve(state, cell, list);
  if (fixed !== undefined) discard(state, fixed.delay - own.delay);

  if (cell.slip && may_miss) slipExecuted(state, cell, list);
  else if (cell.slip) slip(state, cell, list);
  if (fixed !== undefined) discard(state, fixed.slip - own.slip);

  if (cell.p_skip > 0) strike(list, missed);
  if (cell.shares) toShares(cell, list);
}

/** Stage 4: the array that holds the order now. */
function shuffle({ cell, list, other, order }: Workplace): Float64Array {
  if (cell.shuffle === 'permute') permute(state, list);
  else if (cell.shuffle === 'block_permute') {
    permuteBlocks(state, list, cell.block_len, order, other);
    return other;
  }
  return list;
}

/** Stage 5: the array that holds the path. */
function resample({ cell, list, other }: Workplace, path: Float64Array): Float64Array {
  const { n, block_len } = cell;
  const into = path === list ? other : list;
  switch (cell.bootstrap) {
    case 'none':
      return path;
    case 'trade_bootstrap':
      bootstrapTrades(state, path, into);
      break;
    case 'block_bootstrap':
      bootstrapBlocks(state, path, block_len, n, into);
      break;
    case 'moving_block_bootstrap':
      bootstrapBlocks(state, path, block_len, n - block_len + 1, into);
      break;
    case 'stationary_bootstrap':
      bootstrapStationary(state, path, cell.restart_chance, into);
      break;
  }
  return into;
}
