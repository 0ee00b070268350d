import { expect, test } from 'vitest';
import { HeldFile } from '../../src/files/held.ts';
import { removeFile } from '../../src/files/remove-file.ts';
import { NewFile } from '../../src/files/new-file.ts';
import { writeLines, writeSmallFile } from '../../src/files/small-file.ts';
import { SimulatedDisk } from '../crash/simulated-disk.ts';
import { Windows } from '../ports/windows.ts';

/** Files that another program has open, on Windows. */
function windowsDisk(scanner = 0): { disk: SimulatedDisk; windows: Windows } {
  const disk = new SimulatedDisk();
  disk.port.mkdir('/run');
  return { disk, windows: new Windows(disk.port, { scanner }) };
}

test('a virus scanner that opens what was just written costs some milliseconds, and no file', async () => {
  const { disk, windows } = windowsDisk(4);
  for (const text of ['one', 'two']) await writeSmallFile(windows.port, '/run/summary.json', text);
  expect(disk.read('/run/summary.json')?.toString()).toBe('two');
  expect(windows.waited_ms).toBeGreaterThan(0);
  expect(windows.waited_ms).toBeLessThan(1000);
});

test('a file that is held is waited for with growing pauses, a minute at most; then only it is given up, and it says why', async () => {
  const { disk, windows } = windowsDisk();
  await writeSmallFile(windows.port, '/run/table.csv', 'old');
  windows.hold('/run/table.csv');
  const error: unknown = await writeSmallFile(windows.port, '/run/table.csv', 'new').catch((e: unknown) => e);
  expect(error).toBeInstanceOf(HeldFile);
  expect(error).toMatchObject({ code: 'DISK', exit: 3, path: '/run/table.csv' });
  expect((error as Error).message).toMatch(/^cannot replace \/run\/table\.csv: EBUSY, another program has it open/);
  expect(windows.waited_ms).toBeGreaterThanOrEqual(60_000);
  expect(windows.waited_ms).toBeLessThan(70_000);
  expect(windows.pauses).toEqual(windows.pauses.toSorted((a, b) => a - b));
  expect(disk.read('/run/table.csv')?.toString()).toBe('old');
  expect(disk.port.readdir('/run')).toEqual(['table.csv']);

  windows.letGo('/run/table.csv');
  await writeSmallFile(windows.port, '/run/table.csv', 'new');
  expect(disk.read('/run/table.csv')?.toString()).toBe('new');
});

test('a file that is let go in time is replaced', async () => {
  const { disk, windows } = windowsDisk();
  await writeSmallFile(windows.port, '/run/a', 'old');
  const writers = [
    () => writeSmallFile(windows.port, '/run/a', 'small'),
    () =>
      writeLines(
        windows.port,
        '/run/a',
        (async function* () {
          yield await Promise.resolve('lines');
        })(),
      ),
    async () => {
      const file = await NewFile.create(windows.port, '/run/a');
      file.append(Buffer.from('large'));
      await file.finish();
    },
    () => removeFile(windows.port, '/run/a'),
  ];
  for (const [k, text] of ['small', 'lines', 'large', undefined].entries()) {
    windows.hold('/run/a');
    const until = windows.waited_ms + 3_000;
    windows.onPause = () => {
      if (windows.waited_ms >= until) windows.letGo('/run/a');
    };
    await writers[k]!();
    expect(disk.read('/run/a')?.toString()).toBe(text);
  }
});

test('elsewhere what is not permitted is an error at once', async () => {
  const { disk } = windowsDisk();
  const port = {
    ...disk.port,
    rename: () => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    },
  };
  await expect(writeSmallFile(port, '/run/a', 'x')).rejects.not.toBeInstanceOf(HeldFile);
});
