import { useWasm, type Kernel } from '../kernel.ts';
import { monthsFollow, type TradesCell } from './cell.ts';
import { delayedPnl } from './delayed.ts';
import { simulateTradesTwin } from './twin.ts';
import { simulateTradesWasm, tradesWasmRuns } from './wasm.ts';

export type { Kernel } from '../kernel.ts';
export type { TradesCell } from './cell.ts';

/** Which kernel `simulateTrades` uses for a cell, and why where it is not the WebAssembly one. */
export interface KernelChoice {
  readonly kernel: 'wasm' | 'typescript';
  readonly reason?: string;
}

/**
 * Everything of the model has a SIMD form but a delay drawn from an equity curve (its draws are 2 D per trade, nearly
 * all of them dropped, and it is rarely asked for), one on one side of so many trades, 41,000 at 50 bars, that its
 * table is refused, and calendar months that overlap (exits with different time zones around a month's end). Throws where
 * `wasm` is asked for by name and cannot run here.
 */
export function kernelFor(cell: TradesCell, kernel: Kernel = 'auto'): KernelChoice {
  if (!useWasm(kernel, tradesWasmRuns)) {
    return { kernel: 'typescript', reason: kernel === 'typescript' ? 'asked for' : 'no WebAssembly with SIMD here' };
  }
  if (cell.delay === 'equity_curve') {
    return { kernel: 'typescript', reason: 'a delay by an equity curve has no SIMD form' };
  }
  if (cell.delay === 'ohlc' && cell.one_side && delayedPnl(cell) === undefined) {
    return { kernel: 'typescript', reason: 'too many trades and bars for the table of a delay on one side' };
  }
  if (!monthsFollow(cell)) return { kernel: 'typescript', reason: 'months that overlap have no SIMD form' };
  return { kernel: 'wasm' };
}

/**
 * Permutations `first` .. `first + count - 1` of a cell of the model `trades`, drawn from `alea` seeded with
 * (base_seed + perm_index x 1000003) mod 2^32: columns[m][i] becomes metric m of permutation first + i.
 *
 * `base_seed`: 0 .. 2^32 - 1. `columns`: one array per metric in the order of the cell's `metrics`, at least `count` long.
 * The kernel never changes a bit, and neither does how permutations are cut into chunks.
 */
export function simulateTrades(
  cell: TradesCell,
  base_seed: number,
  first: number,
  count: number,
  columns: readonly Float64Array[],
  kernel: Kernel = 'auto',
): void {
  const simulate = kernelFor(cell, kernel).kernel === 'wasm' ? simulateTradesWasm : simulateTradesTwin;
  simulate(cell, base_seed, first, count, columns);
}
