import { dirname } from 'node:path';

import { makeOwnLog } from './own-copy.ts';
import type { FilePort } from './port.ts';
import { writeFully } from './write-fully.ts';

/** Appends a line to a text for people, and makes file and folder where they are missing. Nothing is synced, and nothing is written through a link. */
export function appendLine(port: FilePort, path: string, line: string): void {
  const found = port.stat(path);
  if (found !== undefined && found.kind !== 'file') throw new Error(`${path} is a ${found.kind}`);
  if (found === undefined) port.mkdir(dirname(path));
  else makeOwnLog(port, path);
  const fd = port.open(path, found === undefined ? 'wx+' : 'r+');
  try {
    writeFully(port, fd, Buffer.from(`${line}\n`, 'utf8'), found?.size ?? 0);
  } finally {
    port.close(fd);
  }
}
