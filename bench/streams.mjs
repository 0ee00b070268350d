/**
 * What does it cost to draw, to start a stream, and to ask for a substream, with each generator; and what do pairs, named substreams and `fill` cost?
 * CPU time, interleaved, medians; ratios are medians of paired rounds. Each generator in a process of its own, as in a run: code that has seen several is
 * slow for all of them.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createStreams } from '../dist/random/streams.js';
import { cpuNs, interleave, median, pairedRatio } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

/** @type {readonly import('../dist/random/generator.js').GeneratorName[]} */
const GENERATORS = ['alea', 'tychei', 'sfc32', 'xor4096', 'arc4', 'philox'];
/** Permutations, and draws of each. */
const STREAMS = amount(2000, 500, 20);
const DRAWS = 1000;
/** Draws of a permutation of which starting is most. */
const FEW = 4;

/** @type {(generator: import('../dist/random/generator.js').GeneratorName, antithetic?: boolean) => import('../dist/random/generator.js').StreamSource} */
const source = (generator, antithetic = false) => ({
  ...(generator === 'philox'
    ? { scheme: 'philox', generator, key: [1, 2] }
    : { scheme: 'sha256-32', generator, base_seed: 123 }),
  ...(antithetic && { antithetic: true }),
});

/** @type {readonly ('plain' | 'mirrored')[]} */
const PAIR = ['plain', 'mirrored'];
/** @type {readonly ('plain' | 'mirrored')[]} */
const ALONE = ['plain'];

let sink = 0;
const values = new Float64Array(DRAWS);
/** What is done with the stream of each permutation; made of text, so that each has a function of its own, as models have. */
const WORK = {
  draws: `for (let k = 0; k < ${DRAWS}; k += 1) sum += rng();`,
  fill: `rng.fill(values); for (let k = 0; k < ${DRAWS}; k += 1) sum += values[k];`,
  start: `for (let k = 0; k < ${FEW}; k += 1) sum += rng();`,
  numbered: `const sub = rng.substream(1); for (let k = 0; k < ${FEW}; k += 1) sum += rng() + sub();`,
  named: `const sub = rng.substream('arrivals'); for (let k = 0; k < ${FEW}; k += 1) sum += rng() + sub();`,
};
/** @type {(work: keyof typeof WORK) => (rng: import('../dist/random/generator.js').Rng, values: Float64Array) => number} */
const workOf = (work) => /** @type {any} */ (new Function('rng', 'values', `let sum = 0; ${WORK[work]} return sum;`));

/** @type {(generator: import('../dist/random/generator.js').GeneratorName, work: keyof typeof WORK, pairs?: boolean) => (round: number) => number} */
function time(generator, work, pairs = false) {
  const run = workOf(work);
  return (round) => {
    const began = cpuNs();
    for (const half of pairs ? PAIR : ALONE) {
      const streams = createStreams(source(generator, pairs), round * STREAMS, STREAMS, 'auto', half);
      for (let i = 0; i < STREAMS; i += 1) sink += run(streams.rng(i), values);
    }
    return (cpuNs() - began) / STREAMS;
  };
}

/** @type {(generator: import('../dist/random/generator.js').GeneratorName) => { what: string, value: number, unit: string }[]} */
function linesOf(generator) {
  const times = interleave(
    {
      draws: time(generator, 'draws'),
      fill: time(generator, 'fill'),
      start: time(generator, 'start'),
      numbered: time(generator, 'numbered'),
      named: time(generator, 'named'),
      pairs: time(generator, 'draws', true),
    },
    amount(15, 5, 1),
  );
  const start = median(times.start);
  const perDraw = (all) => (median(all) - start) / (DRAWS - FEW);
  return [
    { what: `${generator}, a draw`, value: perDraw(times.draws), unit: 'ns' },
    { what: `${generator}, a draw by fill`, value: perDraw(times.fill), unit: 'ns' },
    { what: `${generator}, the stream of a permutation and ${FEW} draws`, value: start, unit: 'ns' },
    {
      what: `${generator}, a substream and ${FEW} draws`,
      value: median(times.numbered.map((all, round) => all - times.start[round])),
      unit: 'ns',
    },
    {
      what: `${generator}, a named substream : a numbered one`,
      value: pairedRatio(times.named, times.numbered),
      unit: 'x',
    },
    {
      what: `${generator}, an antithetic pair : two permutations, ${DRAWS} draws each`,
      value: pairedRatio(times.pairs, times.draws) / 2,
      unit: 'x',
    },
  ];
}

const at = process.argv.indexOf('--generator');
const only = GENERATORS.find((generator) => generator === process.argv[at + 1]);
if (at >= 0 && only !== undefined) {
  process.stdout.write(JSON.stringify(linesOf(only)));
  if (sink === 0) process.exitCode = 1;
} else {
  const lines = GENERATORS.flatMap((generator) => {
    const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--generator', generator];
    const { stdout, status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (status !== 0) throw new Error(`${generator}: exit ${status}`);
    return JSON.parse(stdout.toString());
  });
  report('What do streams cost?', lines);
}
