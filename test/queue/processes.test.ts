import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { CLI, digestOf, finished, permafrost } from '../process/cli.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';
import { Cluster, studyIn, until, type UserStudy } from './cluster.ts';
import { HAS_REDIS, WITHOUT_REDIS } from './redis-server.ts';

// What a stopped worker had is taken over after some fifteen seconds, and computed again.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A permutation takes five milliseconds, and no processor: chunks of 100 take half a second. */
const NAPS: UserStudy = {
  model: `const bell = new Int32Array(new SharedArrayBuffer(4));
  export default {
    name: 'naps', version: '1', parameters: { p: { type: 'number' } }, metrics: { a: {}, b: {} },
    simulate: ({ parameters: { p } }, rng, row) => {
      Atomics.wait(bell, 0, 0, 5);
      row.a = rng() * p;
      row.b = rng() < p ? 1 : 0;
    },
  };`,
  study: { name: 'naps', grid: { p: [0.25, 0.5] }, permutations: 1000, batch_rows: 100 },
};
/** Long enough for a worker to be stopped past its lock, and what it had taken over, before the run ends. */
const LONG: UserStudy = { ...NAPS, study: { ...NAPS.study, permutations: 2500 } };
/** Four chunks of 100. */
const FEW: UserStudy = { ...NAPS, study: { ...NAPS.study, permutations: 200 } };
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RESULTS = 'permafrost:{default}:results';
const expected = new Map<UserStudy, string>();

async function alone(study: UserStudy): Promise<string> {
  const folder = newFolder();
  // Naps cost nothing: many at once.
  expect((await permafrost(['run', studyIn(folder, study), '--threads', '8'], { cwd: folder })).exit).toBe(0);
  const digest = await digestOf(join(folder, 'out'));
  removeFolder(folder);
  return digest;
}

/** The rows of one machine, and nothing is left at the broker. */
async function endsWell(cluster: Cluster, study = NAPS, output = 'out'): Promise<void> {
  expect(await digestOf(join(cluster.folder, output))).toBe(expected.get(study));
  expect(await cluster.redis.command('ZCARD', RESULTS)).toBe(':0\r\n');
}

/** How many results wait at the broker. */
async function waiting({ redis }: Cluster): Promise<number> {
  return Number((await redis.command('ZCARD', RESULTS)).slice(1));
}

function spooled(cluster: Cluster, worker: string): string[] {
  const folder = cluster.spool(worker);
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.result')) : [];
}

/** The chunks that somebody has in hand. */
async function inHand({ redis }: Cluster): Promise<string[]> {
  const answer = await redis.command('LRANGE', 'permafrost:{default}:chunks:active', '0', '-1');
  return answer.split('\r\n').filter((line) => /^[0-9a-f]/.test(line));
}

function hasRows(cluster: Cluster, output = 'out'): boolean {
  const cells = join(cluster.folder, output, 'per_cell');
  if (!existsSync(cells)) return false;
  return readdirSync(cells).some((cell) => existsSync(join(cells, cell, 'metrics_compact.csv')));
}

