import { fork, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { acquireLock, lookAtLock } from '../../../src/store/lock.ts';
import type { LockMechanism } from '../../../src/store/lock.ts';
import { temporaryFolder } from '../../process/cli.ts';

/** Locks between real processes, with what the kernel of this machine offers. */
const LINUX = process.platform === 'linux';
const MECHANISMS: readonly LockMechanism[] = LINUX ? ['flock', 'socket', 'file'] : ['file'];
const RACER = fileURLToPath(new URL('racer.mjs', import.meta.url));

const racers: ChildProcess[] = [];
afterEach(() => {
  for (const racer of racers.splice(0)) racer.kill('SIGKILL');
});

interface Said {
  readonly got?: string;
  readonly by?: string;
  readonly message?: string;
}

async function racer(by: LockMechanism, links = true): Promise<ChildProcess> {
  const child = fork(RACER, [by, links ? 'links' : 'no links']);
  racers.push(child);
  await heard(child);
  return child;
}

function heard(child: ChildProcess): Promise<Said> {
  return new Promise((done, failed) => {
    const died = (): void => {
      failed(new Error('the process ended'));
    };
    child.once('exit', died);
    child.once('message', (said) => {
      child.off('exit', died);
      done(said as Said);
    });
  });
}

function asks(child: ChildProcess, output: string): Promise<Said> {
  const said = heard(child);
  child.send({ output });
  return said;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}

const PAIRS = MECHANISMS.flatMap((one) => MECHANISMS.map((other) => [one, other] as const));

test.each(PAIRS)('held by %s, wanted by %s: refused and told who; a killed holder is followed', async (one, other) => {
  const output = temporaryFolder();
  const child = await racer(one);
  expect(await asks(child, output)).toEqual({ got: 'held', by: one });
  await expect(acquireLock(output, [other])).rejects.toMatchObject({
    code: 'LOCKED',
    exit: 3,
    message: expect.stringContaining(`process ${child.pid} on ${hostname()}`) as string,
  });
  await kill(child);
  const lock = await acquireLock(output, [other]);
  expect(lock.by).toBe(other);
  lock.release();
  expect(readdirSync(output)).toEqual([]);
});

test('a stopped process holds its lock', async () => {
  const output = temporaryFolder();
  const child = await racer(MECHANISMS[0]!);
  await asks(child, output);
  child.kill('SIGSTOP');
  await expect(acquireLock(output)).rejects.toMatchObject({ code: 'LOCKED' });
  expect((await lookAtLock(output)).state).toBe('alive');
});

/** A shell in a container of its own: other process numbers, another host name, another network, the same kernel and folder. */
const inContainer = (script: string) =>
  spawnSync('unshare', ['--pid', '--fork', '--mount-proc', '--net', '--uts', 'sh', '-c', `hostname c0ffee; ${script}`]);
const containers = LINUX && inContainer('true').status === 0;

test.skipIf(!containers)("between containers the kernel's lock says whether a holder lives", async () => {
  for (const by of ['flock', 'socket'] as const) {
    const output = temporaryFolder();
    const child = await racer(by);
    await asks(child, output);
    const code = `import { acquireLock } from ${JSON.stringify(fileURLToPath(new URL('../../../dist/store/lock.js', import.meta.url)))};
      await acquireLock(${JSON.stringify(output)}, ['${by}']).then((l) => console.log('held', l.by), (e) => console.log(e.code, e.message));`;
    writeFileSync(join(output, 'ask.mjs'), code);
    const ask = () => inContainer(`${process.execPath} ${join(output, 'ask.mjs')}`).stdout.toString();
    expect(ask()).toMatch(/^LOCKED .*it is still running: wait for it, then run again\n$/);
    await kill(child);
    expect(ask()).toBe(`held ${by}\n`);
    // That one left its lock, in a container that is gone; its number may run here.
    (await acquireLock(output, [by])).release();
  }
});

test('a missing output folder is a disk error, and is not made', async () => {
  await expect(acquireLock('/nonexistent/permafrost')).rejects.toMatchObject({ code: 'DISK' });
  expect(readdirSync('/')).not.toContain('nonexistent');
});

const ROUNDS = process.env['PERMAFROST_FULL'] === '1' ? 200 : 15;
/** A process that is certainly gone: it ran on an earlier boot. */
const DEAD = { pid: 1, host: hostname(), since: '2020-01-01T00:00:00.000Z', started: '1', boot: 'before', by: 'file' };
const RACES: readonly (readonly [string, readonly LockMechanism[], boolean])[] = [
  ...MECHANISMS.map((by) => [`all by ${by}`, [by, by, by, by, by, by], true] as const),
  ['without links', Array<LockMechanism>(6).fill('file'), false],
  [
    'of every kind',
    [...MECHANISMS, ...MECHANISMS, 'file', 'file', 'file', 'file'].slice(0, 6) as LockMechanism[],
    true,
  ],
];

test.each(RACES)('of six processes that want a lock at one moment exactly one gets it: %s', async (_, kinds, links) => {
  const children = await Promise.all(kinds.map((by) => racer(by, links)));
  const folder = temporaryFolder();
  for (let round = 0; round < ROUNDS; round++) {
    const output = join(folder, String(round));
    mkdirSync(output);
    // Free, left by a dead holder, or left by one before its first byte.
    if (round % 3 > 0)
      writeFileSync(join(output, '.lock'), round % 3 === 1 ? JSON.stringify({ ...DEAD, nonce: String(round) }) : '');
    const said = await Promise.all(children.map((child) => asks(child, output)));
    const codes = said.map(({ got }) => got).sort();
    expect(codes, said.map(({ message }) => message).join('\n')).toEqual([...Array<string>(5).fill('LOCKED'), 'held']);
    await Promise.all(
      children.map((child) => {
        const released = heard(child);
        child.send({ release: true });
        return released;
      }),
    );
    expect(readdirSync(output)).toEqual([]);
  }
});
