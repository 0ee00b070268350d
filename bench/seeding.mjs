/** What does it cost to start the stream of a permutation? CPU time per seed, interleaved, medians. */
import process from 'node:process';
import seedrandom from 'seedrandom';
import { createStreams } from '../dist/random/streams.js';
import { interleave, cpuNs, median, pairedRatio } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';
import { seedrandomAlea } from './seedrandom.mjs';

const SEEDS = amount(100_000, 20_000, 1000);
const seedOf = (i) => (123 + Math.imul(i, 1000003)) >>> 0;
const streams = (generator) =>
  createStreams(
    generator === 'philox'
      ? { scheme: 'philox', generator, key: [1, 2] }
      : { scheme: 'sha256-32', generator, base_seed: 123 },
    0,
    SEEDS,
  );
const alea = streams('alea');
for (let i = 0; i < 1000; i++) {
  if (alea.rng(i)() !== seedrandomAlea(seedOf(i))()) throw new Error(`seed ${i}: another stream than seedrandom's`);
}
let sink = 0;
const time = (start) => () => {
  const began = cpuNs();
  for (let i = 0; i < SEEDS; i++) sink += start(i)();
  return (cpuNs() - began) / SEEDS;
};
const engine = (generator) => {
  const made = streams(generator);
  return time((i) => made.rng(i));
};
const times = interleave(
  {
    alea: engine('alea'),
    sfc32: engine('sfc32'),
    philox: engine('philox'),
    'seedrandom.alea': time((i) => seedrandomAlea(seedOf(i))),
    'seedrandom (ARC4)': time((i) => seedrandom(String(seedOf(i)))),
  },
  amount(9, 3, 1),
);
if (sink === 0) process.exitCode = 1;
report('What does it cost to start the stream of a permutation, and draw once?', [
  ...Object.entries(times).map(([name, values]) => ({ what: name, value: median(values), unit: 'ns' })),
  { what: 'alea : seedrandom.alea', value: pairedRatio(times['seedrandom.alea'], times.alea), unit: 'x faster' },
]);
