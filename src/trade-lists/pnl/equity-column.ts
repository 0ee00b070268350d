import type { Cells } from '../matching/cells.ts';
import type { SourceTrade } from '../matching/source-trade.ts';

/**
 * The account before each trade, where the list has a column of it. Whether the column is from before or after a trade shows in its steps; where
 * neither fits it is left out.
 */
export function equityBefore(
  cells: Cells,
  trades: readonly SourceTrade[],
  net: readonly number[],
  percent: boolean,
): { values: readonly number[]; note: string | undefined } {
  const none = trades.map(() => NaN);
  const values = trades.map(({ equity }) => equity);
  if (percent) return { values, note: undefined };
  if (!cells.has('equity') || values.some((value) => !(value > 0))) {
    return {
      values: none,
      note: cells.has('equity') ? 'the equity column has empty cells or none above 0: left out' : undefined,
    };
  }
  if (trades.length < 3) return { values, note: undefined };
  const fits = (stepOf: (i: number) => number): boolean => {
    let count = 0;
    for (let i = 1; i < values.length; i++) if (Math.abs(values[i]! - values[i - 1]! - stepOf(i)) <= 0.011) count++;
    return count >= (values.length - 1) * 0.9;
  };
  if (fits((i) => net[i - 1]!)) return { values, note: undefined };
  if (fits((i) => net[i]!)) {
    return {
      values: values.map((value, i) => Number((value - net[i]!).toPrecision(15))),
      note: 'the equity column has the value after each trade: the value before it is written',
    };
  }
  return {
    values: none,
    note: 'the equity column does not follow the P&L of the list: left out (--map equity=COLUMN does not change that)',
  };
}
