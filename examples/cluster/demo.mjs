// A cluster on this machine, to be watched: a Redis of its own, a manager, two workers, one of which is killed in the middle; then the same study on one machine,
// and the digests of both. About a minute: npm run demo:cluster
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'permafrost-demo-'));
const say = (text) => process.stdout.write(`\n== ${text}\n`);

if (spawnSync('redis-server', ['--version']).status !== 0) {
  say('There is no redis-server here. Debian: apt-get install redis-server. macOS: brew install redis.');
  process.exit(1);
}

const port = await freePort();
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

say(`Redis on port ${port}, for this demo alone`);
const settings = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
start('redis-server', settings.map(String), 'ignore');
await sleep(500);

// A model that takes its time, so that there is something to see.
writeFileSync(
  join(folder, 'slow.mjs'),
  `export default {
  name: 'slow', version: '1', parameters: { p: { type: 'number' } }, metrics: { heads: {} },
  simulate: ({ parameters: { p } }, rng, row) => {
    row.heads = 0;
    for (let i = 0; i < 200_000; i += 1) if (rng() < p) row.heads += 1;
  },
};
`,
);
const study = join(folder, 'study.yaml');
writeFileSync(
  study,
  'model: ./slow.mjs\ngrid: { p: [0.2, 0.4, 0.6, 0.8] }\npermutations: 1500\nbatch_rows: 100\noutput: over-the-queue\n',
);

say('Two workers, one thread each');
const workers = [1, 2].map(() =>
  permafrost(['worker', '--threads', '1', '--allow-models', '--spool', join(folder, 'spool')]),
);

say('The manager, which computes nothing itself');
const manager = permafrost(['run', study, '--queue', '--threads', '0', '--chunk', '50']);
await sleep(9_000);

say(`kill -9 of worker ${workers[0].pid}: what it had in hand is computed by the other one within some ten seconds`);
workers[0].kill('SIGKILL');
const exit = await new Promise((resolve) => manager.once('exit', resolve));
say(`The manager is done, exit code ${exit}`);
workers[1].kill('SIGTERM');

say('The same study on one machine');
spawnSync(process.execPath, [cli, 'run', study, '--output', join(folder, 'alone')], { stdio: 'inherit' });

const [one, other] = ['over-the-queue', 'alone'].map((run) => digestOf(join(folder, run)));
say(`Digest over the queue:      ${one}`);
say(`Digest of a single machine: ${other}`);
say(one === other && exit === 0 ? 'Equal.' : 'NOT EQUAL');
process.exit(one === other && exit === 0 ? 0 : 1);

function start(command, args, stdio) {
  const child = spawn(command, args, {
    stdio,
    cwd: folder,
    env: { ...process.env, PERMAFROST_QUEUE: `redis://127.0.0.1:${port}` },
  });
  children.push(child);
  return child;
}

function permafrost(args) {
  return start(process.execPath, [cli, ...args], 'inherit');
}

function digestOf(run) {
  const { stdout } = spawnSync(process.execPath, [cli, 'verify', run, '--json'], { encoding: 'utf8' });
  return JSON.parse(stdout).digest;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}
