import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { EXAMPLES } from './cli.ts';

/** A user's own model in TypeScript, with distributions of the kit: its hash is part of its cells' identity. */
const WALK = `import { defineModel, gamma, normal } from 'permafrost';

interface Walk { readonly drift: number; readonly steps: number }

export default defineModel<Walk>({
  name: 'walk', version: '2',
  parameters: { drift: { type: 'number', default: 0 }, steps: { type: 'integer', min: 1, default: 8 } },
  metrics: { end: { unit: 'm' }, peak: { missing: true }, waited: { unit: 's' } },
  prepare: ({ parameters }) => ({ drift: Number(parameters['drift']), steps: Number(parameters['steps']) }),
  simulate: ({ drift, steps }, rng, row) => {
    let at = 0, peak = 0;
    for (let i = 0; i < steps; i += 1) {
      at += normal(rng) + drift;
      if (at > peak) peak = at;
    }
    row['end'] = at;
    row['peak'] = peak === 0 ? NaN : peak;
    row['waited'] = gamma(rng, 2, 1.5);
  },
});
`;

/** Serving with bins, for steps; fails now and then where it is told to. */
const SERVE = `export default {
  name: 'serve', version: '1',
  parameters: {
    scheduler: { type: 'choice', values: ['fifo', 'bins'], default: 'bins' },
    volume: { type: 'integer', min: 1, default: 10 },
    gpus: { type: 'integer', min: 1, default: 1 },
    bins: { type: 'integer', min: 1, default: 8, active_when: [{ scheduler: 'bins' }] },
    p_fail: { type: 'number', min: 0, max: 1, default: 0 },
  },
  metrics: { capacity: {}, latency: {} },
  simulate: ({ parameters }, rng, row) => {
    if (rng() < parameters.p_fail) throw new RangeError('no such bin, "asked" for');
    row.capacity = -((parameters.gpus - 4) * (parameters.gpus - 4)) + rng() / 10;
    row.latency = parameters.volume / parameters.gpus + rng();
  },
};
`;

/** Cells with slippage in its three units, delays, shuffles, bootstraps and states: those that version 1 of the model had, too. */
const OF_VERSION_1 = `  - { p_skip: 0.1, slip_dollars: 50, delay_bars_max: 1, shuffle_mode: permute }
  - { p_skip: 0.02, slip_mode: percent, slip_dollars: 0.1, state_model: vol_dd, bootstrap_mode: trade_bootstrap }
  - { delay_bars_max: 3, delay_sides: one_side, state_model: vol, bootstrap_mode: moving_block_bootstrap, block_len: 7 }
  - { slip_mode: r, slip_dollars: 0.2, state_model: dd, shuffle_mode: block_permute, block_len: 5 }
`;
const OF_VERSION_2 = `  - { sizing: equity, ruin_equity_pct: 60, bootstrap_mode: stationary_bootstrap, block_len: 7, slip_dollars: 100 }
  - { sizing: risk, risk_pct: 4, p_skip: 0.05, bootstrap_mode: block_bootstrap, block_len: 5, delay_bars_max: 5 }
`;

/** Every path through a trade. */
const trades = (
  permutations: number,
  more = '',
  preset = '',
  cells = OF_VERSION_1 + OF_VERSION_2,
): string => `model: trades
inputs: { trades: trades.csv, ohlc: sp500_daily.csv }
parameters: { ${preset}initial_equity: 25000 }
cells:
${cells}permutations: ${permutations}
batch_rows: 1000
thresholds: { max_drawdown_pct: [20, 30] }
${more}`;

const walk = (more: string): string => `model: ./walk.ts
grid: { drift: [-0.1, 0.3], steps: [3, 8] }
permutations: 2500
batch_rows: 1000
thresholds: { end: [0, 2] }
${more}`;

/** Permutations per cell of the trades studies: two whole batches and a part of one. */
export const PERMUTATIONS = 2300;

const STUDIES: Readonly<Record<string, string>> = {
  'walk.ts': WALK,
  'serve.mjs': SERVE,
  'trades.yaml': trades(PERMUTATIONS),
  'trades-arrow.yaml': trades(PERMUTATIONS, 'format: arrow\n'),
  // The rows of version 1 of the model, on record since before version 2.
  'trades-index.yaml': trades(
    300,
    'cell_ids: index\nseed: { global: 7, stride: 1000, generator: sfc32 }\n',
    'preset: reference, ',
    OF_VERSION_1,
  ),
  'trades-shared.yaml': trades(300, 'streams: shared\nseed: { global: 7, scheme: philox, namespace: desk }\n'),
  'walk.yaml': walk('streams: { shared: pairs }\n'),
  'precise.yaml': walk(`format: arrow
precision:
  - { metric: end, mean: true, half_width: 0.11, min: 300 }
  - { metric: waited, quantile: 0.5, half_width: 0.06, relative: true, min: 500 }
  - { metric: end, threshold: 2, half_width: 0.03, min: 400 }
`),
  'failing.yaml': `model: ./serve.mjs
grid: { p_fail: [0, 0.01] }
permutations: 500
`,
  'suite.yaml': `model: ./serve.mjs
steps:
  step1:
    parameters: { gpus: 1 }
    grid: { volume: [10, 100], scheduler: [fifo, bins], gpus: { values: [2, 1], when: { scheduler: bins } } }
  step2:
    parameters: { volume: 100 }
    grid: { gpus: [8, 4, 2, 1] }
  step3:
    parameters: { volume: 100, gpus: { from: step2, best: capacity, otherwise: 32 } }
    grid: { bins: [1, 8] }
permutations: 20
results: { key: [scheduler, volume, gpus, bins], keep: last }
`,
};

/** Writes the studies, the models and the inputs that they name. */
export function writeStudies(folder: string): void {
  for (const [name, text] of Object.entries(STUDIES)) writeFileSync(join(folder, name), text);
  for (const input of ['trades.csv', 'sp500_daily.csv'])
    copyFileSync(join(EXAMPLES, 'sp500', input), join(folder, input));
}
