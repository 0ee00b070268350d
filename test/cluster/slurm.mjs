// examples/cluster/slurm-array.sh on a real SLURM: two virtual nodes on this machine, for this test alone, in a folder of its own.
//
//   npm run test:slurm                 about two minutes; skips, and says so, where SLURM is not installed
//   npm run test:slurm -- --install    installs Debian's slurm-wlm and munge first (root)
//
// Of an array of four tasks one is queued again by `scontrol requeue`, one gets the signal that comes before its time limit, one is killed by `scancel`. Nothing
// is merged then; the same command again resumes all of them, the dependent job merges, and the digest is that of a run on one machine.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = `${process.execPath} ${join(ROOT, 'dist', 'cli.js')}`;
const TASKS = 4;
const say = (text) => process.stdout.write(`${text}\n`);

/** One permutation takes five milliseconds, and no processor: each task has some 15 seconds to do. */
const MODEL = `const bell = new Int32Array(new SharedArrayBuffer(4));
export default {
  name: 'naps', version: '1', parameters: { p: { type: 'number' } }, metrics: { a: {}, b: {} },
  simulate: ({ parameters: { p } }, rng, row) => {
    Atomics.wait(bell, 0, 0, 5);
    row.a = rng() * p;
    row.b = rng() < p ? 1 : 0;
  },
};`;
const STUDY = {
  name: 'naps',
  model: './model.mjs',
  grid: { p: [0.25, 0.5, 0.75] },
  permutations: 4000,
  batch_rows: 100,
};

