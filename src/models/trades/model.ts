import { simulateTrades } from '#native-free/trades/simulate';

import { defineModel } from '../../model/model.ts';
import { ChunkRunner } from './chunk.ts';
import { loadInputs } from './inputs.ts';
import { inspectTrades, looksLikeTrades } from './inspect.ts';
import { pathMetrics } from './metrics.ts';
import { TRADE_METRIC_SPECS, TRADE_PARAMETERS } from './parameters.ts';
import { drawPath } from './path.ts';
import { prepareCell } from './prepare.ts';
import type { PreparedCell } from './prepared.ts';
import { formatTime } from './time.ts';
import { tracePath } from './trace.ts';
import { TRADE_CAVEATS, TRADE_VIEWS } from './views.ts';

/** A cell on one worker: its facts, and the buffers of the fast form. */
export interface TradesState {
  readonly cell: PreparedCell;
  readonly runner: ChunkRunner;
}

/**
 * `trades`: what if some of a backtest's trades had been missed, filled late or at a worse price, or come in
 * another order? One permutation perturbs the trade list once and measures the result.
 */
export default defineModel({
  name: 'trades',
  version: '1',
  description: 'resampling of a trade list: missed trades, delayed fills, slippage, shuffles, bootstraps',
  parameters: TRADE_PARAMETERS,
  inputs: {
    trades: {
      description: 'CSV: entry_time, exit_time, entry_price, exit_price, pnl[, qty, side, risk_dollars]',
      required: true,
      recognises: looksLikeTrades,
      inspect: inspectTrades,
    },
    ohlc: { description: 'CSV: time, open, high, low, close; prices for delayed fills' },
    equity_curve: { description: 'CSV: time, equity per bar; returns for delayed fills where there is no ohlc' },
  },
  metrics: TRADE_METRIC_SPECS,
  views: TRADE_VIEWS,
  caveats: TRADE_CAVEATS,

  load: loadInputs,

  defaultsFrom: ({ equity_curve }) => (equity_curve === undefined ? {} : { initial_equity: equity_curve.equity[0]! }),

  checkInputs: ({ delay_bars_max }, inputs) => {
    if (delay_bars_max === 0) return [];
    const { trades, ohlc, equity_curve } = inputs;
    if (ohlc !== undefined) {
      const early = trades.entry_time.findIndex((time) => time < ohlc.time[0]!);
      if (early === -1) return [];
      return [
        `${trades.path} line ${trades.line[early]!}: the trade enters at ${formatTime(trades.entry_time[early]!)}, before the ` +
          `first bar of ${ohlc.path} (${formatTime(ohlc.time[0]!)}): give earlier bars, or drop the trade`,
      ];
    }
    if (equity_curve === undefined) {
      return [
        `delay_bars_max ${String(delay_bars_max)} needs prices: the input file \`ohlc\` is missing ` +
          '(or `equity_curve` in its place): name one under inputs, or set delay_bars_max to 0',
      ];
    }
    if (equity_curve.count < 2) return [`${equity_curve.path} holds 1 point: a delay needs at least 2`];
    return [];
  },

  shared: (cells) => {
    let largest = 0;
    for (const { delay_bars_max } of cells) largest = Math.max(largest, Number(delay_bars_max));
    return { delay_bars_max: largest };
  },

  prepare: (context) => {
    const cell = prepareCell(context);
    return { cell, runner: new ChunkRunner(cell) };
  },

  simulate: ({ cell }, rng, row) => {
    Object.assign(row, pathMetrics(cell, drawPath(cell, rng)));
  },

  simulateChunk: ({ cell, runner }, streams, columns, kernel) => {
    const { source, first, count } = streams;
    // The kernels know alea alone, which is the default and the fastest; every other generator takes the plain form.
    if (source.generator === 'alea') simulateTrades(cell, source.base_seed, first, count, columns, kernel);
    else for (let i = 0; i < count; i++) runner.run(streams.rng(i), columns, i);
  },

  baseline: (context) => {
    const cell = prepareCell(context);
    const { n, pnl } = cell;
    const order = Int32Array.from({ length: n }, (_, i) => i);
    return pathMetrics({ ...cell, bootstrap: 'none' }, { pnl, executed: new Uint8Array(n).fill(1), order });
  },

  trace: ({ cell }, rng) => tracePath(cell, drawPath(cell, rng)),
});
