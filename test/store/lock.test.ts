import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock } from '../../src/store/lock.ts';
import type { LockMechanism } from '../../src/store/lock.ts';
import { temporaryFolder } from '../process/cli.ts';

const root = new URL('../..', import.meta.url).pathname;
const LOCK_MODULE = join(root, 'dist/store/lock.js');

/** A process that takes the lock, says so and stays. */
async function holderProcess(output: string, by: LockMechanism) {
  const code = `import { acquireLock } from ${JSON.stringify(LOCK_MODULE)};
    await acquireLock(${JSON.stringify(output)}, [${JSON.stringify(by)}]); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((done) =>
    child.stdout.once('data', () => {
      done();
    }),
  );
  return child;
}

const MECHANISMS: readonly LockMechanism[] = process.platform === 'linux' ? ['flock', 'socket', 'file'] : ['file'];

test.each(MECHANISMS)(
  '%s: a second process is refused and told who holds the lock; a dead holder is taken over',
  async (by) => {
    const output = temporaryFolder();
    const child = await holderProcess(output, by);
    await expect(acquireLock(output, [by])).rejects.toMatchObject({
      code: 'LOCKED',
      exit: 3,
      message: expect.stringContaining(`process ${child.pid} on ${hostname()}`) as string,
    });
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
    const lock = await acquireLock(output, [by]);
    expect(lock.by).toBe(by);
    lock.release();
    (await acquireLock(output, [by])).release();
  },
);

test('a lock file of another host is never taken over, and the error says how to remove it', async () => {
  const output = temporaryFolder();
  writeFileSync(
    join(output, '.lock.holder'),
    JSON.stringify({ pid: 1, host: 'elsewhere', since: '2020-01-01T00:00:00Z', started: '', boot: '' }),
  );
  await expect(acquireLock(output, ['file'])).rejects.toThrow(/process 1 on elsewhere .*remove .*\.lock\.holder/);
});

test('a lock file of another process with the same pid is taken over: its start time differs', async () => {
  const output = temporaryFolder();
  const boot = process.platform === 'linux' ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '';
  writeFileSync(
    join(output, '.lock.holder'),
    JSON.stringify({ pid: process.pid, host: hostname(), since: '', started: '1', boot }),
  );
  if (process.platform !== 'linux') return;
  (await acquireLock(output, ['file'])).release();
});

test('a missing output folder is a disk error', async () => {
  await expect(acquireLock('/nonexistent/permafrost')).rejects.toMatchObject({ code: 'DISK' });
});

test('of several processes that start together exactly one gets the lock', () => {
  for (const by of MECHANISMS) {
    const output = temporaryFolder();
    // Each says what it got and stays until all four have said it.
    const code = `import { readdirSync, writeFileSync } from 'node:fs';
      import { acquireLock } from ${JSON.stringify(LOCK_MODULE)};
      const output = ${JSON.stringify(output)};
      const said = await acquireLock(output, [${JSON.stringify(by)}]).then(() => '1', (e) => (e.code === 'LOCKED' ? '0' : 'x'));
      writeFileSync(output + '/said-' + process.pid, said);
      process.stdout.write(said);
      const wait = setInterval(() => {
        if (readdirSync(output).filter((name) => name.startsWith('said-')).length < 4) return;
        clearInterval(wait);
        process.exit();
      }, 20);`;
    const script = `for i in 1 2 3 4; do "$NODE" --input-type=module -e "$CODE" & done; wait`;
    const env = { ...process.env, NODE: process.execPath, CODE: code };
    const said = execFileSync('sh', ['-c', script], { env, timeout: 30_000 }).toString();
    expect(said).toMatch(/^0*10*$/);
    expect(said).toHaveLength(4);
  }
});
