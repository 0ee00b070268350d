import type { TradeParameters } from '../cell/parameters.ts';
import { measuredInR } from '../cell/risk.ts';

/** Values that the cells of a study have, gathered in one pass: a study may have a hundred thousand of them. */
export class UsedSettings {
  readonly point_values = new Set<number>();
  /** Some cell counts results in dollars. */
  in_dollars = false;
  /** block_len of cells with moving blocks, and of all cells with blocks. */
  readonly moving = new Set<number>();
  readonly blocks = new Set<number>();
  /** p_skip and min_trades of cells where a mask may be drawn again. */
  readonly redrawn = new Map<string, { readonly p_skip: number; readonly min_trades: number }>();
  readonly delays = { both_ways: 0, adverse_only: 0 };
  readonly measured_in_r = new Set<string>();
  readonly accounts = new Set<number>();
  fallback: number | undefined;

  static of(cells: Iterable<TradeParameters>): UsedSettings {
    const used = new UsedSettings();
    for (const cell of cells) used.add(cell);
    return used;
  }

  private add(cell: TradeParameters): void {
    this.point_values.add(cell.point_value);
    this.in_dollars ||= cell.sizing === 'dollars';
    const { bootstrap_mode, shuffle_mode, block_len, p_skip, min_trades, delay_bars_max, delay_effect } = cell;
    const length = block_len ?? 0;
    if (bootstrap_mode === 'moving_block_bootstrap') this.moving.add(length);
    if (shuffle_mode === 'block_permute' || /block_bootstrap$/.test(bootstrap_mode)) this.blocks.add(length);
    if (min_trades > 0 && p_skip > 0) {
      const pair = { p_skip, min_trades };
      this.redrawn.set(`${pair.p_skip} ${pair.min_trades}`, pair);
    }
    this.delays[delay_effect] = Math.max(this.delays[delay_effect], delay_bars_max);
    for (const what of measuredInR(cell)) this.measured_in_r.add(what);
    this.fallback ??= cell.risk_fallback_pct;
    this.accounts.add(cell.initial_equity);
  }
}
