import { posix, win32 } from 'node:path';
import { expect, it, test } from 'vitest';

import { makeGivenFolder } from '../../src/files/folder.ts';
import { wayInside } from '../../src/files/inside.ts';
import { disk } from '../../src/files/disk.ts';
import type { FilePort } from '../../src/files/port.ts';

test.each([
  ['/runs/out', '/runs/out/export/rows.csv', 'export/rows.csv'],
  ['/runs/out', '/runs/out', ''],
  ['/runs/out', '/runs/out/..hidden', '..hidden'],
  ['/runs/out', '/runs/output', undefined],
  ['/runs/out', '/runs', undefined],
  ['/', '/x', 'x'],
])('on Linux the way from %s to %s is %s', (folder, path, way) => {
  expect(wayInside(folder, path, posix)).toBe(way);
});

test.each([
  ['C:\\runs\\out', 'C:\\runs\\out\\export\\rows.csv', 'export\\rows.csv'],
  ['C:\\runs\\out', 'c:\\RUNS\\out\\per_cell', 'per_cell'],
  ['C:\\runs\\out', 'D:\\export\\rows.csv', undefined],
  ['C:\\runs\\out', '\\\\server\\share\\rows.csv', undefined],
  ['\\\\server\\share\\out', '\\\\server\\other\\rows.csv', undefined],
  ['\\\\server\\share\\out', '\\\\server\\share\\out\\export', 'export'],
  ['C:\\runs\\out', 'C:\\runs\\output', undefined],
  ['C:\\', 'C:\\x', 'x'],
])('on Windows the way from %s to %s is %s', (folder, path, way) => {
  expect(wayInside(folder, path, win32)).toBe(way);
});

it.each(['ENOENT', 'UNKNOWN', 'ENODEV'])(
  'a drive that is not there (%s) is one error of the command line',
  async (code) => {
    const port: FilePort = {
      ...disk,
      stat: () => undefined,
      mkdir: () => {
        throw Object.assign(new Error(code), { code });
      },
    };
    await expect(makeGivenFolder(port, '/q/x')).rejects.toMatchObject({
      code: 'USAGE',
      exit: 2,
      message: `/q/x cannot be created (${code}): its drive or share is missing, or accepts no folders. Connect it, or choose another folder.`,
    });
  },
);

it.runIf(process.platform === 'linux')('so is a place that takes no folders', async () => {
  await expect(makeGivenFolder(disk, '/proc/nope/x')).rejects.toMatchObject({ code: 'USAGE' });
});

it('what may be mended there is the disk, as before', async () => {
  const port: FilePort = {
    ...disk,
    stat: () => undefined,
    mkdir: () => {
      throw Object.assign(new Error('read-only'), { code: 'EROFS' });
    },
  };
  await expect(makeGivenFolder(port, '/q/x')).rejects.toMatchObject({ code: 'DISK', exit: 3 });
});
