/** State models that make frictions worse when the strategy was volatile (`vol`) or under water (`dd`). */
export type StateModel = 'none' | 'vol' | 'dd' | 'vol_dd';

/**
 * Intensity 0 .. 1 per trade, known before the trade: from the unperturbed list in canonical order, with the equity it
 * had then. `vol_dd` is the mean of both. Empty for `none`.
 *
 * @param lookback Number of trades before a trade that its volatility is measured on, at least 2.
 */
export function intensity(
  state: StateModel,
  pnl: Float64Array,
  initial_equity: number,
  lookback: number,
): Float64Array {
  switch (state) {
    case 'none':
      return new Float64Array(0);
    case 'vol':
      return ranks(trailingVolatility(pnl, initial_equity, lookback));
    case 'dd':
      return relativeDrawdown(pnl, initial_equity);
    case 'vol_dd': {
      const vol = ranks(trailingVolatility(pnl, initial_equity, lookback));
      const dd = relativeDrawdown(pnl, initial_equity);
      return vol.map((v, i) => 0.5 * v + 0.5 * dd[i]!);
    }
  }
}

/**
 * Population standard deviation of the returns pnl / E of the up to `lookback` trades before each trade, E being the
 * equity before the trade (0 where E <= 0, as in the Sharpe ratio); 0 for fewer than two.
 */
function trailingVolatility(pnl: Float64Array, initial_equity: number, lookback: number): Float64Array {
  const n = pnl.length;
  const returns = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const before = initial_equity + sum;
    returns[i] = before > 0 ? pnl[i]! / before : 0;
    sum += pnl[i]!;
  }
  return returns.map((_, i) => populationSd(returns, Math.max(0, i - lookback), i));
}

function populationSd(values: Float64Array, from: number, to: number): number {
  const count = to - from;
  if (count < 2) return 0;
  let sum = 0;
  for (let j = from; j < to; j++) sum += values[j]!;
  const mean = sum / count;
  let squares = 0;
  for (let j = from; j < to; j++) squares += (values[j]! - mean) * (values[j]! - mean);
  return Math.sqrt(squares / count);
}

/** (values below + half the values equal, itself included) / n. */
function ranks(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  return values.map((value) => {
    const below = firstIndex(sorted, (x) => x >= value);
    const not_above = firstIndex(sorted, (x) => x > value);
    return (below + 0.5 * (not_above - below)) / values.length;
  });
}

/** First index of ascending `sorted` where the condition holds, which then holds for all after it. */
function firstIndex(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Drawdown (peak - E) / peak before each trade, divided by the largest drawdown of the list; 0 if there is none. */
function relativeDrawdown(pnl: Float64Array, initial_equity: number): Float64Array {
  const n = pnl.length;
  const before = new Float64Array(n);
  let sum = 0;
  let peak = initial_equity;
  let largest = 0;
  let current = 0;
  for (let i = 0; i < n; i++) {
    before[i] = current;
    sum += pnl[i]!;
    const equity = initial_equity + sum;
    if (equity > peak) peak = equity;
    current = (peak - equity) / peak;
    if (current > largest) largest = current;
  }
  return largest === 0 ? before.fill(0) : before.map((drawdown) => drawdown / largest);
}
