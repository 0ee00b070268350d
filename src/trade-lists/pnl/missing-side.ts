import type { Cells } from '../matching/cells.ts';
import { EngineError } from '../../errors.ts';
import type { SourceTrade } from '../matching/source-trade.ts';

/**
 * A list without a column of sides is taken as long, as the model takes it, if its P&L goes the way of its prices; where many trades gain as the
 * price falls it holds shorts, and a person must say which.
 */
export function sideOrLong(
  cells: Cells,
  trades: readonly SourceTrade[],
): { trades: readonly SourceTrade[]; note: string | undefined } {
  if (trades.every(({ side }) => side !== undefined)) return { trades, note: undefined };
  const against = trades.filter(({ pnl, entry_price, exit_price }) => pnl * (exit_price - entry_price) < 0);
  if (against.length > trades.length * 0.1) {
    const [first] = against;
    throw new EngineError(
      'DATA',
      `${first!.row.file}: no column says long or short, and ${against.length} of ${trades.length} trades gain while the price falls or lose while it rises (the first in line ${first!.row.line}). Name the column of sides: --map side=COLUMN. Columns: ${cells.raw.header.join(', ')}`,
      { path: '--map', allowed: 'side=COLUMN' },
    );
  }
  const odd =
    against.length === 0
      ? ''
      : ` (${against.length} lose while the price rises or the other way round: costs, or shorts)`;
  return {
    trades: trades.map((trade) => (trade.side === undefined ? { ...trade, side: 1 } : trade)),
    note: `no column says long or short: all are read as long${odd}`,
  };
}
