/**
 * What does a queue carry, and what does it cost? A manager here, two workers of one thread, and a Redis of its own, all on this machine; against two threads of
 * this process. Every rate is of chunks that are durable. Needs redis-server; without it, it measures nothing and says so.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';
import { run } from '../dist/index.js';
import { temporaryFolder } from './headline.mjs';
import { median } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const QUESTION =
  'What does a queue carry, and what does it cost (two workers of one thread, manager and Redis on one machine)?';
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** Only the part that is named: rates, overhead or memory. */
const only = ['rates', 'overhead', 'memory'].find((part) => process.argv.includes(`--${part}`));

/** A permutation is `work` times some twenty nanoseconds, and a row of eight numbers. */
const MODEL = `export default {
  name: 'load', version: '1', parameters: { work: { type: 'integer' }, part: { type: 'integer' } },
  metrics: { a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}, sum: {} },
  simulate: ({ parameters: { work } }, rng, row) => {
    let sum = 0;
    for (let i = 0; i < work; i += 1) sum = (sum * 31 + i) % 1_000_003;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) row[name] = rng();
    row.sum = sum;
  },
};`;
/** So much work is a millisecond on this machine, as long as nothing else runs. */
const WORK_PER_MS = calibrated();

const folder = temporaryFolder();
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

if (spawnSync('redis-server', ['--version']).status !== 0) {
  process.stderr.write(
    'bench/queue.mjs: there is no redis-server here (Debian: apt-get install redis-server): nothing is measured.\n',
  );
  report(QUESTION, []);
} else {
  writeFileSync(join(folder, 'model.mjs'), MODEL);
  const { url, redis } = await startRedis();
  const workers = [startWorker(url, 1), startWorker(url, 2)];
  const others = [redis, ...workers];
  const rows = [
    ...(only === undefined || only === 'rates' ? await rates(url, others) : []),
    ...(only === undefined || only === 'overhead' ? await overhead(url, others) : []),
    ...(only === undefined || only === 'memory' ? await memory(url, redis, workers) : []),
  ];
  report(QUESTION, rows);
}
for (const child of children) child.kill('SIGKILL');

/** Chunks that take next to nothing, so that the queue is what takes time. */
async function rates(url, others) {
  const lines = [];
  const sizes = [
    [1, amount(4000, 500, 0)],
    [2000, amount(3000, 300, 8)],
    [50_000, amount(200, 20, 0)],
  ];
  for (const [rows, chunks] of sizes.filter(([, n]) => n > 0)) {
    const found = [];
    for (let round = 0; round < amount(3, 1, 1); round++) found.push(await ran({ rows, chunks, work: 0, url, others }));
    const rate = median(found.map(({ per_second }) => per_second));
    const bytes = found[0].bytes / chunks;
    const name = `results of ${rows.toLocaleString('en')} row${rows === 1 ? '' : 's'}, ${(bytes / 1000).toFixed(bytes < 1000 ? 1 : 0)} kB`;
    lines.push(
      { what: name, value: rate, unit: 'chunks/s' },
      { what: name, value: (rate * bytes) / 1e6, unit: 'MB/s' },
      ...['the manager', 'Redis', 'a worker'].map((who, k) => ({
        what: `${name}: CPU time of ${who}`,
        value: median(found.map(({ cpu_ms }) => cpu_ms[k])) / chunks,
        unit: 'ms per chunk',
      })),
    );
  }
  return lines;
}

/** The same chunks by threads of this process and by the queue, in turns; ratios are of pairs. */
async function overhead(url, others) {
  const lines = [];
  for (const ms of amount([10, 100, 1000], [10, 100, 1000], [1000])) {
    const chunks = amount(Math.max(40, 3000 / ms), Math.max(10, 500 / ms), 4);
    const work = WORK_PER_MS;
    const pairs = [];
    for (let round = 0; round < amount(5, 3, 1); round++) {
      const pair = {};
      for (const how of round % 2 === 0 ? ['pool', 'queue'] : ['queue', 'pool'])
        pair[how] = await ran({
          rows: amount(ms, ms, 5),
          chunks,
          work,
          url: how === 'queue' ? url : undefined,
          others: how === 'queue' ? others : [],
        });
      pairs.push(pair);
    }
    const ratio = median(pairs.map(({ pool, queue }) => queue.per_second / pool.per_second));
    const cpu_ms = median(pairs.map(({ pool, queue }) => (sum(queue.cpu_ms) - sum(pool.cpu_ms)) / chunks));
    const name = ms === 1000 ? '1 s' : `${ms} ms`;
    lines.push(
      {
        what: `chunks of ${name}: rate, queue : threads`,
        value: 100 * ratio,
        unit: '%',
        ...(ms === 1000 && { reach: 90, headline: 'two workers over a queue, chunks of 1 s : two threads' }),
      },
      {
        what: `chunks of ${name}: CPU time beyond that of threads, all processes`,
        value: cpu_ms,
        unit: 'ms per chunk',
      },
    );
  }
  return lines;
}

