import type { FilePort } from './port.ts';

/** A port behind which one file is, whatever the path: these bytes. It is only read. */
export function memoryFile(bytes: Buffer): FilePort {
  return {
    open: () => 0,
    close: () => undefined,
    pread: (_fd, into, position) => bytes.copy(into, 0, position),
    stat: () => ({ kind: 'file', size: bytes.length }),
    pwrite: refuse,
    ftruncate: refuse,
    fdatasync: refuse,
    fsync: refuse,
    syncFolder: refuse,
    rename: refuse,
    link: refuse,
    unlink: refuse,
    mkdir: refuse,
    rmdir: refuse,
    readdir: () => [],
    realPath: (path) => path,
    freeBytes: () => undefined,
  };
}

function refuse(): never {
  throw Object.assign(new Error('a file in memory is only read'), { code: 'EROFS' });
}
