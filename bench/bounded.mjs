/**
 * Do open files, memory and the main thread's time stay bounded on a whole surface? The standard surface (1,512 grid points, 1,064
 * distinct cells) and a seventh of it, few permutations each, as a process of its own that is looked at in /proc while it runs. Linux only.
 */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';
import { temporaryFolder } from './headline.mjs';
import { amount, once, report } from './report.mjs';

const root = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const PERMUTATIONS = amount(10_000, 1000, 10);
const SAMPLE_MS = 20;
const folder = temporaryFolder();

/** Clock ticks that a thread or process has used: user and system time, fields 14 and 15 of its stat. */
function cpuTicks(stat) {
  const fields = readFileSync(stat, 'latin1').split(') ').at(-1).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Starts a run of the surface on two threads, into a folder of its own. */
function startRun(output, more, stdio) {
  const run = ['run', root('examples/standard-surface/study.yaml'), '--threads', '2', '--output', output, ...more];
  const child = spawn(process.execPath, [root('dist/cli.js'), ...run], { stdio });
  return { child, proc: `/proc/${child.pid}`, ended: new Promise((resolve) => child.on('exit', resolve)) };
}

/** A size that the process's status tells, VmRSS for one [MB]; 0 where it tells none. */
function sizeMb(proc, name) {
  const status = readFileSync(join(proc, 'status'), 'latin1');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1000;
}

async function watched(name, more) {
  const output = join(folder, name);
  const few = ['--permutations', `${PERMUTATIONS}`, '--json'];
  const { child, proc, ended } = startRun(output, [...few, ...more], ['ignore', 'pipe', 'ignore']);
  let answer = '';
  child.stdout.on('data', (text) => (answer += text));
  const seen = { files: 0, metrics_files: 0, rss_mb: 0, main_ticks: 0, all_ticks: 0 };
  while (child.exitCode === null) {
    try {
      look(proc, output, seen);
    } catch (error) {
      // The process has just ended, or a file was closed between its listing and its reading.
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) throw error;
    }
    await Promise.race([sleep(SAMPLE_MS), ended]);
  }
  if ((await ended) !== 0) throw new Error(`the run ended with ${child.exitCode}`);
  return { ...seen, cells: JSON.parse(answer).outputs[0].cells };
}

function look(proc, output, seen) {
  seen.rss_mb = Math.max(seen.rss_mb, sizeMb(proc, 'VmHWM'));
  seen.main_ticks = cpuTicks(join(proc, 'task', proc.split('/').at(-1), 'stat'));
  seen.all_ticks = cpuTicks(join(proc, 'stat'));
  const descriptors = readdirSync(join(proc, 'fd'));
  seen.files = Math.max(seen.files, descriptors.length);
  const of_cells = descriptors.filter((fd) => target(join(proc, 'fd', fd)).startsWith(join(output, 'per_cell')));
  seen.metrics_files = Math.max(seen.metrics_files, of_cells.length);
}

function target(link) {
  try {
    return readlinkSync(link);
  } catch {
    return ''; // closed by now
  }
}

/** How fast a run's memory grows once it is under way [MB per minute], 200,000 permutations per cell. */
async function growth() {
  const first_ms = amount(48_000, 5000, 500);
  const later_ms = amount(66_000, 6600, 500);
  const { child, proc, ended } = startRun(join(folder, 'growth'), [], 'ignore');
  await sleep(first_ms);
  const before = sizeMb(proc, 'VmRSS');
  await sleep(later_ms);
  const after = sizeMb(proc, 'VmRSS');
  child.kill();
  await ended;
  return (after - before) / (later_ms / 60_000);
}

const found = [await watched('seventh', ['--cells', 'p_skip=0.02'])];
if (!once) found.push(await watched('whole', []));
const mb_per_minute = await growth();
report(
  `What does a surface of 1,512 grid points hold open and use, ${PERMUTATIONS.toLocaleString('en')} permutations each?`,
  [
    ...found.flatMap(({ cells, files, metrics_files, rss_mb, main_ticks, all_ticks }) => {
      const what = (text) => `${cells.toLocaleString('en')} cells: ${text}`;
      return [
        { what: what('most open descriptors, of all kinds'), value: files, unit: '' },
        { what: what('most open files of cells'), value: metrics_files, unit: '' },
        { what: what('largest resident set, workers included'), value: rss_mb, unit: 'MB' },
        { what: what('main thread, of all CPU time'), value: (100 * main_ticks) / all_ticks, unit: '%' },
      ];
    }),
    {
      what: 'a long run: resident set grows by (V8 collects later what is not needed)',
      value: mb_per_minute,
      unit: 'MB a minute',
    },
  ],
);
