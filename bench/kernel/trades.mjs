/**
 * How fast is the kernel of the model `trades`, against its twin, plain JavaScript, scalar C++, numba and NumPy?
 *
 *   npm run build && node bench/kernel/trades.mjs [--json] [--short] [--trades N,N,...]
 *
 * CPU time per permutation, variants interleaved, medians; ratios are medians of paired rounds. Before anything is
 * timed, the rows of all variants are compared bit for bit. C++: peer.cpp with g++ -O3 -march=native
 * -ffp-contract=off; numba: peer_numba.py; NumPy: peer.py; what is not there is left out. "mix" is the mean over the nine
 * shuffle x bootstrap modes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { simulateTrades } from '../../dist/native-free/trades/simulate.js';
import { BOOTSTRAPS, SHUFFLES, makeCell, makeColumns } from './cells.mjs';
import { cpuNs, interleave, median, pairedRatio } from './clock.mjs';
import { compilePeer, compilerVersion, runPeer } from './peer.mjs';
import { simulatePlain } from './plain.mjs';
import { amount } from '../report.mjs';
import { pythonWith } from '../python.mjs';

const ROUNDS = amount(15, 3, 1);
const SEED = 123;
const at = process.argv.indexOf('--trades');
const sizes = at < 0 ? amount([100, 300, 1000], [100, 300, 1000], [300]) : process.argv[at + 1].split(',').map(Number);

const PYTHON = [
  { name: 'numba', script: 'peer_numba.py', permutations: 10_000, found: pythonWith('numba') },
  { name: 'numpy', script: 'peer.py', permutations: 2000, found: pythonWith('numpy') },
].filter(({ found }) => found !== undefined);
const folder = mkdtempSync(join(tmpdir(), 'peer-'));

/** As `runPeer`, in Python. numba compiles once, into the temporary folder. */
function runPython({ name, script, found }, cell, first, count) {
  const plain = Object.entries(cell).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? Array.from(/** @type {Float64Array} */ (value)) : value,
  ]);
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout, status } = spawnSync(found.python, [path, SEED, first, count].map(String), {
    input: JSON.stringify(Object.fromEntries(plain)),
    maxBuffer: 1 << 28,
    env: { ...process.env, OMP_NUM_THREADS: '1', NUMBA_CACHE_DIR: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the ${name} peer ended with ${status}`);
  const values = new Float64Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  return { rows: values.subarray(0, count * 8), ns: values[count * 8] };
}

/** Throws where any variant's rows differ in a bit. */
function compare(peer, cell, plain) {
  const count = 500;
  const expected = makeColumns(count);
  simulateTrades(cell, SEED, 0, count, expected, 'typescript');
  const found = { wasm: makeColumns(count) };
  simulateTrades(cell, SEED, 0, count, found.wasm, 'wasm');
  if (plain) simulatePlain(cell, SEED, 0, count, (found.plain = makeColumns(count)));
  const take = (name, { rows }) => {
    found[name] = makeColumns(count).map((column, m) => column.map((_, i) => rows[i * 8 + m]));
  };
  if (peer !== undefined) take('cpp', runPeer(peer, cell, SEED, 0, count));
  if (plain) for (const python of PYTHON) take(python.name, runPython(python, cell, 0, count));
  for (const [name, columns] of Object.entries(found)) {
    for (const [m, column] of columns.entries()) {
      const i = column.findIndex((value, row) => !Object.is(value, expected[m][row]));
      if (i >= 0) throw new Error(`${name}: metric ${m} of permutation ${i} is ${column[i]}, not ${expected[m][i]}`);
    }
  }
}

/** CPU time of each variant in each round [ns per permutation]. */
function measure(peer, cell, plain) {
  compare(peer, cell, plain);
  const count = Math.ceil(amount(900_000, 300_000, 30_000) / cell.n);
  const columns = makeColumns(count);
  const time = (simulate) => (round) => {
    const began = cpuNs();
    simulate(cell, SEED, round * count, count, columns);
    return (cpuNs() - began) / count;
  };
  /** @returns {typeof simulatePlain} */
  const engine =
    (kernel) =>
    (...work) =>
      simulateTrades(...work, kernel);
  /** @type {Record<string, (round: number) => number>} */
  const variants = {
    wasm: time(engine('wasm')),
    twin: time(engine('typescript')),
  };
  if (plain) variants.plain = time(simulatePlain);
  if (peer !== undefined) variants.cpp = (round) => runPeer(peer, cell, SEED, round * count, count).ns / count;
  for (const python of plain ? PYTHON : []) {
    const { name, permutations } = python;
    variants[name] = (round) => runPython(python, cell, round * permutations, permutations).ns / permutations;
  }
  return interleave(variants, ROUNDS);
}

function summary(label, trades, times) {
  const ns = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
  const ratio = (a, b) => (times[a] === undefined ? undefined : pairedRatio(times[a], times[b]));
  return {
    work: label,
    trades,
    ns_per_permutation: ns,
    permutations_per_second: Object.fromEntries(Object.entries(ns).map(([name, value]) => [name, 1e9 / value])),
    wasm_faster_than_cpp: ratio('cpp', 'wasm'),
    wasm_faster_than_twin: ratio('twin', 'wasm'),
    twin_slower_than_cpp: times.cpp === undefined ? undefined : pairedRatio(times.twin, times.cpp),
    twin_faster_than_plain: ratio('plain', 'twin'),
    wasm_faster_than_plain: ratio('plain', 'wasm'),
    wasm_faster_than_numba: ratio('numba', 'wasm'),
    wasm_faster_than_numpy: ratio('numpy', 'wasm'),
  };
}

/** The mean of the modes in every round. */
function mixOf(all) {
  const names = Object.keys(all[0]);
  return Object.fromEntries(
    names.map((name) => [
      name,
      all[0][name].map((_, round) => all.reduce((sum, times) => sum + times[name][round], 0) / all.length),
    ]),
  );
}

try {
  const peer = compilePeer(folder);
  const peers = [...(peer === undefined ? [] : [compilerVersion()]), ...PYTHON.map(({ found }) => found.version)];
  const results = sizes.map((n) => summary('full', n, measure(peer, makeCell(n), true)));
  const modes = SHUFFLES.flatMap((shuffle) => BOOTSTRAPS.map((bootstrap) => makeCell(300, { shuffle, bootstrap })));
  results.push(summary('mix', 300, mixOf(modes.map((cell) => measure(peer, cell, false)))));

  if (process.argv.includes('--json')) process.stdout.write(JSON.stringify({ peers, results }, null, 2) + '\n');
  else {
    for (const { work, trades, ns_per_permutation, ...ratios } of results) {
      const times = Object.entries(ns_per_permutation).map(([name, ns]) => `${name} ${ns.toFixed(0)}`);
      process.stdout.write(`${work}, ${trades} trades [ns per permutation]: ${times.join(', ')}\n`);
      for (const [name, ratio] of Object.entries(ratios)) {
        if (typeof ratio === 'number') process.stdout.write(`  ${name.replaceAll('_', ' ')}: ${ratio.toFixed(2)} x\n`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
