import type { FilePort } from './port.ts';
import { readFully } from './write-fully.ts';

const WINDOW_BYTES = 65_536;

/** An open file that is only read. `size` is fixed when reading begins. */
export class FileReader {
  readonly port: FilePort;
  readonly fd: number;
  readonly size: number;

  constructor(port: FilePort, fd: number, size: number) {
    this.port = port;
    this.fd = fd;
    this.size = size;
  }

  /** A copy of [offset, offset + length), cut at the end of the file. */
  read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.size - offset)));
    return bytes.subarray(0, readFully(this.port, this.fd, bytes, offset));
  }

  readInto(into: Uint8Array, offset: number): number {
    return readFully(this.port, this.fd, into, offset);
  }

  /** Whether [offset, size) holds only NUL bytes. */
  isNulFrom(offset: number): boolean {
    for (let at = offset; at < this.size; at += WINDOW_BYTES) {
      const bytes = this.read(at, WINDOW_BYTES);
      for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
    }
    return true;
  }
}

/** Rows that were there when the file was checked are gone. */
export function fileChanged(): Error {
  return Object.assign(new Error('the file changed while it was read'), { code: 'EIO' });
}

/** Many small reads that mostly go forward, served from one window of the file. A view is valid until the next call. */
export class Window {
  readonly #reader: FileReader;
  #bytes: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(reader: FileReader) {
    this.#reader = reader;
  }

  view(offset: number, length: number): Buffer {
    if (offset < this.#offset || offset + length > this.#offset + this.#bytes.length) {
      this.#bytes = this.#reader.read(offset, Math.max(length, WINDOW_BYTES));
      this.#offset = offset;
    }
    return this.#bytes.subarray(offset - this.#offset, offset - this.#offset + length);
  }
}
