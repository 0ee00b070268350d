/**
 * A newcomer's way, step by step, from an empty folder and the tarball to a report, in three languages; on stdout, as Markdown. It installs packages from the
 * registry, so it is not among the files that `npm run bench` starts (`--once` tries one language): node bench/newcomer.mjs
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';
import { once } from './report.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const shell = process.platform === 'win32';
const folder = mkdtempSync(join(tmpdir(), 'permafrost-newcomer-'));

/** The model after an edit: a step up is worth two. */
const EDITS = {
  typescript: ['walk.ts', '? 1 : -1', '? 2 : -1'],
  python: ['walk.py', '+= 1 if', '+= 2 if'],
  'wasm-c': ['walk.c', '? 1 : -1', '? 2 : -1'],
};

const steps = new Map();

async function timed(template, step, work) {
  const began = performance.now();
  await work();
  const row = steps.get(step) ?? new Map();
  steps.set(step, row.set(template, (performance.now() - began) / 1000));
}

const run = (cwd, command, ...args) =>
  execFileSync(command, args, { cwd, shell, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Whether a cell has rows by now. */
function begun(output) {
  const cells = join(output, 'per_cell');
  if (!existsSync(cells)) return false;
  return readdirSync(cells).some((cell) => {
    const file = join(cells, cell, 'metrics_compact.csv');
    return existsSync(file) && statSync(file).size > 1000;
  });
}

async function killed(cwd, cli, args) {
  const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (child.exitCode === null && !begun(join(cwd, 'runs', 'walk'))) await sleep(5);
  child.kill('SIGKILL');
  await ended;
}

/** C is compiled here, where it can be. */
function hasItsCompiler(template) {
  if (template !== 'wasm-c' || spawnSync('clang', ['--version']).status === 0) return true;
  process.stderr.write('bench/newcomer.mjs: there is no clang here: nothing is measured of a model in C.\n');
  return false;
}

async function walk(template, tarball) {
  const cwd = join(folder, template);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "private": true, "type": "module" }\n');
  await timed(template, 'npm install permafrost-….tgz', () =>
    run(cwd, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional', tarball),
  );
  const cli = join(cwd, 'node_modules', 'permafrost', 'dist', 'cli.js');
  const permafrost = (...args) => run(cwd, process.execPath, cli, ...args);
  await timed(template, 'init', () => permafrost('init', '.', '--template', template));
  await timed(template, 'edit the model (and build it, in C)', () => {
    const [name, before, after] = EDITS[template];
    const text = readFileSync(join(cwd, name), 'utf8');
    if (!text.includes(before)) throw new Error(`${name} has no ${before}`);
    writeFileSync(join(cwd, name), text.replace(before, after));
    if (template === 'wasm-c') run(cwd, 'sh', 'build.sh');
  });
  await timed(template, 'plan', () => permafrost('plan', 'study.yaml'));
  await timed(template, 'run, killed at its first rows', () => killed(cwd, cli, ['run', 'study.yaml']));
  await timed(template, 'run again, to its end', () => permafrost('run', 'study.yaml'));
  await timed(template, 'verify --recompute 1%', () => permafrost('verify', 'runs/walk', '--recompute', '1%'));
  await timed(template, 'report', () => permafrost('report', 'runs/walk'));
}

try {
  const [{ filename }] = JSON.parse(
    run(ROOT, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  );
  const templates = Object.keys(EDITS)
    .filter((template) => !once || template === 'typescript')
    .filter(hasItsCompiler);
  for (const template of templates) await walk(template, join(folder, filename));
  const lines = [
    `| step [s] | ${templates.join(' | ')} |`,
    `|---|${templates.map(() => '---:').join('|')}|`,
    ...[...steps].map(
      ([step, row]) => `| ${step} | ${templates.map((each) => row.get(each).toFixed(1)).join(' | ')} |`,
    ),
  ];
  const sums = templates.map((each) => [...steps.values()].reduce((sum, row) => sum + row.get(each), 0).toFixed(0));
  process.stdout.write(`${lines.join('\n')}\n| together | ${sums.join(' | ')} |\n`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