describe.skipIf(!HAS_REDIS)(`processes over a real Redis${WITHOUT_REDIS}`, () => {
  beforeAll(async () => {
    for (const study of [NAPS, LONG, FEW]) expected.set(study, await alone(study));
  });

  test('a second manager is refused, on the output and on the namespace of the first, which goes on', async () => {
    const cluster = await Cluster.start();
    const file = studyIn(cluster.folder, NAPS);
    const first = cluster.manager(file);
    const worker = cluster.worker('a');
    await cluster.says(worker, /Computing/);
    await until(() => hasRows(cluster));
    // However slow this machine is, the first is there as long as others come.
    worker.kill('SIGSTOP');
    const on_output = await finished(cluster.manager(file, '--namespace', 'other'));
    expect(on_output.exit).toBe(3);
    expect(on_output.stderr).toContain(`is held by process ${first.pid} `);
    const on_namespace = await finished(cluster.manager(studyIn(cluster.folder, NAPS, 'second')));
    expect(on_namespace.exit).toBe(3);
    expect(on_namespace.stderr).toContain(`(pid ${first.pid}) has it`);
    expect(on_namespace.stderr).toContain('--namespace NAME');
    expect(hasRows(cluster, 'second')).toBe(false);
    worker.kill('SIGCONT');
    expect((await finished(first)).exit).toBe(0);
    await endsWell(cluster);
  });

  test('a worker that is stopped past its lock and continued: others have computed what it had, and its late results change nothing', async () => {
    const cluster = await Cluster.start();
    const manager = cluster.manager(studyIn(cluster.folder, LONG), '--chunk', '100');
    const stopped = cluster.worker('a', '--json');
    await until(async () => hasRows(cluster) && (await inHand(cluster)).length === 2);
    stopped.kill('SIGSTOP');
    const had = await inHand(cluster);
    const other = cluster.worker('b', '--json');
    const gone = async (id: string): Promise<boolean> =>
      (await cluster.redis.command('EXISTS', `permafrost:{default}:chunks:${id}`)) === ':0\r\n';
    await until(async () => (await Promise.all(had.map(gone))).every(Boolean));
    expect(manager.exitCode, 'the run is over already').toBeNull();
    stopped.kill('SIGCONT');
    const { exit, stderr } = await finished(manager);
    expect(exit, stderr).toBe(0);
    const counts = await Promise.all(
      [stopped, other].map(async (worker) => {
        worker.kill('SIGTERM');
        const { exit, stderr, json } = await finished(worker);
        expect(exit, stderr).toBe(143);
        return json() as { readonly chunks: number; readonly spooled: number };
      }),
    );
    expect(counts.map(({ spooled }) => spooled)).toEqual([0, 0]);
    expect(
      counts.reduce((sum, { chunks }) => sum + chunks, 0),
      'nothing was computed twice',
    ).toBeGreaterThan(50);
    await endsWell(cluster, LONG);
  });

  test('a worker of another version, or on another Node.js, is refused with exit 2 and told what to install; the run goes on', async () => {
    const cluster = await Cluster.start();
    const manager = cluster.manager(studyIn(cluster.folder, FEW));
    await until(async () => (await cluster.redis.command('EXISTS', 'permafrost:{default}:announcement')) === ':1\r\n');

    const other = join(cluster.folder, 'other');
    cpSync(join(ROOT, 'dist'), join(other, 'dist'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(other, 'node_modules'));
    const described = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
    writeFileSync(join(other, 'package.json'), JSON.stringify({ ...described, version: '99.0.0' }));
    const env = { PERMAFROST_QUEUE: cluster.redis.url };
    const old = await execa(process.execPath, [join(other, 'dist', 'cli.js'), 'worker', '--allow-models'], {
      reject: false,
      cwd: cluster.folder,
      env,
    });
    expect(old.exitCode).toBe(2);
    expect(old.stderr).toContain(`runs permafrost ${described.version}, and this worker is 99.0.0`);
    expect(old.stderr).toContain(`Install ${described.version} here`);

    const major = Number.parseInt(process.versions.node, 10);
    const another = `Object.defineProperty(process, 'version', { value: 'v${major + 2}.1.0' })`;
    const node = await execa(
      process.execPath,
      ['--import', `data:text/javascript,${another}`, CLI, 'worker', '--allow-models'],
      { reject: false, cwd: cluster.folder, env },
    );
    expect(node.exitCode).toBe(2);
    expect(node.stderr).toContain(`runs Node.js ${major}, and this worker runs ${major + 2}`);
    expect(node.stderr).toContain(`Start the worker with Node.js ${major}.`);

    expect(manager.exitCode).toBeNull();
    void cluster.worker('a');
    expect((await finished(manager)).exit).toBe(0);
    await endsWell(cluster, FEW);
  });

  test('a spool that is submitted twice, by hand, counts once', async () => {
    const cluster = await Cluster.start();
    const file = studyIn(cluster.folder, NAPS);
    const manager = cluster.manager(file, '--chunk', '100');
    const worker = cluster.worker('a');
    await until(() => hasRows(cluster));
    await cluster.redis.kill();
    await until(() => spooled(cluster, 'a').length > 0);
    manager.kill('SIGKILL');
    worker.kill('SIGKILL');
    await Promise.all([finished(manager), finished(worker)]);
    const n = spooled(cluster, 'a').length;
    cpSync(cluster.spool('a'), cluster.spool('copy'), { recursive: true });
    await cluster.redis.up();
    for (const [name, submitted] of [
      ['a', n],
      ['copy', n],
      ['a', 0],
    ] as const) {
      const { exit, json } = await finished(cluster.begin(['submit', cluster.spool(name), '--queue', '--json']));
      expect([exit, json()]).toEqual([0, expect.objectContaining({ submitted })]);
      expect(spooled(cluster, name)).toEqual([]);
    }
    void cluster.worker('b');
    expect((await finished(cluster.manager(file, '--chunk', '100'))).exit).toBe(0);
    // Redis may have forgotten what was acknowledged in its last second: such results lie there for a day.
    expect(await digestOf(join(cluster.folder, 'out'))).toBe(expected.get(NAPS));
  });

  test('a worker that is stopped while Redis is away ends, and what it computed stays in its spool', async () => {
    const cluster = await Cluster.start();
    void cluster.manager(studyIn(cluster.folder, NAPS), '--chunk', '100');
    const worker = cluster.worker('a');
    await until(() => hasRows(cluster));
    await cluster.redis.kill();
    await until(() => spooled(cluster, 'a').length > 0);
    worker.kill('SIGTERM');
    const { exit, signal, stdout, stderr } = await finished(worker);
    expect([exit, stdout], `${signal ?? ''} ${stderr}`).toEqual([143, expect.stringMatching(/in the spool/)]);
    expect(spooled(cluster, 'a').length).toBeGreaterThan(0);
  });

  test('what an old manager had asked for arrives at a new one, which computes nothing of it; and waits while another study is run', async () => {
    const cluster = await Cluster.start();
    const file = studyIn(cluster.folder, FEW);
    const old = cluster.manager(file, '--chunk', '100');
    const worker = cluster.worker('a');
    await until(async () => (await inHand(cluster)).length === 2);
    old.kill('SIGKILL');
    await finished(old);
    // All four chunks were handed out, and their worker goes on.
    await until(async () => (await waiting(cluster)) === 4);
    worker.kill('SIGKILL');
    await finished(worker);

    const others = studyIn(cluster.folder, { ...FEW, study: { ...FEW.study, grid: { p: [0.1] } } }, 'others');
    const between = await finished(cluster.manager(others, '--threads', '1'));
    expect(between.exit, between.stderr).toBe(0);
    expect(await waiting(cluster)).toBe(4);

    // Nobody is there to compute.
    const { exit, stderr } = await finished(cluster.manager(file, '--chunk', '50'));
    expect(exit, stderr).toBe(0);
    await endsWell(cluster, FEW);
  });

  test('a Redis whose memory is full: results wait on the disk of the worker, which says why, and the run ends when there is room', async () => {
    const cluster = await Cluster.start();
    const manager = cluster.manager(studyIn(cluster.folder, NAPS), '--chunk', '100');
    const worker = cluster.worker('a');
    await until(() => hasRows(cluster));
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
    await cluster.says(worker, /its memory is full \(maxmemory\).*kept in .*spool-a/s);
    await until(() => spooled(cluster, 'a').length > 0);
    expect(manager.exitCode).toBeNull();
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0');
    const { exit, stderr } = await finished(manager);
    expect(exit, stderr).toBe(0);
    await until(() => spooled(cluster, 'a').length === 0);
    await cluster.says(worker, /The queue is back\./);
    await endsWell(cluster);
  });

  test('a Redis that loses everything in the middle, three times', async () => {
    const cluster = await Cluster.start();
    const manager = cluster.manager(studyIn(cluster.folder, NAPS), '--chunk', '100');
    void cluster.worker('a');
    void cluster.worker('b');
    await until(() => hasRows(cluster));
    for (let times = 0; times < 3; times += 1) {
      await until(async () => (await inHand(cluster)).length > 0 || manager.exitCode !== null);
      await cluster.redis.command('FLUSHALL');
    }
    const { exit, stderr } = await finished(manager);
    expect(exit, stderr).toBe(0);
    await endsWell(cluster);
  });
});
