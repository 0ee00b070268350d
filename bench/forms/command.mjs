/**
 * A model in NumPy by `command`: how much longer does a permutation take than in the same program alone? It computes the same chunks in one process, and nobody asks
 * it. Requests and answers are made and read here as in a thread of a run. CPU time of both processes together, so that what else runs on the machine hardly shows;
 * interleaved, medians of paired rounds; rows are compared first, all forms.
 */
import { readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endProgramOf, modelOfCommand } from '../../dist/programs/command/command-model.js';
import { createStreams } from '../../dist/random/streams.js';
import { cpuNs, median, pairedRatio } from '../kernel/clock.mjs';
import { pythonWith } from '../python.mjs';
import { amount, once, report } from '../report.mjs';

const QUESTION = 'A model in NumPy: by the engine against the program alone';
const HERE = fileURLToPath(new URL('.', import.meta.url));
const HELPERS = fileURLToPath(new URL('../../src/programs/command/helpers', import.meta.url));
const COUNT = 4096;
const CHUNKS = amount(12, 4, 1);
/** @type {import('../../dist/random/generator.js').StreamSource} */
const SOURCE = { scheme: 'sha256-32', generator: 'alea', base_seed: 123 };
const PARAMETERS = { p: 0.52, up: 1, down: 1.05, steps: 250 };
const METRICS = ['end', 'deepest', 'below'];

/** @param {'lines' | 'arrow'} form */
async function byTheEngine(python, form) {
  const model = modelOfCommand(
    {
      program: 'command',
      declaration: {
        name: 'walk',
        version: '1',
        parameters: {},
        metrics: Object.fromEntries(METRICS.map((m) => [m, {}])),
      },
      run: [python, 'walk.py'],
      form,
      files: {},
      environment: ['PATH', 'HOME', `PERMAFROST_HELPERS=${HELPERS}`, 'PYTHONDONTWRITEBYTECODE=1'],
      timeout_ms: 60_000,
    },
    [HERE],
  );
  const before = new Set(children());
  const context = /** @type {const} */ ({
    parameters: PARAMETERS,
    inputs: undefined,
    streams: 'independent',
    shared: undefined,
    metrics: METRICS,
  });
  const state = await model.prepare(context);
  const columns = METRICS.map(() => new Float64Array(COUNT));
  const compute = (first, count = COUNT) =>
    model.simulateChunk(
      state,
      createStreams(SOURCE, first, count),
      columns.map((column) => column.subarray(0, count)),
      'auto',
    );
  await compute(0, 1);
  const [pid] = children().filter((each) => !before.has(each));
  return { compute, columns, cpu: () => cpuNs() + cpuOf(pid), end: () => endProgramOf(model) };
}

/** Processes that this one has started. */
function children() {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'latin1').trim().split(' ').filter(Boolean);
}

/** CPU time of another process [ns], in steps of 10 ms. */
function cpuOf(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 1e7;
}

async function alone(python) {
  const child = spawn(python, ['walk.py', 'alone'], {
    cwd: HERE,
    env: { ...process.env, PERMAFROST_HELPERS: HELPERS, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const compute = async () => {
    const answer = event(lines, 'line');
    child.stdin.write(`${COUNT} ${CHUNKS}\n`);
    const [line] = await answer;
    return (Number(line) * 1e9) / (COUNT * CHUNKS);
  };
  return { compute, end: () => child.stdin.end() };
}

const found = pythonWith('numpy');
if (found === undefined || process.platform !== 'linux')
  report(QUESTION, [{ what: 'left out: no NumPy, or not Linux', value: once ? 0 : NaN, unit: '' }]);
else {
  // One after the other: whose process is whose is seen by what is new.
  const arrow = await byTheEngine(found.python, 'arrow');
  const lines = await byTheEngine(found.python, 'lines');
  const itself = await alone(found.python);
  await arrow.compute(0);
  await lines.compute(0);
  arrow.columns.forEach((column, m) => {
    const i = column.findIndex((value, k) => !Object.is(value, lines.columns[m][k]));
    if (i >= 0) throw new Error(`permutation ${i}: ${METRICS[m]} differs between the forms`);
  });
  const time = (form) => async () => {
    const began = form.cpu();
    for (let k = 0; k < CHUNKS; k++) await form.compute(k * COUNT);
    return (form.cpu() - began) / (COUNT * CHUNKS);
  };
  const rounds = { arrow: [], lines: [], itself: [] };
  const forms = { arrow: time(arrow), lines: time(lines), itself: itself.compute };
  for (let round = 0; round < amount(15, 5, 1) + 1; round++)
    for (const [name, form] of Object.entries(forms)) {
      const ns = await form();
      // The first warms all of them up.
      if (round > 0) rounds[name].push(ns);
    }
  await Promise.all([arrow.end(), lines.end()]);
  itself.end();
  report(QUESTION, [
    { what: `the program alone, ${found.version}`, value: median(rounds.itself), unit: 'ns per permutation' },
    { what: 'by command, Arrow', value: median(rounds.arrow), unit: 'ns per permutation' },
    { what: 'by command, lines of JSON', value: median(rounds.lines), unit: 'ns per permutation' },
    {
      what: 'by command, Arrow : alone',
      value: pairedRatio(rounds.arrow, rounds.itself),
      unit: 'x',
      at_most: 1.15,
      headline: 'a model in NumPy by `command` with Arrow : the program alone',
    },
    { what: 'by command, lines : alone', value: pairedRatio(rounds.lines, rounds.itself), unit: 'x' },
  ]);
}
