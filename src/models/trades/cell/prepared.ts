import type { TradesCell } from '#native-free/trades/cell';

/**
 * One cell with every fact resolved that is the same for all its permutations: what `path.ts` (the readable reference, any
 * generator), `chunk.ts` (the fast form, any generator) and the kernels of native-free compute from.
 */
export type PreparedCell = TradesCell;
export type { StageDraws } from '#native-free/trades/cell';
