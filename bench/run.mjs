/**
 * Everything, one question after the other, and what docs/performance.md prints (Markdown, on stdout).
 *
 *   npm run bench            ten to twenty minutes
 *   npm run bench -- --short a look, in some three minutes
 *   npm run bench -- --json  one object instead
 *   npm run bench -- --once  only whether every file of this folder still works, in under a minute; prints no figures
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { amount, aimOf, figure, once, short } from './report.mjs';

/** In the order in which the first table names what was to be reached. */
const FILES = [
  'end-to-end',
  'write-path',
  'user-model',
  'fast-model',
  'forms',
  'forms/command',
  'resume',
  'threads',
  'seeding',
  'streams',
  'checksum',
  'start-up',
  'many-cells',
  'memory',
  // It looks into /proc.
  ...(process.platform === 'linux' ? ['bounded'] : []),
  'verify',
  'import-trades',
  'queue',
  'kernel/accounts',
];

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** What the file prints; undefined where it failed, and then this process fails in the end. */
function textOf(file, args) {
  process.stderr.write(`${file} ...\n`);
  const { stdout, status, error } = spawnSync(
    process.execPath,
    [join(HERE, `${file}.mjs`), ...amount([], ['--short'], ['--once']), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28, timeout: once ? 120_000 : undefined },
  );
  if (status === 0 && stdout.length > 0) return stdout.toString();
  process.stderr.write(`bench/${file}.mjs failed: ${error?.message ?? `exit ${status}`}\n`);
  process.exitCode = 1;
  return undefined;
}

function answerOf(file, args = []) {
  const text = textOf(file, ['--json', ...args]);
  return text && JSON.parse(text);
}

/** The files of this folder that are started, not imported by another one. */
function programs() {
  const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mjs'));
  const used = files.flatMap((file) => {
    const named = readFileSync(join(HERE, file), 'utf8').matchAll(/(?:from |import\(|new URL\()['`]([^'`?]+\.mjs)/g);
    return [...named].map((match) => join(dirname(file), match[1]));
  });
  return files.filter((file) => file !== 'run.mjs' && !used.includes(file)).map((file) => file.slice(0, -4));
}

const line = (...cells) => `| ${cells.join(' | ')} |`;

/** What was to be reached, and what was. */
function headlines(answers) {
  const rows = answers.flatMap(({ rows: found }) => found).filter(({ headline }) => headline !== undefined);
  return [
    line('', 'measured', 'to reach'),
    '|---|---:|---:|',
    ...rows.map((row) => line(row.headline, `**${figure(row.value)}** ${row.unit}`, aimOf(row))),
  ];
}

const KERNELS = {
  wasm: 'WebAssembly kernel',
  twin: 'its TypeScript twin',
  plain: 'plain JavaScript with seedrandom.alea',
  cpp: 'scalar C++, `g++ -O3 -march=native -ffp-contract=off`',
  numba: 'numba',
  numpy: 'NumPy, vectorised over permutations',
};

function kernelTable({ results }) {
  const columns = results.map(({ work, trades }) =>
    work === 'mix' ? `${trades} trades, mean of all modes` : `${trades.toLocaleString('en')} trades`,
  );
  const times = Object.entries(KERNELS).map(([name, label]) =>
    line(label, ...results.map(({ ns_per_permutation: ns }) => (name in ns ? figure(ns[name]) : ''))),
  );
  const ratio = (name, label) =>
    line(`**${label} : WebAssembly**`, ...results.map((result) => (result[name] ? `**${figure(result[name])}**` : '')));
  return [
    line('one permutation, one core [ns of CPU time]', ...columns),
    `|---|${columns.map(() => '---:|').join('')}`,
    ...times,
    ratio('wasm_faster_than_cpp', 'C++'),
    ratio('wasm_faster_than_numba', 'numba'),
  ];
}

function csvRows({ ns_per_row }) {
  return Object.entries(ns_per_row).map(([what, value]) => ({ what, value, unit: 'ns per row' }));
}

function details(answers) {
  return [
    line('', '', ''),
    '|---|---:|---|',
    ...answers.flatMap(({ question, rows }) => [
      line(`**${question}**`, '', ''),
      ...rows.map(({ what, value, unit }) => line(what, figure(value), unit)),
    ]),
  ];
}

const kernel = answerOf('kernel/trades', short ? ['--trades', '300'] : []);
const text = answerOf('kernel/csv');
const answers = [
  ...FILES.map((file) => answerOf(file)),
  text && { question: 'How long does a row of 8 metrics take as CSV text, one thread, CPU time?', rows: csvRows(text) },
].filter((answer) => answer !== undefined);

const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 1e9),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  peers: kernel?.peers ?? [],
};
/** What docs/performance.md prints. */
function markdown() {
  const { cpu, cores, memory_gb, node, platform, peers } = machine;
  const where = [`${cores} cores of ${cpu}, ${memory_gb} GB, ${platform}`, `Node.js ${node}`, ...peers].join('; ');
  return [
    `Measured${short ? ' in short runs' : ''} on ${where}. Peers side by side in one run, interleaved, medians;`,
    'rows compared bit for bit first. The work: 300 trades, skip, delay 1, slippage, permute, trade_bootstrap.',
    '',
    ...headlines(answers),
    '',
    ...(kernel === undefined ? [] : [...kernelTable(kernel), '']),
    ...details(answers),
    '',
  ].join('\n');
}

if (once) {
  const ELSEWHERE = process.platform === 'linux' ? [] : ['bounded'];
  const started = [...FILES, 'kernel/trades', 'kernel/csv', ...ELSEWHERE];
  for (const file of programs()) if (!started.includes(file)) textOf(file, []);
  // Made as well, so that it is known to work; what stands in it says nothing.
  markdown();
  if (process.exitCode === undefined) process.stdout.write('Every file of bench/ works.\n');
} else if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ machine, short, kernel, answers })}\n`);
} else process.stdout.write(markdown());
