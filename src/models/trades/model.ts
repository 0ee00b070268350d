import { simulateTrades } from '#native-free/trades/simulate';

import { defineModel, type Columns, type Course } from '../../model/model.ts';
import { yearsOf } from './cell/account.ts';
import { checkCell } from './check-inputs.ts';
import { ChunkRunner } from './chunk.ts';
import { load } from './list/load.ts';
import { inspectTrades, looksLikeTrades } from './inspect.ts';
import { TRADE_METRICS, TRADE_METRIC_SPECS } from './metric-specs.ts';
import { followPath, growth, pathMetrics } from './metrics.ts';
import { TRADE_PARAMETERS, TRADE_PRESETS } from './cell/parameters.ts';
import { drawPath } from './path.ts';
import { tradeNotes } from './notes/notes.ts';
import { factsOfStudy, prepareCell, type TradesContext } from './cell/prepare.ts';
import type { PreparedCell } from './cell/prepared.ts';
import { tracePath } from './trace.ts';
import { TRADE_CAVEATS, TRADE_VIEWS } from './views.ts';

/** A cell on one worker: its facts, and the buffers of the fast form. */
export interface TradesState {
  readonly cell: PreparedCell;
  readonly runner: ChunkRunner;
  /** From first entry to last exit; undefined for less than a day. */
  readonly years: number | undefined;
  /** What is stored. */
  readonly metrics: readonly string[];
}

/**
 * `trades`: what if some of a backtest's trades had been missed, filled late or at a worse price, or come in
 * another order? One permutation perturbs the trade list once and measures the result.
 */
export default defineModel({
  name: 'trades',
  version: '2',
  earlier_versions: {
    '1':
      'Version 2 has other defaults, and other meanings where version 1 gave wrong answers (docs/trades.md): parameters: { preset: reference } ' +
      'with another --output computes the rows of version 1 again (its block_bootstrap is now moving_block_bootstrap; cell_ids: index keeps the ' +
      'streams). summarize, report, export and verify can still read this run.',
  },
  description: 'resampling of a trade list: missed trades, delayed fills, slippage, shuffles, bootstraps',
  parameters: TRADE_PARAMETERS,
  presets: TRADE_PRESETS,
  inputs: {
    trades: {
      description: 'CSV: entry_time, exit_time, entry_price, exit_price, pnl[, qty, side, risk_dollars, equity]',
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
  // They know alea alone, which is the default and the fastest; every other generator takes the plain form.
  kernels: ['alea'],

  load,

  defaultsFrom: ({ trades, equity_curve }) => {
    const years = yearsOf(trades);
    return {
      ...(equity_curve !== undefined && { initial_equity: equity_curve.equity[0]! }),
      ...(years !== undefined && { periods_per_year: trades.count / years }),
    };
  },

  checkInputs: checkCell,

  notes: tradeNotes,

  shared: factsOfStudy,

  prepare: (context) => {
    const cell = prepareCell(context);
    return { cell, runner: new ChunkRunner(cell), years: yearsOf(context.inputs.trades), metrics: context.metrics };
  },

  simulate: ({ cell, years }, rng, row) => {
    Object.assign(row, pathMetrics(cell, drawPath(cell, rng), years));
  },

  simulateChunk: (state, streams, columns, kernel) => {
    const { cell, runner } = state;
    const { source, first, count } = streams;
    const computed = cell.metrics.map((name) => columnOf(columns, name));
    if (source.generator === 'alea') simulateTrades(cell, source.base_seed, first, count, computed, kernel);
    else for (let i = 0; i < count; i++) runner.run(streams.rng(i), computed, i);
    deriveGrowth(state, columns, count);
  },

  baseline: (context) => unperturbed(context),

  trace: ({ cell, years }, rng) => tracePath(cell, drawPath(cell, rng), years),

  path: ({ cell }, rng) => courseOf(cell, drawPath(cell, rng)),

  unperturbedPath: ({ cell }) => {
    const list = listOf(cell);
    return courseOf(list.cell, list.path);
  },
});

/** The equity after each place of a path. */
function courseOf(cell: PreparedCell, path: Parameters<typeof followPath>[1]): Course {
  const { equity } = followPath(cell, path);
  return { along: 'trades', at: equity.map((_, k) => k), values: { 'equity [dollars]': equity } };
}

function columnOf(columns: Columns, name: (typeof TRADE_METRICS)[number]): Float64Array {
  return columns[TRADE_METRICS.indexOf(name)]!;
}

/** The metrics that need a power, from those that the kernels compute. */
function deriveGrowth({ cell, years, metrics }: TradesState, columns: Columns, count: number): void {
  const calmar = metrics.includes('calmar_ratio');
  if (!calmar && !metrics.includes('cagr_pct')) return;
  const [equity, cagr] = [columnOf(columns, 'final_equity'), columnOf(columns, 'cagr_pct')];
  for (let i = 0; i < count; i++) cagr[i] = growth(equity[i]! / cell.initial_equity, years);
  if (!calmar) return;
  const [drawdown, ratio] = [columnOf(columns, 'max_drawdown_pct'), columnOf(columns, 'calmar_ratio')];
  for (let i = 0; i < count; i++) ratio[i] = drawdown[i] === 0 ? NaN : cagr[i]! / drawdown[i]!;
}

/** The metrics of the list as it is. */
function unperturbed(context: TradesContext): Record<string, number> {
  const { cell, path } = listOf(prepareCell(context));
  return pathMetrics(cell, path, yearsOf(context.inputs.trades));
}

/** The list as it is, as a path of a cell that changes nothing. */
function listOf(prepared: PreparedCell) {
  const cell = { ...prepared, bootstrap: 'none' as const };
  const { n, pnl, shares, share_base, share_factor } = cell;
  const share = shares ? pnl.map((value, i) => share_factor * (value / share_base[i]!)) : undefined;
  const order = Int32Array.from({ length: n }, (_, i) => i);
  return { cell, path: { pnl, share, executed: new Uint8Array(n).fill(1), order } };
}
