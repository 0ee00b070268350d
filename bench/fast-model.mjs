/**
 * How near to scalar C++ does a model come that stays in plain TypeScript? The headline work, from the way a user would write it on, a step of the recipe of
 * docs/performance.md at a time; and what functions of whole arrays save. Rows of every step are compared bit for bit first. CPU time, interleaved, medians of paired rounds; C++ is
 * kernel/peer.cpp (g++ -O3 -march=native), and is left out where there is no g++.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStreams } from '../dist/random/streams.js';
import { expAll } from '../dist/random/exp-all.js';
import { exponential } from '../dist/random/exponential.js';
import { fillExponential } from '../dist/random/fill-exponential.js';
import { logAll } from '../dist/random/log-all.js';
import { exp, log } from '../dist/random/math.js';
import { simulateTrades } from '../dist/native-free/trades/simulate.js';
import { makeCell, makeColumns } from './kernel/cells.mjs';
import { cpuNs, interleave, median, pairedRatio } from './kernel/clock.mjs';
import { compilePeer, runPeer } from './kernel/peer.mjs';
import { createModel as createPlain } from './plain-model.mjs';
import { amount, report } from './report.mjs';

const SEED = 123;
const cell = makeCell(300);
const COUNT = amount(4000, 1000, 100);
/** @type {import('../dist/random/generator.js').StreamSource} */
const source = { scheme: 'sha256-32', generator: 'alea', base_seed: SEED };
const row = new Float64Array(8);

/**
 * An instance of the module of its own: each model is compiled for itself.
 *
 * @param {'arrays' | 'division' | 'branches'} step
 */
async function fastModel(step) {
  /** @type {typeof import('./fast-models.mjs')} */
  const { createModel } = await import(`./fast-models.mjs?${step}`);
  return createModel(cell, step);
}

const models = {
  plain: createPlain(cell),
  arrays: await fastModel('arrays'),
  division: await fastModel('division'),
  branches: await fastModel('branches'),
};
const expected = makeColumns(500);
simulateTrades(cell, SEED, 0, 500, expected, 'typescript');
for (const [name, simulate] of Object.entries(models)) {
  const streams = createStreams(source, 0, 500);
  for (let i = 0; i < 500; i++) {
    simulate(streams.rng(i), row);
    if (!row.every((value, m) => Object.is(value, expected[m][i])))
      throw new Error(`${name}: permutation ${i} has another row`);
  }
}

/** @type {(simulate: (rng: import('../dist/random/generator.js').Rng, row: Float64Array) => void) => (round: number) => number} */
const time = (simulate) => (round) => {
  const streams = createStreams(source, round * COUNT, COUNT);
  const began = cpuNs();
  for (let i = 0; i < COUNT; i++) simulate(streams.rng(i), row);
  return (cpuNs() - began) / COUNT;
};
const VALUES = 1000;
const values = new Float64Array(VALUES);
const given = Float64Array.from({ length: VALUES }, (_, k) => (k + 0.5) / VALUES);
/**
 * What functions of whole arrays save.
 *
 * @type {Record<string, (rng: import('../dist/random/generator.js').Rng) => void>}
 */
const FUNCTIONS = {
  'exponential(rng, mean)': (rng) => {
    for (let k = 0; k < VALUES; k++) values[k] = exponential(rng, 1);
  },
  fillExponential: (rng) => fillExponential(rng, 1, values),
  'log(x)': () => {
    for (let k = 0; k < VALUES; k++) values[k] = log(given[k]);
  },
  logAll: () => {
    values.set(given);
    logAll(values);
  },
  'exp(x)': () => {
    for (let k = 0; k < VALUES; k++) values[k] = exp(given[k]);
  },
  expAll: () => {
    values.set(given);
    expAll(values);
  },
};
const timeFunction = (run) => (round) => {
  const count = amount(400, 100, 5);
  const streams = createStreams(source, round * count, count);
  const began = cpuNs();
  for (let i = 0; i < count; i++) run(streams.rng(i));
  return (cpuNs() - began) / count / VALUES;
};

const folder = mkdtempSync(join(tmpdir(), 'peer-'));
try {
  const peer = compilePeer(folder);
  /** @type {Record<string, (round: number) => number>} */
  const variants = Object.fromEntries(Object.entries(models).map(([name, simulate]) => [name, time(simulate)]));
  if (peer !== undefined) variants.cpp = (round) => runPeer(peer, cell, SEED, round * COUNT, COUNT).ns / COUNT;
  const times = interleave(variants, amount(31, 7, 1));
  const functions = interleave(
    Object.fromEntries(Object.entries(FUNCTIONS).map(([name, run]) => [name, timeFunction(run)])),
    amount(21, 5, 1),
  );
  const both = (one, all) => [
    { what: one, value: median(functions[one]), unit: 'ns' },
    { what: all, value: median(functions[all]), unit: 'ns' },
    { what: `${one} : ${all}`, value: pairedRatio(functions[one], functions[all]), unit: 'x' },
  ];
  const line = (what, name) => [
    { what, value: median(times[name]), unit: 'ns per permutation' },
    ...(times.cpp === undefined
      ? []
      : [{ what: `${what} : C++`, value: pairedRatio(times[name], times.cpp), unit: 'x' }]),
  ];
  report('How near to scalar C++ does a model in plain TypeScript come?', [
    ...(times.cpp === undefined ? [] : [{ what: 'scalar C++', value: median(times.cpp), unit: 'ns per permutation' }]),
    ...line('as a user would write it', 'plain'),
    ...line('draws into arrays, one loop over the trades', 'arrays'),
    ...line('and one division per peak', 'division'),
    ...line('and no branch on a sign', 'branches'),
    ...both('exponential(rng, mean)', 'fillExponential'),
    ...both('log(x)', 'logAll'),
    ...both('exp(x)', 'expAll'),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
