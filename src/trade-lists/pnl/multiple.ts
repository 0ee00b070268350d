import type { SourceTrade } from '../matching/source-trade.ts';

/** What a P&L is of the price moves: how many of the trades it fits, and the multiple of each symbol. */
export interface Multiple {
  /** Share of the trades that moved whose value is the multiple of the move, to half a cent. */
  readonly fitting: number;
  readonly by_symbol: ReadonlyMap<string, number>;
}

/** Half a cent, and what two sums of doubles may differ by. */
const ROUNDING = 0.00501;
const RELATIVE = 1e-8;

/** Price move of a trade in its direction times its size [points x units]; a size that is unknown counts as 1, a side as long. */
export function moveOf({ entry_price, exit_price, qty, side }: SourceTrade): number {
  return (exit_price - entry_price) * (side ?? 1) * (Number.isNaN(qty) ? 1 : qty);
}

/**
 * For each symbol the c with values_i = c x move_i: the median of the ratios, as a short number where that is as good. `tolerance` [money] by
 * trade.
 */
export function multipleOf(
  trades: readonly SourceTrade[],
  values: readonly number[],
  tolerance: (i: number) => number = () => ROUNDING,
): Multiple {
  const ratios = new Map<string, number[]>();
  trades.forEach((trade, i) => {
    const move = moveOf(trade);
    if (Math.abs(move) < 1e-12) return;
    const list = ratios.get(trade.symbol) ?? [];
    list.push(values[i]! / move);
    ratios.set(trade.symbol, list);
  });
  const by_symbol = new Map([...ratios].map(([symbol, list]) => [symbol, shortest(median(list))]));
  let moved = 0;
  let fitting = 0;
  trades.forEach((trade, i) => {
    const c = by_symbol.get(trade.symbol);
    const move = moveOf(trade);
    if (c === undefined || Math.abs(move) < 1e-12) return;
    moved++;
    const allowed = tolerance(i) + RELATIVE * Math.abs(values[i]!);
    if (Math.abs(values[i]! - c * move) <= allowed) fitting++;
  });
  return { fitting: moved === 0 ? 0 : fitting / moved, by_symbol };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const half = values.length >> 1;
  return values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2;
}

/** 49.98 of values rounded to cents is 50: the shortest number within three parts in a thousand. */
function shortest(value: number): number {
  for (const digits of [1, 2, 3]) {
    const short = Number(value.toPrecision(digits));
    if (Math.abs(short - value) <= Math.abs(value) * 3e-3) return short;
  }
  return value;
}
