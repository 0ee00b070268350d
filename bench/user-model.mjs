/**
 * A model that a user writes in plain TypeScript, one permutation at a time: how much faster is it with the engine's generator than with
 * seedrandom's of the same stream? Rows are compared first. CPU time, interleaved, medians of paired rounds.
 */
import { createStreams } from '../dist/random/streams.js';
import { simulateTrades } from '../dist/native-free/trades/simulate.js';
import { makeCell, makeColumns } from './kernel/cells.mjs';
import { cpuNs, interleave, median, pairedRatio } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';
import { seedrandomAlea } from './seedrandom.mjs';

const cell = makeCell(300);
const COUNT = amount(4000, 1000, 100);
/** @type {import('../dist/random/generator.js').StreamSource} */
const source = { scheme: 'sha256-32', generator: 'alea', base_seed: 123 };
const engineRng = (first) => {
  const streams = createStreams(source, first, COUNT);
  return (i) => streams.rng(i);
};
const seedrandomRng = (first) => (i) => seedrandomAlea((123 + Math.imul(first + i, 1000003)) >>> 0);

/** No generator at all: draws made before, in a table that is read in a circle, so that what is left is the model's own time. */
function drawnBefore() {
  const table = Float64Array.from({ length: 8192 }, engineRng(0)(0));
  const at = { index: 0 };
  const next = () => table[(at.index = (at.index + 1) & 8191)];
  const rng = () => next();
  return () => () => rng;
}

/** @returns {Promise<typeof import('./plain-model.mjs')>} an instance of the module of its own */
const instance = (name) => import(`./plain-model.mjs?${name}`);
const [simulate, simulateAgain, simulateFloor] = await Promise.all(
  ['engine', 'seedrandom', 'floor'].map(async (name) => (await instance(name)).createModel(cell)),
);
const row = new Float64Array(8);
const expected = makeColumns(500);
simulateTrades(cell, 123, 0, 500, expected);
/** @type {[typeof simulate, (first: number) => (i: number) => () => number][]} */
const compared = [
  [simulate, engineRng],
  [simulateAgain, seedrandomRng],
];
for (const [run, rngOf] of compared) {
  const rng = rngOf(0);
  for (let i = 0; i < 500; i++) {
    run(rng(i), row);
    if (!row.every((value, m) => Object.is(value, expected[m][i]))) throw new Error(`permutation ${i}: another row`);
  }
}
const time = (run, rngOf) => (round) => {
  const rng = rngOf(round * COUNT);
  const began = cpuNs();
  for (let i = 0; i < COUNT; i++) run(rng(i), row);
  return (cpuNs() - began) / COUNT;
};
// Each in an instance of the module of its own, as two models are: a call site that has seen both generators is slow for both.
const times = interleave(
  {
    engine: time(simulate, engineRng),
    seedrandom: time(simulateAgain, seedrandomRng),
    floor: time(simulateFloor, drawnBefore()),
  },
  amount(15, 5, 1),
);
report('A model in plain TypeScript: the engine’s generator against seedrandom’s', [
  { what: 'with the engine’s alea', value: median(times.engine), unit: 'ns per permutation' },
  { what: 'with seedrandom.alea', value: median(times.seedrandom), unit: 'ns per permutation' },
  {
    what: 'ratio',
    value: pairedRatio(times.seedrandom, times.engine),
    unit: 'x',
    reach: 2.3,
    headline: 'user model in plain TypeScript with the engine’s generator : with seedrandom’s',
  },
  {
    what: 'with no generator at all, the draws read from a table : with seedrandom’s',
    value: pairedRatio(times.seedrandom, times.floor),
    unit: 'x',
  },
]);
