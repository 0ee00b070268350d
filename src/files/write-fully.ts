import type { FilePort } from './port.ts';

/** Writes every byte: a write may be short, and one of 0 bytes is an I/O error. */
export function writeFully(port: FilePort, fd: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    const n = port.pwrite(fd, bytes.subarray(written), position + written);
    if (n <= 0) throw Object.assign(new Error('the disk took 0 bytes of a write'), { code: 'EIO' });
    written += n;
  }
}

/** Reads until `into` is full or the file ends; returns how many bytes were read. */
export function readFully(port: FilePort, fd: number, into: Uint8Array, position: number): number {
  let read = 0;
  while (read < into.length) {
    const n = port.pread(fd, into.subarray(read), position + read);
    if (n <= 0) break;
    read += n;
  }
  return read;
}
