import { dirname } from 'node:path';
import { onDisk, onDiskAsync } from './disk-error.ts';
import { makeFolder } from './folder.ts';
import { removeIfFree } from './held.ts';
import { temporaryPath } from './temporary-path.ts';
import type { FilePort } from './port.ts';
import { putInPlace } from './small-file.ts';
import { writeFully } from './write-fully.ts';

/** Bytes gathered before they are written. */
const GATHERED_BYTES = 1 << 20;

/** A file of any size that appears under its name only when it is whole: temporary file, fsync, rename. */
export class NewFile {
  readonly path: string;
  readonly #port: FilePort;
  readonly #fd: number;
  #closed = false;
  readonly #gathered = Buffer.allocUnsafe(GATHERED_BYTES);
  #filled = 0;
  #written = 0;

  private constructor(port: FilePort, path: string) {
    this.path = path;
    this.#port = port;
    this.#fd = onDisk('write', path, () => port.open(temporaryPath(path), 'w+'));
  }

  /** Makes the folder, too. */
  static async create(port: FilePort, path: string): Promise<NewFile> {
    await makeFolder(port, dirname(path));
    return new NewFile(port, path);
  }

  /** The bytes are the caller's again when it returns. */
  append(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > GATHERED_BYTES) this.#flush();
    if (bytes.length > GATHERED_BYTES) {
      this.#write(bytes);
      return;
    }
    this.#gathered.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  #flush(): void {
    this.#write(this.#gathered.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #write(bytes: Uint8Array): void {
    onDisk('write', this.path, () => {
      writeFully(this.#port, this.#fd, bytes, this.#written);
    });
    this.#written += bytes.length;
  }

  /** Puts it in place, durably. */
  async finish(): Promise<void> {
    this.#flush();
    await onDiskAsync('write', this.path, async () => {
      await this.#port.fsync(this.#fd);
      this.#close();
      await putInPlace(this.#port, this.path);
    });
  }

  /** Leaves nothing behind; what stood under the name before still does. */
  async abandon(): Promise<void> {
    await onDiskAsync('remove', temporaryPath(this.path), async () => {
      this.#close();
      await removeIfFree(this.#port, temporaryPath(this.path));
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.close(this.#fd);
  }
}
