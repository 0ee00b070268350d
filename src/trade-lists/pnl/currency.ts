import { EngineError } from '../../errors.ts';
import type { Cells } from '../matching/cells.ts';
import type { SourceTrade } from '../matching/source-trade.ts';

/** The currency of a list's P&L, as far as it names one. Several can't be added up, unless the list has rates. */
export function currencyOf(
  cells: Cells,
  trades: readonly SourceTrade[],
): { value: string | undefined; note: string | undefined } {
  const column = new Set(trades.map(({ row }) => cells.text(row, 'currency')).filter((name) => name !== ''));
  if (column.size > 1 && !cells.has('fx_rate')) {
    throw new EngineError(
      'DATA',
      `${trades[0]!.row.file} has P&L in several currencies (${[...column].join(', ')}), which can't be added up. Export it in one (Interactive Brokers: a Flex query with FXRateToBase), or import the rows of one currency alone.`,
      { path: trades[0]!.row.file },
    );
  }
  if (column.size > 1)
    return {
      value: 'base currency',
      note: `P&L in ${[...column].join(', ')} is converted to the base currency at the list's rates`,
    };
  const marked = [...cells.currencies('pnl')];
  return {
    value: [...column][0] ?? cells.raw.currency ?? (marked.length === 1 ? marked[0] : undefined),
    note: undefined,
  };
}
