/**
 * What do sizing by the equity, closed accounts and metrics on request cost the kernel of the model `trades`?
 *
 *   npm run build && node bench/kernel/accounts.mjs [--json] [--short] [--trades N]
 *
 * CPU time per permutation of the headline work (cells.mjs), variants interleaved, medians; ratios are medians of paired
 * rounds. Rows of kernel and twin are compared bit for bit first.
 */
import process from 'node:process';
import { TRADES_METRICS } from '../../dist/native-free/trades/cell.js';
import { simulateTrades } from '../../dist/native-free/trades/simulate.js';
import { METRICS, makeCell } from './cells.mjs';
import { cpuNs, interleave, median, pairedRatio } from './clock.mjs';
import { amount, report } from '../report.mjs';

const ROUNDS = amount(21, 5, 1);
const SEED = 123;
const at = process.argv.indexOf('--trades');
const n = at < 0 ? 300 : Number(process.argv[at + 1]);

/** @type {Record<string, Parameters<typeof makeCell>[1]>} */
const CELLS = {
  dollars: {},
  'dollars, stop': { stop: true },
  'dollars, stop at half': { stop: true, ruin: 0.5 },
  equity: { sizing: 'equity' },
  'equity, stop': { sizing: 'equity', stop: true },
  'equity, stop at half': { sizing: 'equity', stop: true, ruin: 0.5 },
  'circular blocks': { bootstrap: 'block_bootstrap' },
  'moving blocks': { bootstrap: 'moving_block_bootstrap' },
  'stationary blocks': { bootstrap: 'stationary_bootstrap' },
  'all metrics': { metrics: TRADES_METRICS },
  'drawdown only': { metrics: ['max_drawdown_pct'] },
};

const columnsOf = (cell, count) => cell.metrics.map(() => new Float64Array(count));

function compare(name, cell) {
  const [expected, found] = [columnsOf(cell, 200), columnsOf(cell, 200)];
  simulateTrades(cell, SEED, 0, 200, expected, 'typescript');
  simulateTrades(cell, SEED, 0, 200, found, 'wasm');
  for (const [m, column] of expected.entries()) {
    const i = column.findIndex((value, row) => !Object.is(value, found[m][row]));
    if (i >= 0) throw new Error(`${name}: ${cell.metrics[m]} of permutation ${i} is ${found[m][i]}, not ${column[i]}`);
  }
}

const count = Math.ceil(amount(600_000, 600_000, 30_000) / n);
const variants = {};
for (const [name, options] of Object.entries(CELLS)) {
  const cell = makeCell(n, { metrics: METRICS, ...options });
  compare(name, cell);
  const columns = columnsOf(cell, count);
  variants[name] = (round) => {
    const began = cpuNs();
    simulateTrades(cell, SEED, round * count, count, columns, 'wasm');
    return (cpuNs() - began) / count;
  };
}
const times = interleave(variants, ROUNDS);
/** What was set out: an account that reinvests, or is closed, costs the kernel at most a quarter. */
const AIMS = {
  'dollars, stop at half': 'kernel, a closed account : results in dollars',
  equity: 'kernel, sizing by the equity : results in dollars',
  'equity, stop at half': 'kernel, sizing by the equity and a closed account : results in dollars',
};
report(
  `What do accounts cost the kernel of trades? (${n} trades, one core, CPU time; ratios are medians of paired rounds)`,
  Object.keys(CELLS).flatMap((name) => [
    { what: name, value: median(times[name]), unit: 'ns per permutation' },
    ...(name === 'dollars'
      ? []
      : [
          {
            what: `${name} : dollars`,
            value: pairedRatio(times[name], times.dollars),
            unit: 'x',
            ...(name in AIMS && { at_most: 1.25, headline: AIMS[name] }),
          },
        ]),
  ]),
);
