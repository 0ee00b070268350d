import type { Path } from './path.ts';
import { followPath, pathMetrics } from './metrics.ts';
import type { PreparedCell } from './cell/prepared.ts';

/** One permutation for a person: what happened to each trade, then the path position by position. */
export function* tracePath(cell: PreparedCell, path: Path, years: number | undefined): Generator<string> {
  yield `${cell.n} trades, initial equity ${cell.initial_equity}; skip masks drawn: ${path.masks}`;
  yield 'trade  pnl -> after delay (bars late in/out) - slippage = perturbed';
  for (let i = 0; i < cell.n; i++) {
    const late = `${path.entry_bars[i]!}/${path.exit_bars[i]!}`;
    if (path.executed[i] === 0) {
      const why = Number.isNaN(path.delayed[i]!) ? `missed: the entry would come after the exit (${late})` : 'missed';
      yield `${i}  ${cell.pnl[i]!} -> ${why}`;
      continue;
    }
    const share = path.share === undefined ? '' : `, share ${path.share[i]!}`;
    yield `${i}  ${cell.pnl[i]!} -> ${path.delayed[i]!} (${late}) - ${path.slip_cost[i]!} = ${path.pnl[i]!}${share}`;
  }
  yield `order after shuffle ${cell.shuffle} and bootstrap ${cell.bootstrap}`;
  yield 'slot  trade  pnl  equity  drawdown_pct';
  const { gain, equity, closed } = followPath(cell, path);
  let peak = cell.initial_equity;
  for (let k = 0; k < cell.n; k++) {
    const after = equity[k + 1]!;
    if (after > peak) peak = after;
    yield `${k}  ${path.order[k]!}  ${gain[k]!}  ${after}  ${((peak - after) / peak) * 100}`;
  }
  if (closed) yield 'the account was closed on the way: nothing is traded after that';
  for (const [name, value] of Object.entries(pathMetrics(cell, path, years))) yield `${name} = ${value}`;
}
