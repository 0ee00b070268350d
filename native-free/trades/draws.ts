import type { TradesCell } from './cell.ts';

/** Draws that the stages before the bootstrap take of themselves, once each (a skip mask drawn again apart). */
export interface OwnDraws {
  readonly skip: number;
  readonly delay: number;
  readonly slip: number;
  readonly shuffle: number;
}

export function ownDraws(cell: TradesCell): OwnDraws {
  const { n } = cell;
  const perDelay =
    2 + (cell.intensity.length > 0 ? 1 : 0) + (cell.delay === 'equity_curve' ? 2 * cell.delay_bars_max : 0);
  return {
    skip: cell.p_skip > 0 ? n : 0,
    delay: cell.delay === 'none' ? 0 : n * perDelay,
    slip: cell.slip ? n : 0,
    shuffle:
      cell.shuffle === 'permute' ? n - 1 : cell.shuffle === 'block_permute' ? Math.ceil(n / cell.block_len) - 1 : 0,
  };
}
