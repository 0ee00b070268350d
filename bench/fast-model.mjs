/**
 * How near to scalar C++ does a model come that stays in plain TypeScript? The headline work, from the way a user would write it on, a step of the recipe of
 * docs/performance.md at a time. Rows of every step are compared bit for bit first. CPU time, interleaved, medians of paired rounds; C++ is
 * kernel/peer.cpp (g++ -O3 -march=native), and is left out where there is no g++.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStreams } from '../dist/random/streams.js';
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
const folder = mkdtempSync(join(tmpdir(), 'peer-'));
try {
  const peer = compilePeer(folder);
  /** @type {Record<string, (round: number) => number>} */
  const variants = Object.fromEntries(Object.entries(models).map(([name, simulate]) => [name, time(simulate)]));
  if (peer !== undefined) variants.cpp = (round) => runPeer(peer, cell, SEED, round * COUNT, COUNT).ns / COUNT;
  const times = interleave(variants, amount(31, 7, 1));
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
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
