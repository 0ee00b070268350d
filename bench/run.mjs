/**
 * Everything, one question after the other, and the table for the README (Markdown, on stdout).
 *
 *   npm run bench            some ten minutes
 *   npm run bench -- --short
 *   npm run bench -- --json  one object instead
 */
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { figure, short } from './report.mjs';

const FILES = [
  'end-to-end',
  'threads',
  'write-path',
  'user-model',
  'seeding',
  'resume',
  'verify',
  'start-up',
  'memory',
];

function answerOf(file, args = []) {
  process.stderr.write(`${file} ...\n`);
  const path = fileURLToPath(new URL(`${file}.mjs`, import.meta.url));
  const { stdout, status } = spawnSync(
    process.execPath,
    [path, '--json', ...(short ? ['--short', '--quick'] : []), ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 28,
    },
  );
  if (status !== 0) process.stderr.write(`${file} failed\n`);
  return status === 0 ? JSON.parse(stdout.toString()) : undefined;
}

/** The kernel's file answers in a form of its own. */
function kernelRows({ results }) {
  return results
    .filter(({ trades }) => trades === 300)
    .flatMap(({ work, ns_per_permutation, ...ratios }) => [
      ...Object.entries(ns_per_permutation).map(([name, value]) => ({
        what: `${work}, 300 trades, ${name}`,
        value,
        unit: 'ns per permutation',
      })),
      ...Object.entries(ratios)
        .filter(([name, value]) => name.startsWith('wasm_faster') && typeof value === 'number')
        .map(([name, value]) => ({ what: `${work}: ${name.replaceAll('_', ' ')}`, value, unit: 'x' })),
    ]);
}

function csvRows({ ns_per_row }) {
  return Object.entries(ns_per_row).map(([what, value]) => ({ what, value, unit: 'ns per row' }));
}

const kernel = answerOf('kernel/trades', short ? ['--trades', '300'] : []);
const text = answerOf('kernel/csv');
const answers = [
  ...FILES.map((file) => answerOf(file)),
  kernel && {
    question: 'The kernel of `trades`, one thread, CPU time (the mix is over all shuffle and bootstrap modes)',
    rows: kernelRows(kernel),
  },
  text && { question: 'Rows as CSV text (8 metrics), one thread, CPU time', rows: csvRows(text) },
].filter((answer) => answer !== undefined);

const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 1e9),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ machine, short, answers })}\n`);
else {
  const { cpu, cores, memory_gb, node, platform } = machine;
  const lines = answers.flatMap(({ question, rows }) => [
    `| **${question}** | | | |`,
    ...rows.map(({ what, value, unit, reach }) => `| ${what} | ${figure(value)} | ${unit} | ${reach ?? ''} |`),
  ]);
  process.stdout.write(
    `Measured on ${cpu}, ${cores} cores, ${memory_gb} GB, ${platform}, Node.js ${node}${short ? ' (short runs)' : ''}.\n\n` +
      `| | | | to reach |\n|---|---:|---|---:|\n${lines.join('\n')}\n`,
  );
}
