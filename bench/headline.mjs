/**
 * The study that the engine is measured on: the first 300 trades of examples/sp500, one cell with everything on: skip, a delay
 * of one bar, slippage, permute, trade_bootstrap (six draws per trade).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { prepareCell } from '../dist/models/trades/cell/prepare.js';
import { cellOf } from '../dist/plan/run-cell.js';
import { openStudy } from '../dist/study/loaded-study.js';

const example = (name) => fileURLToPath(new URL(`../examples/sp500/${name}`, import.meta.url));

/** A folder beside the working directory (memory file systems would flatter the disk), removed at the end of the process. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(process.cwd(), '.permafrost-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
  return folder;
}

/** Writes the study and its trades; returns the study file. */
export function writeHeadline(folder, { permutations = 200_000, grid = '', format = 'arrow' } = {}) {
  const trades = readFileSync(example('trades.csv'), 'utf8').split('\n').slice(0, 301).join('\n');
  writeFileSync(join(folder, 'trades.csv'), `${trades}\n`);
  writeFileSync(join(folder, 'ohlc.csv'), readFileSync(example('sp500_daily.csv')));
  const file = join(folder, 'study.yaml');
  writeFileSync(
    file,
    `name: headline
model: trades
inputs: { trades: trades.csv, ohlc: ohlc.csv }
parameters: { preset: reference, delay_bars_max: 1, slip_dollars: 100, shuffle_mode: permute, bootstrap_mode: trade_bootstrap }
grid: { ${grid === '' ? 'p_skip: [0.05]' : grid} }
permutations: ${permutations}
format: ${format}
output: out
`,
  );
  return file;
}

/** The study as the engine loads it, and its first cell as the kernels take it. */
export async function openHeadline(file) {
  const experiment = await openStudy(file, {});
  const { parameters } = cellOf(experiment, experiment.cells.at(0), 'out');
  const { inputs, study } = experiment;
  const context = { parameters, inputs, streams: 'independent', shared: undefined, metrics: study.metrics };
  return { experiment, cell: prepareCell(/** @type {Parameters<typeof prepareCell>[0]} */ (context)) };
}
