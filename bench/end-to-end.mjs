/**
 * The whole engine on 2 worker threads, every row durable on disk, against scalar C++ on 2 cores that only computes (kernel/peer.cpp,
 * g++ -O3 -march=native -ffp-contract=off). Rows are compared bit for bit first. Wall time, interleaved, medians of paired rounds.
 */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { run } from '../dist/index.js';
import { simulateTrades } from '../dist/native-free/trades/simulate.js';
import { BenchRig } from '../dist/bench/bench-rig.js';
import { thisMachine } from '../dist/readers/this-machine.js';
import { openHeadline, temporaryFolder, writeHeadline } from './headline.mjs';
import { encodeForPeer, makeColumns } from './kernel/cells.mjs';
import { median } from './kernel/clock.mjs';
import { compilePeer } from './kernel/peer.mjs';
import { amount, report } from './report.mjs';

const ROUNDS = amount(11, 3, 1);
const MS = amount(1500, 300, 50);
const folder = temporaryFolder();
const study = writeHeadline(folder);
const { experiment, cell } = await openHeadline(study);

/** Two C++ processes that compute on request, or undefined where there is no C++. */
function startPeer() {
  const path = compilePeer(folder);
  if (path === undefined) return undefined;
  return [0, 1].map(() => {
    const child = spawn(path, ['wall'], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(encodeForPeer(cell));
    return child;
  });
}

/** Rows of `count` permutations, and behind them the time that they took [ns]. */
function ask(child, seed, first, count) {
  const wanted = (count * 8 + 1) * 8;
  return new Promise((resolve) => {
    const parts = [];
    let got = 0;
    const take = (part) => {
      parts.push(part);
      got += part.length;
      if (got < wanted) return;
      child.stdout.off('data', take);
      const bytes = Buffer.concat(parts);
      resolve(new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + wanted)));
    };
    child.stdout.on('data', take);
    child.stdin.write(Buffer.from(Uint32Array.of(seed, first, count).buffer));
  });
}

async function compareRows(peer) {
  const count = 2000;
  const columns = makeColumns(count);
  simulateTrades(cell, 123, 0, count, columns);
  const rows = await ask(peer, 123, 0, count);
  for (let i = 0; i < count * 8; i++) {
    if (!Object.is(rows[i], columns[i % 8][Math.floor(i / 8)]))
      throw new Error(`row ${Math.floor(i / 8)} differs from C++`);
  }
}

/** Both C++ processes at once; permutations per second of both. The time is the longer one of the two; passing the rows on is not counted. */
async function cppRate(peers, round, count) {
  const answers = await Promise.all(peers.map((peer, p) => ask(peer, 123, (2 * round + p) * count, count)));
  const wall = Math.max(...answers.map((answer) => answer[count * 8])) / 1e9;
  return (peers.length * count) / wall;
}

const rig = new BenchRig(thisMachine, experiment, 'auto');
const peers = startPeer();
if (peers !== undefined) await compareRows(peers[0]);
const found = { arrow: [], csv: [], cpp: [], arrow_cpu: [], csv_cpu: [] };

/** Of how many cells whole runs are, and in every which round they take turns: a second of computing, which is as long as starting takes here, ten, and a minute. */
const WHOLE = [
  { cells: 8, every: 1 },
  { cells: 64, every: 4 },
  { cells: 256, every: 8 },
];
const wholes = WHOLE.map(({ cells }) => {
  const grid = `p_skip: [${Array.from({ length: cells }, (_, k) => (0.05 + k / 1000).toFixed(3)).join()}]`;
  return writeHeadline(temporaryFolder(), { permutations: amount(200_000, 20_000, 1000), grid });
});

/** A whole run: threads started, rows read back where they have to be, statistics, summaries, tables. Permutations per second. */
async function wholeRate(file, format) {
  const output = join(folder, 'whole');
  const began = performance.now();
  const { permutations_computed } = await run(file, { threads: 2, output, format });
  const seconds = (performance.now() - began) / 1000;
  rmSync(output, { recursive: true });
  return permutations_computed / seconds;
}

for (const format of ['arrow', 'csv']) for (const { cells } of WHOLE) found[`${format}_${cells}`] = [];

try {
  for (let round = 0; round <= ROUNDS; round++) {
    const keep = (name, value) => round > 0 && found[name].push(value);
    const turns = [
      .../** @type {const} */ (['arrow', 'csv']).map((format) => async () => {
        const sample = await rig.sample({ threads: 2, chunk: 'auto', format, durability: 'chunk' }, MS);
        keep(format, sample.permutations_per_second);
        keep(`${format}_cpu`, 1e6 / sample.cpu_us);
      }),
      ...['arrow', 'csv'].flatMap((format) =>
        WHOLE.map(({ cells, every }, w) => async () => {
          if (every > 1 && round % every !== 1) return;
          keep(`${format}_${cells}`, await wholeRate(wholes[w], format));
        }),
      ),
      async () => peers !== undefined && keep('cpp', await cppRate(peers, round, amount(300_000, 60_000, 0))),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
} finally {
  await rig.end();
  for (const peer of peers ?? []) peer.kill();
}
const paired = (name, to = 'cpp') =>
  found[to].length === 0 ? NaN : median(found[name].map((rate, i) => rate / found[to][i]));
report('The engine, everything durable, against C++ that only computes (300 trades, 2 threads, 2 processes)', [
  { what: 'Arrow, durable', value: median(found.arrow), unit: 'permutations/s' },
  { what: 'lossless CSV, durable', value: median(found.csv), unit: 'permutations/s' },
  {
    what: 'scalar C++, computing only',
    value: found.cpp.length === 0 ? NaN : median(found.cpp),
    unit: 'permutations/s',
  },
  {
    what: 'Arrow : C++, wall',
    value: paired('arrow'),
    unit: 'x',
    reach: 1.1,
    headline: 'end to end, 2 workers, Arrow, durable : scalar C++ computing only on 2 cores',
  },
  {
    what: 'lossless CSV : C++, wall',
    value: paired('csv'),
    unit: 'x',
    reach: 1,
    headline: 'the same with lossless CSV',
  },
  { what: 'Arrow, CPU time', value: 1e9 / median(found.arrow_cpu), unit: 'ns per permutation' },
  { what: 'lossless CSV, CPU time', value: 1e9 / median(found.csv_cpu), unit: 'ns per permutation' },
  ...['arrow', 'csv'].flatMap((format) =>
    WHOLE.flatMap(({ cells }) => {
      const rate = median(found[`${format}_${cells}`]);
      const what = `${format}: a whole run of ${cells} cells with start and summaries`;
      return [
        { what, value: rate, unit: 'permutations/s' },
        { what: `${what} : its rows alone, durable`, value: rate / median(found[format]), unit: 'x' },
        { what: `${what} : C++ computing only`, value: rate / (median(found.cpp) || NaN), unit: 'x' },
      ];
    }),
  ),
]);
