import { dirname } from 'node:path';

import { hasCode } from './disk-error.ts';
import { makeOwnLog } from './own-copy.ts';
import type { FilePort } from './port.ts';
import { writeFully } from './write-fully.ts';

/** Appends a line (or several, with line breaks between) to a text for people, and makes file and folder where they are missing. Nothing is synced, and nothing is written through a link. */
export function appendLine(port: FilePort, path: string, line: string): void {
  const found = port.stat(path);
  if (found !== undefined && found.kind !== 'file') throw new Error(`${path} is a ${found.kind}`);
  if (found !== undefined) makeOwnLog(port, path);
  const fd = found === undefined ? create(port, path) : port.open(path, 'r+');
  try {
    writeFully(port, fd, Buffer.from(`${line}\n`, 'utf8'), found?.size ?? 0);
  } finally {
    port.close(fd);
  }
}

function create(port: FilePort, path: string): number {
  try {
    return port.open(path, 'wx+');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    port.mkdir(dirname(path));
    return port.open(path, 'wx+');
  }
}
