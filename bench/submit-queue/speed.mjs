/**
 * How fast is a replicate of the submit queue, against the compiled reference and the JavaScript check whose figures are in the oracle?
 * CPU milliseconds per replicate on one core, median of rounds, cases interleaved. Build first (npm run build), then
 *
 *   node bench/submit-queue/speed.mjs
 *
 * The reference's figures were measured on another, busy machine and are good to 20 %: read the last column as an order of magnitude.
 * Needs the reference data beside the project (../shared) or in the folder that PERMAFROST_SHARED names.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

import model from '../../dist/models/submit-queue/model.js';
import { createStreams } from '../../dist/random/streams.js';

const shared = [fileURLToPath(new URL('../../../shared', import.meta.url)), process.env.PERMAFROST_SHARED].find(
  (folder) => folder !== undefined && existsSync(join(folder, 'oracle', 'submit-queue.json')),
);
if (shared === undefined) {
  process.stderr.write('No reference data: put them into ../shared, or name their folder in PERMAFROST_SHARED.\n');
  process.exit(2);
}

const ROUNDS = 5;
const { runs } = JSON.parse(readFileSync(join(shared, 'oracle', 'submit-queue.json'), 'utf8')).meta.speed;
const figure = (start) => 1000 * runs.find((run) => run.case.startsWith(start)).cpu_s;

const CASES = [
  {
    name: 'random, defaults',
    parameters: {},
    n: 4,
    go_ms: figure('random default'),
    js_ms: figure('same, 5 replicates'),
  },
  { name: 'random, traffic 2', parameters: { traffic: 2 }, n: 10, go_ms: figure('random traffic 2') },
  { name: 'random, traffic 4, 128 tests', parameters: { traffic: 4, ntests: 128 }, n: 6, go_ms: figure('random 128') },
  {
    name: 'csv, 500 changes',
    file: 'build_history.csv',
    parameters: {},
    n: 300,
    go_ms: figure('reference code, csv'),
    js_ms: figure('same, csv'),
  },
  { name: 'csv, 290 real builds', file: 'dune_debian11_onset.csv', parameters: {}, n: 100 },
];

const cpu_ms = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function prepared({ file, parameters }) {
  if (file === undefined) return model.prepare({ parameters: { mode: 'random', ...parameters }, inputs: {} });
  const bytes = readFileSync(join(shared, 'data', 'submit-queue', file));
  const inputs = model.load({ history: { path: file, bytes } });
  return model.prepare({ parameters: { mode: 'csv', ...model.defaultsFrom(inputs), ...parameters }, inputs });
}

const states = CASES.map(prepared);
const times = CASES.map(() => []);
for (let round = 0; round <= ROUNDS; round++) {
  for (const [i, { n }] of CASES.entries()) {
    const streams = createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed: 1 + round }, 0, n);
    const row = {};
    const start = process.cpuUsage();
    for (let perm = 0; perm < n; perm++) model.simulate(states[i], streams.rng(perm), row);
    // The first round warms up.
    if (round > 0) times[i].push(cpu_ms(start) / n);
  }
}

const line = (...cells) =>
  process.stdout.write(
    `${cells[0].padEnd(30)}${cells
      .slice(1)
      .map((cell) => cell.padStart(14))
      .join('')}\n`,
  );
line('CPU ms per replicate, one core', 'permafrost', 'Go', 'JavaScript', 'Go / ours');
for (const [i, { name, go_ms, js_ms }] of CASES.entries()) {
  const ours = median(times[i]);
  const shown = (ms) => (ms === undefined ? '-' : ms.toFixed(2));
  line(name, ours.toFixed(2), shown(go_ms), shown(js_ms), go_ms === undefined ? '-' : `${(go_ms / ours).toFixed(1)} x`);
}

const bytes = readFileSync(join(shared, 'data', 'submit-queue', 'build_history.csv'));
const parse = Array.from({ length: 9 }, () => {
  const start = process.cpuUsage();
  model.load({ history: { path: 'build_history.csv', bytes } });
  return cpu_ms(start);
});
process.stdout.write(`reading 26,453 rows: ${median(parse).toFixed(1)} ms\n`);
