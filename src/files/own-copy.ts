import { FileReader } from './file-reader.ts';
import type { FilePort } from './port.ts';
import { putInPlace } from './small-file.ts';
import { temporaryPath } from './temporary-path.ts';
import { writeFully } from './write-fully.ts';

const PIECE_BYTES = 1 << 20;

/** Whether the file has another name, too: that of a snapshot (`cp -al`, rsync --link-dest, rsnapshot), in which nothing may change. */
export function isShared(port: FilePort, path: string): boolean {
  return (port.stat(path)?.links ?? 1) > 1;
}

/**
 * A file that is about to be written in place becomes a file of its own, where it is shared: a copy takes its name, durably, and the other names keep the
 * old one as it is.
 */
export async function makeOwn(port: FilePort, path: string): Promise<void> {
  if (!isShared(port, path)) return;
  const fd = port.open(temporaryPath(path), 'w+');
  try {
    copyInto(port, path, fd);
    await port.fsync(fd);
  } finally {
    port.close(fd);
  }
  await putInPlace(port, path);
}

/** The same at once for a text that nothing depends on, without making it durable. */
export function makeOwnLog(port: FilePort, path: string): void {
  if (!isShared(port, path)) return;
  const fd = port.open(temporaryPath(path), 'w+');
  try {
    copyInto(port, path, fd);
  } finally {
    port.close(fd);
  }
  port.rename(temporaryPath(path), path);
}

function copyInto(port: FilePort, path: string, to: number): void {
  const fd = port.open(path, 'r');
  try {
    const reader = new FileReader(port, fd, port.stat(path)?.size ?? 0);
    for (let at = 0; at < reader.size; at += PIECE_BYTES) writeFully(port, to, reader.read(at, PIECE_BYTES), at);
  } finally {
    port.close(fd);
  }
}
