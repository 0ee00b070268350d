import { basename, dirname, join } from 'node:path';
import type { FilePort } from '../../files/port.ts';
import { judgeByNumber } from './judge.ts';
import { BESIDE } from './kernel-lock.ts';
import { DRAFT, passOver, readLock, removeFolder } from './lock-file.ts';
import type { ProcessFacts } from './process-facts.ts';

/**
 * Takes away what processes left that died while they took a lock. Called by the holder of `lock` (taken as `nonce`) only: what is removed here by mistake could
 * at most be a right over an earlier holder's lock, which no longer exists.
 */
export function sweepLocks(port: FilePort, lock: string, nonce: string, me: ProcessFacts): void {
  passOver(() => {
    const folder = dirname(lock);
    for (const name of port.readdir(folder)) {
      if (!name.startsWith(`${basename(lock)}.`)) continue;
      if (name.includes(nonce)) continue;
      passOver(() => {
        if (isLeftOver(port, join(folder, name), me)) remove(port, join(folder, name));
      });
    }
  });
}

function isLeftOver(port: FilePort, path: string, me: ProcessFacts): boolean {
  if (BESIDE.test(path)) return port.stat(path.replace(BESIDE, DRAFT)) === undefined;
  const found = readLock(port, path);
  // Blank: it may be written at this moment.
  return found?.holder !== undefined && judgeByNumber(found.holder, me).state === 'dead';
}

function remove(port: FilePort, path: string): void {
  if (port.stat(path)?.kind === 'folder') removeFolder(port, path);
  else port.unlink(path);
}
