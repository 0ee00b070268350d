import { hash } from 'node:crypto';
import { join } from 'node:path';

import { EngineError } from '../errors.ts';
import { makeGivenFolder } from '../files/folder.ts';
import { removeIfFree } from '../files/remove-file.ts';
import type { FilePort } from '../files/port.ts';
import { readSmallFile, writeSmallFile } from '../files/small-file.ts';

const NAME = /^[0-9a-f]{64}$/;

/** Where blobs come from. */
type Fetch = (sha256: string) => Promise<Uint8Array | undefined>;

/**
 * Blobs that a worker has had, in a folder, each in a file that is named by its hash. For speed alone: what cannot be read, or holds other bytes, is fetched
 * again, and what cannot be written is not kept.
 */
export class BlobCache {
  private readonly port: FilePort;
  private readonly folder: string;
  private readonly limit_bytes: number;

  constructor(port: FilePort, folder: string, limit_bytes: number) {
    this.port = port;
    this.folder = folder;
    this.limit_bytes = limit_bytes;
  }

  /** The bytes, from the folder or else as `fetch` gives them; checked either way. Throws EngineError QUEUE where they are not to be had. */
  async get(sha256: string, fetch: Fetch): Promise<Uint8Array> {
    const kept = this.read(sha256);
    if (kept !== undefined) return kept;
    const bytes = await fetch(sha256);
    if (bytes === undefined)
      throw new EngineError(
        'QUEUE',
        `The queue has lost what chunks are computed with (${sha256}): the manager sends it again.`,
      );
    if (hash('sha256', bytes) !== sha256)
      throw new EngineError('QUEUE', `What chunks are computed with came damaged: expected SHA-256 ${sha256}.`);
    await this.keep(sha256, bytes);
    return bytes;
  }

  private read(sha256: string): Uint8Array | undefined {
    try {
      const bytes = readSmallFile(this.port, join(this.folder, sha256));
      return bytes !== undefined && hash('sha256', bytes) === sha256 ? bytes : undefined;
    } catch {
      return undefined; // it is fetched again
    }
  }

  private async keep(sha256: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.limit_bytes) return;
    try {
      await makeGivenFolder(this.port, this.folder);
      await this.makeRoom(this.limit_bytes - bytes.length);
      await writeSmallFile(this.port, join(this.folder, sha256), bytes);
    } catch {
      return; // a full disk, a folder that may not be written: it is fetched again the next time
    }
  }

  /** Takes files away until the others have at most so many bytes. What a run needs is in memory by then, so which ones go does not matter to it. */
  private async makeRoom(bytes: number): Promise<void> {
    const files = this.port
      .readdir(this.folder)
      .filter((name) => NAME.test(name))
      .map((name) => ({ path: join(this.folder, name), size: this.port.stat(join(this.folder, name))?.size ?? 0 }));
    let total = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files) {
      if (total <= bytes) return;
      await removeIfFree(this.port, path);
      total -= size;
    }
  }
}
