import { describe, expect, test } from 'vitest';
import { acquireLock } from '../../../src/store/lock.ts';
import type { FilePort } from '../../../src/files/port.ts';
import { Cut, POLICIES, SimulatedDisk, seededRandom } from '../../crash/simulated-disk.ts';
import { withoutLinks } from '../../ports/without-links.ts';
import { ProcessTable } from './process-table.ts';

/** The lock file alone, as on file systems and machines without any lock of the kernel's. */
type Wrap = (port: FilePort) => FilePort;
const KINDS: readonly (readonly [string, Wrap])[] = [
  ['with links', (port) => port],
  ['without links (EISDIR)', (port) => withoutLinks(port, 'EISDIR')],
  ['without links (EPERM)', (port) => withoutLinks(port, 'EPERM')],
  ['without links (ENOTSUP)', (port) => withoutLinks(port, 'ENOTSUP')],
  ['without links (ENOSYS)', (port) => withoutLinks(port, 'ENOSYS')],
];

function diskWithOutput(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/out');
  disk.settle();
  return disk;
}

const locked = (pid: number): unknown =>
  expect.objectContaining({ code: 'LOCKED', message: expect.stringContaining(`process ${pid} on`) as string });

describe.each(KINDS)('%s', (_, wrap) => {
  test('one holder; another is told who; released, it leaves nothing', async () => {
    const port = wrap(diskWithOutput().port);
    const table = new ProcessTable();
    const first = await acquireLock('/out', [], { port, me: table.start(7) });
    await expect(acquireLock('/out', [], { port, me: table.start(8) })).rejects.toEqual(locked(7));
    first.release();
    expect(port.readdir('/out')).toEqual([]);
    (await acquireLock('/out', [], { port, me: table.start(8) })).release();
    expect(port.readdir('/out')).toEqual([]);
  });

  test('a process killed at any moment of taking, taking over or releasing never leaves a lock that stays', async () => {
    const operations = await operationsOf(wrap);
    for (let at = 0; at <= operations; at++) {
      for (const policy of POLICIES) {
        const table = new ProcessTable();
        let disk = await withDeadHolder(wrap, table);
        // Two die one after the other, the second in what the first left.
        for (const [pid, cutAt] of [
          [8, at],
          [9, (at * 7 + 3) % (operations + 1)],
        ] as const) {
          disk.operations = 0;
          disk.cutAt = cutAt;
          await dies(wrap(disk.port), table, pid);
          disk = disk.afterCut(policy, seededRandom(at));
        }
        disk.cutAt = Infinity;
        const port = wrap(disk.port);
        const lock = await acquireLock('/out', [], { port, me: table.start(10) });
        await expect(acquireLock('/out', [], { port, me: table.start(11) })).rejects.toEqual(locked(10));
        lock.release();
        const left = port.readdir('/out').filter((name) => port.stat(`/out/${name}`)?.kind === 'file');
        expect(left, `operation ${at}, ${policy}`).toEqual([]);
      }
    }
  });
});

async function withDeadHolder(wrap: Wrap, table: ProcessTable): Promise<SimulatedDisk> {
  const disk = diskWithOutput();
  await acquireLock('/out', [], { port: wrap(disk.port), me: table.start(7) });
  table.end(7);
  disk.settle();
  return disk;
}

async function dies(port: FilePort, table: ProcessTable, pid: number): Promise<void> {
  try {
    (await acquireLock('/out', [], { port, me: table.start(pid) })).release();
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
  }
  table.end(pid);
}

async function operationsOf(wrap: Wrap): Promise<number> {
  const table = new ProcessTable();
  const disk = await withDeadHolder(wrap, table);
  disk.operations = 0;
  await dies(wrap(disk.port), table, 8);
  return disk.operations;
}

test('a holder whose lock a person removed does not release that of its successor', async () => {
  const { port } = diskWithOutput();
  const table = new ProcessTable();
  const first = await acquireLock('/out', [], { port, me: table.start(7) });
  port.unlink('/out/.lock');
  const second = await acquireLock('/out', [], { port, me: table.start(8) });
  first.release();
  await expect(acquireLock('/out', [], { port, me: table.start(9) })).rejects.toEqual(locked(8));
  second.release();
});

test('a file system with links and one that lost them exclude each other', async () => {
  for (const [one, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const { port } = diskWithOutput();
    const table = new ProcessTable();
    const first = await acquireLock('/out', [], { port: KINDS[one]![1](port), me: table.start(7) });
    const options = { port: KINDS[other]![1](port), me: table.start(8) };
    await expect(acquireLock('/out', [], options)).rejects.toEqual(locked(7));
    table.end(7);
    (await acquireLock('/out', [], options)).release();
    first.release();
    expect(port.readdir('/out')).toEqual([]);
  }
});

test('what the disk refuses is a disk error of one line', async () => {
  const table = new ProcessTable();
  for (let at = 0; at < 12; at++) {
    const disk = diskWithOutput();
    disk.operations = 0;
    disk.fault = { at, code: 'EROFS', forGood: true };
    const error: unknown = await acquireLock('/out', [], { port: disk.port, me: table.start(7) }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'DISK' });
    expect((error as Error).message).not.toContain('\n');
  }
});
