/**
 * How fast is a replicate of the submit queue, against the compiled reference and the JavaScript check whose figures are in the oracle?
 * CPU milliseconds per replicate on one core, median of rounds, cases interleaved. Build first (npm run build), then
 *
 *   node bench/submit-queue/speed.mjs
 *
 * The reference's figures were measured on another, busy machine and are good to 20 %: read the last column as an order of magnitude.
 * They and the build histories are beside the project (../shared) or in the folder that PERMAFROST_SHARED names; without them only our own
 * figures of the random mode are told.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

import model from '../../dist/models/submit-queue/model.js';
import { createStreams } from '../../dist/random/streams.js';
import { median } from '../kernel/clock.mjs';
import { amount } from '../report.mjs';

const shared = [fileURLToPath(new URL('../../../shared', import.meta.url)), process.env.PERMAFROST_SHARED].find(
  (folder) => folder !== undefined && existsSync(join(folder, 'oracle', 'submit-queue.json')),
);
if (shared === undefined)
  process.stderr.write(
    'No reference data here: build histories and the figures of others are left out (put the data into ../shared, or name their folder in PERMAFROST_SHARED).\n',
  );

const ROUNDS = amount(5, 2, 1);
const runs =
  shared === undefined
    ? []
    : JSON.parse(readFileSync(join(shared, 'oracle', 'submit-queue.json'), 'utf8')).meta.speed.runs;
const METRICS = Object.keys(model.metrics);
const HISTORY = 'build_history.csv';

/**
 * `n` replicates a round; `go` and `js` are how the cases of the oracle begin that have the figures of the others.
 *
 * @type {{ name: string, parameters: Record<string, any>, n: number, file?: string, go?: string, js?: string }[]}
 */
const ALL = [
  { name: 'random, defaults', parameters: {}, n: 4, go: 'random default', js: 'same, 5 replicates' },
  { name: 'random, traffic 2', parameters: { traffic: 2 }, n: 10, go: 'random traffic 2' },
  { name: 'random, traffic 4, 128 tests', parameters: { traffic: 4, ntests: 128 }, n: 6, go: 'random 128' },
  { name: 'csv, 500 changes', file: HISTORY, parameters: {}, n: 300, go: 'reference code, csv', js: 'same, csv' },
  { name: 'csv, 290 real builds', file: 'dune_debian11_onset.csv', parameters: {}, n: 100 },
];
const CASES = ALL.filter(({ file }) => file === undefined || shared !== undefined).map((one) => ({
  ...one,
  n: amount(one.n, one.n, 1),
}));

const cpu_ms = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
const bytesOf = (file) => readFileSync(join(shared, 'data', 'submit-queue', file));

/** @param {(typeof ALL)[number]} one */
async function prepare({ file, parameters }) {
  const inputs = file === undefined ? {} : await model.load({ history: { path: file, bytes: bytesOf(file) } });
  const mode = file === undefined ? 'random' : 'csv';
  // The model knows the defaults of what is not given.
  const given = { mode, ...model.defaultsFrom(inputs), ...parameters };
  return model.prepare({
    parameters: /** @type {Parameters<typeof model.prepare>[0]['parameters']} */ (given),
    inputs,
    streams: 'independent',
    shared: undefined,
    metrics: METRICS,
  });
}

const states = await Promise.all(CASES.map(prepare));
const times = CASES.map(() => []);
for (let round = 0; round <= ROUNDS; round++) {
  for (const [i, { n }] of CASES.entries()) {
    const streams = createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed: 1 + round }, 0, n);
    const row = /** @type {Parameters<typeof model.simulate>[2]} */ ({});
    const start = process.cpuUsage();
    for (let perm = 0; perm < n; perm++) model.simulate(states[i], streams.rng(perm), row);
    if (Object.keys(row).length !== METRICS.length) throw new Error(`${CASES[i].name}: not every metric is there`);
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
/** The oracle's figure of the case that begins so [CPU ms per replicate]. */
const figure = (start) => {
  const found = start && runs.find((run) => run.case.startsWith(start));
  return found && 1000 * found.cpu_s;
};
line('CPU ms per replicate, one core', 'permafrost', 'Go', 'JavaScript', 'Go / ours');
for (const [i, { name, go, js }] of CASES.entries()) {
  const ours = median(times[i]);
  const go_ms = figure(go);
  const shown = (ms) => (ms === undefined ? '-' : ms.toFixed(2));
  line(
    name,
    ours.toFixed(2),
    shown(go_ms),
    shown(figure(js)),
    go_ms === undefined ? '-' : `${(go_ms / ours).toFixed(1)} x`,
  );
}

if (shared !== undefined) {
  const bytes = bytesOf(HISTORY);
  const parse = Array.from({ length: amount(9, 3, 1) }, () => {
    const start = process.cpuUsage();
    model.load({ history: { path: HISTORY, bytes } });
    return cpu_ms(start);
  });
  process.stdout.write(`reading 26,453 rows: ${median(parse).toFixed(1)} ms\n`);
}
