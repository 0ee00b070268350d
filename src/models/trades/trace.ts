import type { Path } from './path.ts';
import { pathMetrics } from './metrics.ts';
import type { PreparedCell } from './prepared.ts';

/** One permutation for a person: what happened to each trade, then the path position by position. */
export function* tracePath(cell: PreparedCell, path: Path): Generator<string> {
  yield `${cell.n} trades, initial equity ${cell.initial_equity}; skip masks drawn: ${path.masks}`;
  yield 'trade  pnl -> after delay (bars late in/out) - slippage = perturbed';
  for (let i = 0; i < cell.n; i++) {
    if (path.executed[i] === 0) {
      yield `${i}  ${cell.pnl[i]!} -> missed`;
      continue;
    }
    const late = `${path.entry_bars[i]!}/${path.exit_bars[i]!}`;
    yield `${i}  ${cell.pnl[i]!} -> ${path.delayed[i]!} (${late}) - ${path.slip_cost[i]!} = ${path.pnl[i]!}`;
  }
  yield `order after shuffle ${cell.shuffle} and bootstrap ${cell.bootstrap}`;
  yield 'slot  trade  pnl  equity  drawdown_pct';
  let sum = 0;
  let peak = cell.initial_equity;
  for (let k = 0; k < cell.n; k++) {
    const trade = path.order[k]!;
    sum += path.pnl[trade]!;
    const equity = cell.initial_equity + sum;
    if (equity > peak) peak = equity;
    yield `${k}  ${trade}  ${path.pnl[trade]!}  ${equity}  ${((peak - equity) / peak) * 100}`;
  }
  for (const [name, value] of Object.entries(pathMetrics(cell, path))) yield `${name} = ${value}`;
}
