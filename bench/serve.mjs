/**
 * What a live page costs the run that it shows: the standard surface (1,064 cells) on two threads, by turns alone and with `permafrost serve` and a page of
 * the run open. Two figures: the CPU time that the server took of all that both cores had meanwhile, and how much longer the run took, in pairs (which on
 * a machine that does anything else says little). Linux only for the first.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { temporaryFolder } from './headline.mjs';
import { median } from './kernel/clock.mjs';
import { amount, report } from './report.mjs';

const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const ROUNDS = amount(5, 3, 1);
const PERMUTATIONS = amount(20_000, 4_000, 20);
const THREADS = 2;
/** Only tried: few cells. */
const study = root(
  amount(
    'examples/standard-surface/study.yaml',
    'examples/standard-surface/study.yaml',
    'examples/submit-queue/study.yaml',
  ),
);
const TICKS_PER_SECOND = 100;
const folder = temporaryFolder();
const output = join(folder, 'run');

/** User and system time of a process so far [s]. */
function cpuSeconds(pid) {
  if (process.platform !== 'linux') return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function runSeconds() {
  rmSync(output, { recursive: true, force: true });
  const began = performance.now();
  const args = ['run', study, '--threads', `${THREADS}`, '--permutations', `${PERMUTATIONS}`, '--output', output];
  const child = spawn(process.execPath, [root('dist/cli.js'), ...args], { stdio: 'ignore' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  return (performance.now() - began) / 1000;
}

async function startServer() {
  const child = spawn(process.execPath, [root('dist/cli.js'), 'serve', folder, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const text = await new Promise((resolve) => child.stdout.once('data', (bytes) => resolve(bytes.toString())));
  return { child, url: JSON.parse(text).url };
}

/** Looks at the list until the run is in it, and then at its page, as a browser does. */
function watch(url) {
  let asking;
  const list = get(`${url}events`, (response) => {
    response.setEncoding('utf8').on('data', (text) => {
      const key = /"key":"([0-9a-f]+)"/.exec(text)?.[1];
      if (key === undefined || asking !== undefined) return;
      list.destroy();
      asking = get(`${url}events/${key}?shown=mean`, (page) =>
        page.on('data', () => undefined).on('error', () => undefined),
      );
    });
    response.on('error', () => undefined);
  });
  list.on('error', () => undefined);
  return () => {
    list.destroy();
    asking?.destroy();
  };
}

async function watchedSeconds() {
  const { child, url } = await startServer();
  const stop = watch(url);
  const before = cpuSeconds(child.pid);
  const seconds = await runSeconds();
  const cpu = cpuSeconds(child.pid) - before;
  stop();
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  return { seconds, share: cpu / (seconds * THREADS) };
}

await runSeconds();
const pairs = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const alone = round % 2 === 0 ? await runSeconds() : undefined;
  const watched = await watchedSeconds();
  pairs.push({ alone: alone ?? (await runSeconds()), ...watched });
}
report('What does a live page cost the run that it shows?', [
  {
    what: 'CPU time of the server, of what two cores have',
    value: 100 * median(pairs.map(({ share }) => share)),
    unit: '%',
    at_most: 1,
  },
  {
    what: 'longer run, median of pairs',
    value: 100 * (median(pairs.map(({ alone, seconds }) => seconds / alone)) - 1),
    unit: '%',
  },
  {
    what: 'longer run, least of the pairs',
    value: 100 * (Math.min(...pairs.map(({ alone, seconds }) => seconds / alone)) - 1),
    unit: '%',
  },
  {
    what: 'longer run, most of the pairs',
    value: 100 * (Math.max(...pairs.map(({ alone, seconds }) => seconds / alone)) - 1),
    unit: '%',
  },
]);
