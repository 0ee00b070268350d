import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { disk } from '../../../src/files/disk.ts';
import type { FilePort } from '../../../src/files/port.ts';
import { readLock } from '../../../src/store/lock/lock-file.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

it('a lock that becomes a folder between two looks is looked at again', () => {
  const lock = join(temporaryFolder(), '.lock');
  mkdirSync(lock);
  writeFileSync(join(lock, 'holder.json'), JSON.stringify({ pid: 7, host: 'h', by: 'file', nonce: 'n' }));
  let looks = 0;
  const port: FilePort = {
    ...disk,
    stat: (path) => (path === lock && (looks += 1) === 2 ? { kind: 'file', size: 1 } : disk.stat(path)),
  };
  expect(readLock(port, lock)?.holder?.pid).toBe(7);
});
