/**
 * What share of the processor's time goes into writing, by format and durability? CPU time of the whole process per permutation
 * against the kernel alone in one thread; interleaved, medians of paired rounds.
 */
import { prepareCell } from '../dist/models/trades/prepare.js';
import { simulateTrades } from '../dist/native-free/trades/simulate.js';
import { BenchRig } from '../dist/run/bench-study.js';
import { loadExperiment, runCell } from '../dist/run/experiment.js';
import { temporaryFolder, writeHeadline } from './headline.mjs';
import { makeColumns } from './kernel/cells.mjs';
import { cpuNs, median } from './kernel/clock.mjs';
import { report, short } from './report.mjs';

const experiment = await loadExperiment(writeHeadline(temporaryFolder()), {});
const { parameters } = runCell(experiment, experiment.cells.at(0), 'out');
const cell = prepareCell({ parameters, inputs: experiment.inputs, streams: 'independent', shared: undefined });
const rig = new BenchRig(experiment, 'auto');
const ROUNDS = short ? 3 : 9;
const MS = short ? 200 : 800;
const COUNT = short ? 20_000 : 100_000;
const columns = makeColumns(COUNT);
const variants = ['arrow', 'csv'].flatMap((format) =>
  ['chunk', 'interval', 'none', 'nothing written'].map((durability) => ({
    threads: 2,
    chunk: 'auto',
    format,
    durability,
  })),
);
const shares = variants.map(() => []);
const rates = variants.map(() => []);
try {
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [v, variant] of variants.entries()) {
      const began = cpuNs();
      simulateTrades(cell, 123, round * COUNT, COUNT, columns);
      const alone = (cpuNs() - began) / COUNT / 1000;
      const sample = await rig.sample(variant, MS);
      if (round === 0) continue;
      shares[v].push(100 * (1 - alone / sample.cpu_us));
      rates[v].push(sample.permutations_per_second);
    }
  }
} finally {
  await rig.end();
}
const reach = { arrow: 3, csv: 15 };
report(
  'What share of the processor goes into anything but the kernel: encoding, writing, syncing, threads?',
  variants.flatMap(({ format, durability }, v) => [
    {
      what: `${format}, ${durability}`,
      value: median(shares[v]),
      unit: '% of CPU',
      ...(durability === 'chunk' && { reach: reach[format] }),
    },
    { what: `${format}, ${durability}, 2 threads`, value: median(rates[v]), unit: 'permutations/s' },
  ]),
);
