import { exactSum } from './matching/exact-sum.ts';

/** What one asks first of a list of P&L in order of their exits. */
export interface Figures {
  readonly trades: number;
  readonly pnl: number;
  /** 0..1; null without trades. */
  readonly win_rate: number | null;
  /** Gains / losses; null without a loss. */
  readonly profit_factor: number | null;
  /** Deepest fall of the running total below its peak (0 at first), trade by trade [currency]. */
  readonly max_drawdown: number;
  /** The same as a share of the equity's peak [%]; null where the account is unknown. */
  readonly max_drawdown_pct: number | null;
}

export function figuresOf(pnl: readonly number[], initial_equity: number | undefined): Figures {
  const gains = exactSum(pnl.filter((value) => value > 0));
  const losses = exactSum(pnl.filter((value) => value < 0).map((value) => -value));
  let total = 0;
  let peak = 0;
  let deepest = 0;
  let deepest_share = 0;
  for (const value of pnl) {
    total += value;
    peak = Math.max(peak, total);
    deepest = Math.max(deepest, peak - total);
    if (initial_equity !== undefined) deepest_share = Math.max(deepest_share, (peak - total) / (initial_equity + peak));
  }
  return {
    trades: pnl.length,
    pnl: exactSum(pnl),
    win_rate: pnl.length === 0 ? null : pnl.filter((value) => value > 0).length / pnl.length,
    profit_factor: losses === 0 ? null : gains / losses,
    max_drawdown: Number(deepest.toPrecision(14)),
    max_drawdown_pct: initial_equity === undefined ? null : deepest_share * 100,
  };
}
