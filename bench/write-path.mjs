/**
 * What share of the processor's time goes into writing, by format and durability? CPU time of the whole process per permutation,
 * against two threads that compute the same permutations and nothing else (no encoding, no rows sent); interleaved, medians of paired rounds
 * in several processes: where a process happens to have its code and its memory makes the same kernel 1 % faster or slower.
 */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { BenchRig } from '../dist/bench/bench-rig.js';
import { thisMachine } from '../dist/readers/this-machine.js';
import { openHeadline, temporaryFolder, writeHeadline } from './headline.mjs';
import { cpuNs, median } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const PROCESSES = amount(4, 1, 1);
const ROUNDS = amount(4, 4, 1);
/** Rounds that do not count: a run lasts hours, and V8 compiles the code that appends and syncs, which is seldom called, only after a while. */
const FIRST_ROUNDS = amount(3, 1, 0);
const MS = amount(1500, 300, 50);
const THREADS = 2;
/** About as long as the engine's own chunks take. */
const COUNT = 10_000;

/** @type {import('../dist/bench/bench-rig.js').BenchVariant[]} */
const variants = /** @type {const} */ (['arrow', 'csv']).flatMap((format) =>
  /** @type {const} */ (['chunk', 'interval', 'none']).map((durability) => ({
    threads: THREADS,
    chunk: 'auto',
    format,
    durability,
  })),
);

/** One process: of every variant its shares [%] and rates [permutations/s], one per round; the rates of computing only. */
async function measure() {
  const { experiment, cell } = await openHeadline(writeHeadline(temporaryFolder()));
  const rig = new BenchRig(thisMachine, experiment, 'auto');
  const kernels = new Piscina({
    filename: new URL('kernel-worker.mjs', import.meta.url).href,
    minThreads: THREADS,
    maxThreads: THREADS,
    concurrentTasksPerWorker: 2,
    workerData: { cell, count: COUNT },
  });

  /** CPU time per permutation of the kernel in two threads [us], and permutations per second. */
  async function computeOnly() {
    let first = 0;
    const keepBusy = async () => {
      while (performance.now() - began < MS) await kernels.run((first += COUNT));
    };
    const cpu = cpuNs();
    const began = performance.now();
    await Promise.all(Array.from({ length: 2 * THREADS }, keepBusy));
    return { cpu_us: (cpuNs() - cpu) / 1000 / first, rate: (1000 * first) / (performance.now() - began) };
  }
  const shares = variants.map(() => []);
  const rates = variants.map(() => []);
  const alone = [];
  try {
    for (let round = 0; round < FIRST_ROUNDS + ROUNDS; round++) {
      for (const [v, variant] of variants.entries()) {
        const computing = await computeOnly();
        const sample = await rig.sample(variant, MS);
        if (round < FIRST_ROUNDS) continue;
        alone.push(computing.rate);
        shares[v].push(100 * (1 - computing.cpu_us / sample.cpu_us));
        rates[v].push(sample.permutations_per_second);
      }
    }
  } finally {
    await rig.end();
    await kernels.close();
  }
  return { alone, shares, rates };
}

/** The same of all processes together. */
function measureAll() {
  const all = { alone: [], shares: variants.map(() => []), rates: variants.map(() => []) };
  for (let i = 0; i < PROCESSES; i++) {
    const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--measure'];
    const { stdout, status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (status !== 0) throw new Error(`a process that measures ended with ${status}`);
    const one = JSON.parse(stdout.toString());
    all.alone.push(...one.alone);
    variants.forEach((_, v) => {
      all.shares[v].push(...one.shares[v]);
      all.rates[v].push(...one.rates[v]);
    });
  }
  return all;
}

const most = { arrow: 3, csv: 15 };
const NAMES = {
  chunk: 'durable before it counts',
  interval: 'synced every second',
  none: 'never synced',
};
function tell({ alone, shares, rates }) {
  report('What share of the processor goes into writing: encoding, handing over, appending, syncing?', [
    { what: `computing only, ${THREADS} threads`, value: median(alone), unit: 'permutations/s' },
    ...variants.flatMap(({ format, durability }, v) => [
      {
        what: `${format === 'csv' ? 'lossless CSV' : 'Arrow'}, ${NAMES[durability]}: share of CPU`,
        value: median(shares[v]),
        unit: '%',
        ...(durability === 'chunk' && {
          at_most: most[format],
          headline: `durable ${format === 'csv' ? 'lossless CSV' : 'Arrow'} writing, share of CPU`,
        }),
      },
      {
        what: `${format === 'csv' ? 'lossless CSV' : 'Arrow'}, ${NAMES[durability]}`,
        value: median(rates[v]),
        unit: 'permutations/s',
      },
    ]),
  ]);
}

if (process.argv.includes('--measure')) process.stdout.write(JSON.stringify(await measure()));
else tell(measureAll());
