import { expect, test } from 'vitest';
import { acquireLock, lookAtLock } from '../../../src/store/lock.ts';
import type { ProcessFacts } from '../../../src/store/lock/process-facts.ts';
import { SimulatedDisk } from '../../crash/simulated-disk.ts';
import { ProcessTable } from './process-table.ts';

/** Who may take over whose lock, as far as the lock file and the system's processes tell. */
function diskWithOutput(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/out');
  return disk;
}

/** A lock left by `holder`, who is gone or not; then `me` wants it. Returns 'taken', or the message. */
async function asks(holder: ProcessFacts, me: ProcessFacts): Promise<string> {
  const { port } = diskWithOutput();
  await acquireLock('/out', [], { port, me: holder });
  try {
    await acquireLock('/out', [], { port, me });
    return 'taken';
  } catch (error) {
    expect(error).toMatchObject({ code: 'LOCKED', exit: 3, value: { pid: holder.pid, host: holder.host } });
    return (error as Error).message;
  }
}

const here = (change: Partial<ProcessFacts> = {}) => new ProcessTable(change);

test('a running process is named, and may be stopped: its start time says that it is the one', async () => {
  const table = here();
  const message = await asks(table.start(7), table.start(8));
  expect(message).toMatch(/^\/out\/\.lock is held by process 7 on here .*; wait for it or stop it, then run again$/);
});

test('a process that is gone is followed', async () => {
  const table = here();
  const holder = table.start(7);
  table.end(7);
  expect(await asks(holder, table.start(8))).toBe('taken');
});

test('another process with the number of a dead holder is not taken for it', async () => {
  const table = here();
  const started = table.start(7).startOf(7);
  const holder = { ...table.start(7), startOf: () => started };
  expect(await asks(holder, table.start(8))).toBe('taken');
});

test('a host that was renamed is the same machine: its boot says so', async () => {
  const table = here();
  const holder = table.start(7);
  table.end(7);
  expect(await asks(holder, { ...table.start(8), host: 'renamed', machine: '' })).toBe('taken');
  const running = table.start(9);
  expect(await asks(running, { ...table.start(8), host: 'renamed' })).toMatch(/process 9 on here .*stop it/);
});

test('a machine that was started again holds nothing of before, even where the number runs again', async () => {
  const table = here();
  const holder = { ...table.start(7), boot: 'boot0' };
  expect(await asks(holder, table.start(8))).toBe('taken');
});

const UNKNOWN: readonly (readonly [string, Partial<ProcessFacts>, RegExp])[] = [
  ['on another host', { host: 'there', boot: 'boot9', machine: 'm2' }, /another machine/],
  ['on a clone with another name', { host: 'there', boot: 'boot9' }, /another machine/],
  ['on another machine of the same name', { boot: 'boot9', machine: 'm2' }, /another machine/],
  ['in another container', { host: 'c0ffee', pid_space: 'pid:[2]' }, /another container/],
  ['in the WSL of this Windows', { platform: 'linux', boot: 'boot1' }, /another system of this machine/],
];
test.each(UNKNOWN)('a holder %s cannot be asked: refused, with how to remove the lock', async (_, change, why) => {
  const table = here(change.platform === undefined ? {} : { platform: 'win32', boot: '', machine: '', pid_space: '' });
  const holder = { ...table.start(7), ...change };
  table.end(7);
  const message = await asks(holder, table.start(8));
  expect(message).toMatch(why);
  expect(message).toMatch(/If no permafrost process writes this output any more, remove \/out\/\.lock and run again$/);
  expect(message).not.toMatch(/stop it/);
});

test('without start time and boot id a number proves nothing: nobody is told to stop that process', async () => {
  const table = here({ platform: 'win32', boot: '', machine: '', pid_space: '', startOf: () => '' });
  const message = await asks(table.start(7), table.start(8));
  expect(message).toMatch(
    /a process 7 is running, but this system does not tell since when: it may be a different one/,
  );
  expect(message).toMatch(/remove \/out\/\.lock and run again$/);
  expect(message).not.toMatch(/stop/);
  const gone = table.start(9);
  table.end(9);
  expect(await asks(gone, table.start(8))).toBe('taken');
});

test("a file that says nothing readable is refused; an empty one is nobody's", async () => {
  for (const text of ['{', 'null', '{"pid":"7"}', '{"pid":-1}', '{"pid":7,"host":{}}', `{"pid":7,"by":"magic"}`]) {
    const disk = diskWithOutput();
    disk.put('/out/.lock', Buffer.from(text));
    const me = here().start(8);
    await expect(acquireLock('/out', [], { port: disk.port, me })).rejects.toThrow(/does not say who holds it/);
    expect(await lookAtLock('/out', { port: disk.port, me })).toEqual({ holder: undefined, state: 'unknown' });
  }
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(300)]) {
    const disk = diskWithOutput();
    disk.put('/out/.lock', bytes);
    const me = here().start(8);
    expect((await lookAtLock('/out', { port: disk.port, me })).state).toBe('free');
    (await acquireLock('/out', [], { port: disk.port, me })).release();
  }
});

test('a look from outside tells free, alive and dead apart, and changes nothing', async () => {
  const { port } = diskWithOutput();
  const table = here();
  const looks = async () => (await lookAtLock('/out', { port, me: table.start(8) })).state;
  expect(await looks()).toBe('free');
  const lock = await acquireLock('/out', [], { port, me: table.start(7) });
  expect(await looks()).toBe('alive');
  table.end(7);
  expect(await looks()).toBe('dead');
  expect(await looks()).toBe('dead');
  lock.release();
  expect(await looks()).toBe('free');
  expect(port.readdir('/out')).toEqual([]);
});
