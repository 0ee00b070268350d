import { describe, expect, test } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import type { FilePort } from '../../src/files/port.ts';
import { readRows } from '../../src/store/read-rows.ts';
import { readRowText } from '../../src/store/row-text.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { finish, schemaOf } from './fixture.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** The real disk, which says EIO to every close. */
const refusing: FilePort = {
  ...disk,
  close: (fd) => {
    disk.close(fd);
    throw Object.assign(new Error('EIO: i/o error, close'), { code: 'EIO', syscall: 'close' });
  },
};

describe('a close that the disk refuses', () => {
  test.each(['csv', 'arrow'] as const)(
    'after reading %s is an error of one line that names the file',
    async (format) => {
      const folder = newFolder();
      const place = { folder, schema: schemaOf(format) };
      try {
        await finish(disk, place, 40);
        const scan = scanCell(disk, place, 40);
        const refused = expect.objectContaining({
          code: 'DISK',
          message: expect.stringMatching(/metrics_compact\.\w+: EIO, input\/output error: check the disk/) as string,
        }) as Error;
        expect(() => [...readRows(refusing, place, 40)]).toThrow(refused);
        expect(() => [...readRowText(refusing, place, scan)]).toThrow(refused);
      } finally {
        removeFolder(folder);
      }
    },
  );
});
