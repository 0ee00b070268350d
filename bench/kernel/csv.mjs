/**
 * How fast are rows written, found and read, against plain JavaScript and csv-parse?
 *
 *   npm run build && node bench/kernel/csv.mjs [--json] [--short]
 *
 * CPU time [ns per row] on rows of the model `trades` (8 metrics), variants interleaved, medians.
 */
import process from 'node:process';
import { parse } from 'csv-parse/sync';
import { decodeRows, formatRows, scanRows, textWindow } from '../../dist/native-free/csv/rows.js';
import { simulateTrades } from '../../dist/native-free/trades/simulate.js';
import { makeCell, makeColumns } from './cells.mjs';
import { cpuNs, interleave, median, pairedRatio } from './clock.mjs';
import { amount } from '../report.mjs';

const ROWS = amount(20_000, 20_000, 5000);
const columns = makeColumns(ROWS);
simulateTrades(makeCell(300), 77, 0, ROWS, columns);
const perm_index = Uint32Array.from({ length: ROWS }, (_, i) => i + 50_000);
const text = formatRows(perm_index, columns, 'typescript');
if (!formatRows(perm_index, columns, 'wasm').every((byte, i) => byte === text[i])) {
  throw new Error('the kernels write different text');
}

const indices = new Uint32Array(ROWS);
const ends = new Uint32Array(ROWS);
const into = makeColumns(ROWS);
/** The same text in pieces that lie in the module's window, as if read from the file straight into it. */
const window = textWindow();
const piece = window.length - (window.length % 4096);
const time =
  (work, rows = ROWS) =>
  () => {
    const began = cpuNs();
    work();
    return (cpuNs() - began) / rows;
  };
const inWindow = () => {
  window.set(text.subarray(0, piece));
  const began = cpuNs();
  let rows = 0;
  for (let again = 0; again < 10; again++) rows += scanRows(window.subarray(0, piece), 8, indices, ends, 'wasm').rows;
  return (cpuNs() - began) / rows;
};
const times = interleave(
  {
    'format: wasm': time(() => formatRows(perm_index, columns, 'wasm')),
    'format: String(x)': time(() => formatRows(perm_index, columns, 'typescript')),
    'scan: wasm': time(() => scanRows(text, 8, indices, ends, 'wasm')),
    'scan: wasm, no copy': inWindow,
    'scan: JavaScript': time(() => scanRows(text, 8, indices, ends, 'typescript')),
    'scan: csv-parse': time(() => parse(text)),
    'decode: wasm': time(() => decodeRows(text, indices, into, false, 'wasm')),
    'decode: JavaScript': time(() => decodeRows(text, indices, into, false, 'typescript')),
    'decode strictly: wasm': time(() => decodeRows(text, indices, into, true, 'wasm')),
    'decode strictly: JavaScript': time(() => decodeRows(text, indices, into, true, 'typescript')),
  },
  amount(15, 3, 1),
);
const ns = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
const ratios = {
  'format faster than String(x)': pairedRatio(times['format: String(x)'], times['format: wasm']),
  'scan faster than csv-parse': pairedRatio(times['scan: csv-parse'], times['scan: wasm']),
  'scan without copy faster than csv-parse': pairedRatio(times['scan: csv-parse'], times['scan: wasm, no copy']),
  'decode faster than JavaScript': pairedRatio(times['decode: JavaScript'], times['decode: wasm']),
  'strict decode faster than JavaScript': pairedRatio(
    times['decode strictly: JavaScript'],
    times['decode strictly: wasm'],
  ),
};
if (process.argv.includes('--json')) {
  const bytes_per_row = text.length / ROWS;
  process.stdout.write(
    JSON.stringify({ node: process.version, bytes_per_row, ns_per_row: ns, ratios }, null, 2) + '\n',
  );
} else {
  for (const [name, value] of Object.entries(ns)) process.stdout.write(`${name}: ${value.toFixed(1)} ns per row\n`);
  for (const [name, value] of Object.entries(ratios)) process.stdout.write(`${name}: ${value.toFixed(1)} x\n`);
}