if (process.argv.includes('--install')) {
  for (const args of [['update'], ['install', '-y', 'slurm-wlm', 'munge']])
    if (spawnSync('apt-get', ['-qq', ...args], { stdio: 'inherit' }).status !== 0) process.exit(1);
}
const NEEDED = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'scancel', 'scontrol', 'squeue'];
const missing = NEEDED.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
if (missing.length > 0) {
  say(
    `Skipped: this needs SLURM with ${missing.join(', ')}. Debian: apt-get install slurm-wlm munge, or npm run test:slurm -- --install.`,
  );
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'permafrost-slurm-'));
const at = (name) => join(folder, name);
const daemons = [];
process.on('exit', () => {
  for (const { child } of daemons.reverse()) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const began = performance.now();
const tell = (text) => say(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);

await startSlurm();
tell(`${commandOf('sinfo', '--version')}, nodes ${commandOf('sinfo', '-h', '-o', '%N %t')}`);

writeFileSync(at('model.mjs'), MODEL);
writeFileSync(at('study.yaml'), JSON.stringify({ ...STUDY, output: 'single' }));
commandOf(...CLI.split(' '), 'run', at('study.yaml'), '--threads', '16');
const expected = digestOf('single');
tell(`one machine: digest ${expected}`);

const first = submit();
await until('all four tasks have rows', () => [1, 2, 3, 4].every(hasRows));
commandOf('scontrol', 'requeue', `${first.array}_1`);
commandOf('scancel', '--batch', '--signal=USR1', `${first.array}_2`);
commandOf('scancel', `${first.array}_3`);
tell('task 1 requeued, task 2 told that its time is over, task 3 cancelled');
await until('the array is over', () => !queued(first.array));
const states = [1, 2, 3, 4].map((task) => stateOf(`${first.array}_${task}`));
tell(`tasks ended as ${states.join(', ')}`);
check('all but the cancelled task complete', states.join() === 'COMPLETED,COMPLETED,CANCELLED,COMPLETED');
for (const task of [1, 2]) check(`task ${task} resumed`, /^Resuming /m.test(logOf(`task-${task}.log`)));
check('a cancelled task is not queued again', !/^Resuming /m.test(logOf('task-3.log')));
await until('the merge is given up', () => !queued(first.merge));
check('nothing is merged', !existsSync(at('runs/study')));

const second = submit();
await until('both are over', () => !queued(second.array) && !queued(second.merge));
check('the cancelled task resumed', /^Resuming /m.test(logOf('task-3.log')));
check(
  'the others had nothing to do',
  [1, 2, 4].every((task) => /nothing was computed/.test(logOf(`task-${task}.log`))),
);
tell(`merge.log:\n${logOf('merge.log').trimEnd().replaceAll(/^/gm, '        ')}`);
const digest = digestOf('runs/study');
tell(`merged: digest ${digest}`);
check('the digest is that of one machine', digest === expected);
say(process.exitCode === undefined ? 'Everything as on one machine.' : 'FAILED');
process.exit();

/** Daemons of this user's own, on free ports. */
async function startSlurm() {
  const ports = [];
  for (let k = 0; k < 3; k += 1) ports.push(await freePort());
  const node = (name, port) =>
    `NodeName=${name} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${port} CPUs=2 RealMemory=500`;
  for (const name of ['state', 'node1', 'node2']) mkdirSync(at(name));
  writeFileSync(at('munge.key'), randomBytes(1024), { mode: 0o600 });
  const user = userInfo().username;
  const conf = `
ClusterName=permafrost
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
# A task that is queued again waits until its old credential is over: ten seconds, not two minutes.
AuthInfo=socket=${at('munge.sock')},cred_expire=10
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('%n')}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('%n.pid')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
MailProg=/bin/true
${node('node1', ports[1])}
${node('node2', ports[2])}
PartitionName=all Nodes=node1,node2 Default=YES MaxTime=INFINITE State=UP
`;
  writeFileSync(at('slurm.conf'), conf);
  process.env.SLURM_CONF = at('slurm.conf');
  const munge = [
    'key-file=munge.key',
    'socket=munge.sock',
    'pid-file=munged.pid',
    'log-file=munged.log',
    'seed-file=munged.seed',
  ];
  daemon('munged', '--foreground', '--force', ...munge.map((setting) => `--${setting.replace('=', `=${folder}/`)}`));
  await until('munge listens', () => existsSync(at('munge.sock')));
  daemon('slurmctld', '-D');
  for (const name of ['node1', 'node2']) daemon('slurmd', '-D', '-N', name);
  await until('both nodes are idle', () => /^node\[1-2\] idle/m.test(commandOf('sinfo', '-h', '-o', '%N %t')), 60);
}

function daemon(name, ...args) {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const one = { name: [name, ...args].join(' '), child, said: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (one.said += text));
  daemons.push(one);
}

/** The example, as its user starts it. */
function submit() {
  const env = { ...process.env, TASKS: String(TASKS), CPUS: '1', PERMAFROST: CLI };
  const script = join(ROOT, 'examples', 'cluster', 'slurm-array.sh');
  const { stdout, stderr, status } = spawnSync('bash', [script, 'study.yaml', 'runs/study'], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  tell(stdout.trim());
  const [, array, merge] = /^array (\d+), merge (\d+)/.exec(stdout);
  return { array, merge };
}

/** What a command prints; '' where it fails because SLURM has no such job, or is not up yet. */
function commandOf(name, ...args) {
  const { stdout, stderr, status } = spawnSync(name, args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  if (/Invalid job id|Unable to contact/.test(stderr)) return '';
  throw new Error(`${name} ${args.join(' ')} ended with ${status}: ${stderr}`);
}

function queued(job) {
  return commandOf('squeue', '-h', '-j', job) !== '';
}

function stateOf(job) {
  return /JobState=(\w+)/.exec(commandOf('scontrol', '-o', 'show', 'job', job))?.[1];
}

function logOf(name) {
  return readFileSync(at(`runs/study.parts/${name}`), 'utf8');
}

function hasRows(task) {
  const cells = at(`runs/study.parts/part-${task}/per_cell`);
  if (!existsSync(cells)) return false;
  return readdirSync(cells).some((cell) => {
    const file = join(cells, cell, 'metrics_compact.csv');
    return existsSync(file) && statSync(file).size > 1000;
  });
}

function digestOf(run) {
  return JSON.parse(commandOf(...CLI.split(' '), 'verify', at(run), '--json')).digest;
}

function check(what, is_so) {
  tell(`${is_so ? 'ok' : 'NOT SO'}: ${what}`);
  if (!is_so) process.exitCode = 1;
}

async function until(what, isSo, most_s = 300) {
  for (const end = performance.now() + 1000 * most_s; performance.now() < end; await sleep(500)) if (isSo()) return;
  for (const { name, said } of daemons) process.stderr.write(`--- ${name}\n${said.slice(-3000)}\n`);
  if (existsSync(at('runs/study.parts')))
    for (const name of readdirSync(at('runs/study.parts')).filter((file) => file.endsWith('.log')))
      process.stderr.write(`--- ${name}\n${logOf(name)}\n`);
  throw new Error(`waited ${most_s} s in vain: ${what}`);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
