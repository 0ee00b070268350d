/**
 * One simulation in several forms: a model in plain JavaScript, the same in C as WebAssembly, and the same C compiled natively without its vectoriser. How long
 * does a permutation take in each? Rows are compared first, all bits. CPU time, one core, interleaved, medians of paired rounds.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { modelOfWasm } from '../dist/programs/wasm/wasm-program.js';
import { createStreams } from '../dist/random/streams.js';
import { cpuNs, interleave, median, pairedRatio } from './kernel/clock.mjs';
import { amount, once, report } from './report.mjs';

const BASE_SEED = 123;
/** @type {import('../dist/random/generator.js').StreamSource} */
const SOURCE = { scheme: 'sha256-32', generator: 'alea', base_seed: BASE_SEED };
const CHECKED = 500;
const FLAGS = ['-O3', '-march=native', '-fno-tree-vectorize', '-fno-tree-slp-vectorize', '-ffp-contract=off'];

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COUNT = amount(40_000, 20_000, 200);
const ROUNDS = amount(15, 5, 1);

/** The declaration and the module of a folder's model; the defaults are the parameters. */
function wasmModel(file) {
  const declaration = JSON.parse(readFileSync(join(ROOT, `${file}.json`), 'utf8'));
  const module = readFileSync(join(ROOT, `${file}.wasm`)).toString('base64');
  const parameters = Object.fromEntries(
    Object.entries(declaration.parameters).map(([name, spec]) => [name, spec.default]),
  );
  return { model: modelOfWasm({ program: 'wasm', declaration, module }), parameters };
}

/** What computes permutations 0 .. count - 1 into columns. */
function whole(model, parameters) {
  const metrics = Object.keys(model.metrics);
  const context = { parameters, inputs: undefined, streams: 'independent', shared: undefined, metrics };
  const state = model.prepare?.(context) ?? context;
  const row = Object.fromEntries(metrics.map((name) => [name, NaN]));
  return (count, columns) => {
    const streams = createStreams(SOURCE, 0, count);
    if (model.simulateChunk !== undefined) {
      model.simulateChunk(state, streams, columns, 'auto');
      return;
    }
    for (let i = 0; i < count; i++) {
      model.simulate(state, streams.rng(i), row);
      for (let m = 0; m < metrics.length; m++) columns[m][i] = row[metrics[m]];
    }
  };
}

const columnsOf = ({ metrics }, count) => Object.keys(metrics).map(() => new Float64Array(count));

/** The model's C compiled natively; undefined where there is no cc, and where the files are only tried. */
function nativeOf(folder, source, model, parameters) {
  if (once) return undefined;
  const path = join(folder, source.replaceAll('/', '-'));
  const files = [join(ROOT, 'bench/forms/native.c'), join(ROOT, source)];
  const made = spawnSync('cc', [...FLAGS, '-I', join(ROOT, 'native-free/headers'), '-o', path, ...files], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (made.status !== 0) {
    process.stderr.write('no cc here: the native form is left out\n');
    return undefined;
  }
  const n_metrics = Object.keys(model.metrics).length;
  return (mode, count) => {
    const args = [mode, BASE_SEED, count, n_metrics, ...Object.values(parameters)].map(String);
    const { stdout, status } = spawnSync(path, args, { maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`${source}: the native form failed`);
    return stdout;
  };
}

function mustBeEqual(what, found, expected) {
  found.forEach((column, m) => {
    const i = column.findIndex((value, k) => !Object.is(value, expected[m][k]));
    if (i >= 0) throw new Error(`${what}: permutation ${i} has another row`);
  });
}

function timeOf(run, columns) {
  return () => {
    const began = cpuNs();
    run(COUNT, columns);
    return (cpuNs() - began) / COUNT;
  };
}

/** The forms of one simulation, compared and timed. `plain`: its model in JavaScript, where there is one. */
async function forms(folder, name, file, source, plain) {
  const { model, parameters } = wasmModel(file);
  const wasm = whole(model, parameters);
  const expected = columnsOf(model, CHECKED);
  wasm(CHECKED, expected);
  const variants = { wasm: timeOf(wasm, columnsOf(model, COUNT)) };
  const native = nativeOf(folder, source, model, parameters);
  if (native !== undefined) {
    const doubles = new Float64Array(new Uint8Array(native('rows', CHECKED)).buffer);
    const rows = expected.map((_, m) => doubles.subarray(m * CHECKED, (m + 1) * CHECKED));
    mustBeEqual(`${name}, native`, rows, expected);
    variants.native = () => Number(native('time', COUNT).toString());
  }
  if (plain !== undefined) {
    const run = whole(plain, parameters);
    const rows = columnsOf(plain, CHECKED);
    run(CHECKED, rows);
    mustBeEqual(`${name}, JavaScript`, rows, expected);
    variants.javascript = timeOf(run, columnsOf(plain, COUNT));
  }
  const times = interleave(variants, ROUNDS);
  const ratio = (a, b) => (a === undefined || b === undefined ? NaN : pairedRatio(a, b));
  const each = (label, of) => ({
    what: `${name}: ${label}`,
    value: of === undefined ? NaN : median(of),
    unit: 'ns per permutation',
  });
  return [
    each('model in plain JavaScript', times.javascript),
    each('WebAssembly from C', times.wasm),
    each('the same C, natively', times.native),
    { what: `${name}: JavaScript : WebAssembly`, value: ratio(times.javascript, times.wasm), unit: 'x' },
    {
      what: `${name}: WebAssembly : native`,
      value: ratio(times.wasm, times.native),
      unit: 'x',
      at_most: 1.1,
      headline: `${name} in C as WebAssembly : the same natively, without its vectoriser`,
    },
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'permafrost-bench-'));
try {
  const { default: walk } = await import('./forms/walk.mjs');
  report('One simulation in several forms', [
    ...(await forms(folder, 'walk', 'bench/forms/walk', 'bench/forms/walk.c', walk)),
    ...(await forms(folder, 'epidemic', 'examples/sir-wasm/sim', 'examples/sir-wasm/sim.c')),
    // The form as a command (NumPy) goes here: bench/forms/walk.py beside walk.c, rows compared as above, time per permutation.
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