/** Resident sets over a run of many chunks: of its last fifth against its second. */
async function memory(url, redis, workers) {
  if (process.platform !== 'linux') return [];
  const chunks = amount(10_000, 2000, 20);
  const flags = ['--threads', '0', '--chunk', '500', '--queue', url];
  const manager = start(process.execPath, [
    CLI,
    'run',
    studyOf({ rows: 500, chunks: chunks / 20, work: 0, cells: 20 }),
    ...flags,
  ]);
  const ended = new Promise((resolve) => manager.once('exit', resolve));
  const samples = [];
  const of = { manager, 'a worker': workers[0], Redis: redis };
  while (manager.exitCode === null && manager.signalCode === null) {
    const sample = Object.entries(of).map(([name, { pid }]) => [name, residentMb(pid)]);
    if (sample.every(([, mb]) => Number.isFinite(mb))) samples.push(Object.fromEntries(sample));
    await Promise.race([ended, sleep(amount(250, 100, 20))]);
  }
  if ((await ended) !== 0) throw new Error(`the manager ended with ${manager.exitCode ?? manager.signalCode}`);
  const part = (from, to, name) =>
    median(samples.slice(samples.length * from, Math.ceil(samples.length * to)).map((sample) => sample[name]));
  const n = chunks.toLocaleString('en');
  return Object.keys(of).flatMap((name) => [
    { what: `${name}, resident, in the second fifth of ${n} chunks`, value: part(0.2, 0.4, name), unit: 'MB' },
    { what: `${name}, resident, in the last fifth`, value: part(0.8, 1, name), unit: 'MB' },
  ]);
}

/** Chunks a second from the first durable one to the last, and the CPU time of the whole run [ms]: this process, then the others. */
async function ran({ rows, chunks, work, url, others = [] }) {
  const output = join(folder, 'out');
  const acknowledged = [];
  const onEvent = (event) => {
    if (event.type === 'acknowledged') acknowledged.push({ at: performance.now(), rows: event.rows });
  };
  const cpu = () => [ownCpuMs(), ...others.map(({ pid }) => cpuMs(pid))];
  const before = cpu();
  const how = url === undefined ? { threads: 2 } : { threads: 0, queue: url };
  const { exit } = await run(studyOf({ rows, chunks, work }), { ...how, chunk: rows, output, onEvent });
  if (exit !== 0) throw new Error(`the run ended with ${exit}`);
  const cpu_ms = cpu().map((ms, k) => ms - before[k]);
  const bytes = rowBytes(output);
  rmSync(output, { recursive: true, maxRetries: 10 });
  const first = acknowledged[0];
  const last = acknowledged.at(-1);
  return { per_second: ((chunks * rows - first.rows) / rows / (last.at - first.at)) * 1000, cpu_ms, bytes };
}

/** What its metrics files hold. */
function rowBytes(output) {
  const cells = readdirSync(join(output, 'per_cell'), { recursive: true, encoding: 'utf8' });
  const files = cells.filter((name) => /metrics_compact\.(csv|arrow)$/.test(name));
  return files.reduce((sum, name) => sum + statSync(join(output, 'per_cell', name)).size, 0);
}

/** So many chunks in each cell. */
function studyOf({ rows, chunks, work, cells = 1 }) {
  const file = join(folder, 'study.yaml');
  const study = {
    name: 'load',
    model: './model.mjs',
    grid: { work: [work], part: Array.from({ length: cells }, (_, k) => k) },
    permutations: rows * chunks,
    format: rows < 1000 ? 'csv' : 'arrow',
    batch_rows: Math.max(rows, 1000),
    output: 'out',
  };
  writeFileSync(file, JSON.stringify(study));
  return file;
}

function calibrated() {
  const work = (n) => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum = (sum * 31 + i) % 1_000_003;
    return sum;
  };
  const best = Math.min(
    ...Array.from({ length: 20 }, () => {
      const began = performance.now();
      if (work(500_000) < 0) throw new Error('a remainder is never negative');
      return performance.now() - began;
    }),
  );
  return Math.round(500_000 / best);
}

function start(command, args) {
  const child = spawn(command, args, { stdio: 'ignore' });
  children.push(child);
  return child;
}

function startWorker(url, n) {
  const places = ['--spool', join(folder, `spool-${n}`), '--cache', join(folder, `cache-${n}`)];
  return start(process.execPath, [CLI, 'worker', '--threads', '1', '--allow-models', '--queue', url, ...places]);
}

async function startRedis() {
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
  ];
  return { url: `redis://127.0.0.1:${port}`, redis: start('redis-server', settings) };
}

function ownCpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** CPU time of a process [ms]; NaN where there is no /proc. */
function cpuMs(pid) {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
    return (Number(user) + Number(system)) * 10;
  } catch {
    return NaN;
  }
}

function residentMb(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1000;
  } catch {
    return NaN;
  }
}
