import { join } from 'node:path';

import { look, namesIn } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import { makeGivenFolder } from '../files/folder.ts';
import { removeFile } from '../files/remove-file.ts';
import type { FilePort } from '../files/port.ts';
import { readSmallFile, writeSmallFile } from '../files/small-file.ts';
import { LARGEST_RESULT, receiveResult, type ReceivedResult } from './result-frame.ts';

const NAME = /^(.+)\.result$/;

/**
 * Results that could not be sent, in a folder: `<id>.result` each, in the bytes that are sent, which carry their own checksum. They stay until the broker (or a
 * run) has them. Throws EngineError DISK where the folder cannot be used.
 */
export class Spool {
  readonly folder: string;
  private readonly port: FilePort;
  private readonly limit_bytes: number;
  private files = 0;
  private total_bytes = 0;

  private constructor(port: FilePort, folder: string, limit_bytes: number) {
    this.port = port;
    this.folder = folder;
    this.limit_bytes = limit_bytes;
  }

  /** With what an earlier worker has left there. */
  static open(port: FilePort, folder: string, limit_bytes = Infinity): Spool {
    const spool = new Spool(port, folder, limit_bytes);
    for (const id of spool.ids()) {
      spool.files += 1;
      spool.total_bytes += look(port, spool.pathOf(id))?.size ?? 0;
    }
    return spool;
  }

  get length(): number {
    return this.files;
  }

  get bytes(): number {
    return this.total_bytes;
  }

  /** Ids of the results that are there, in code-unit order. */
  ids(): string[] {
    if (look(this.port, this.folder) === undefined) return [];
    return namesIn(this.port, this.folder)
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .sort();
  }

  /** Durably. Throws EngineError DISK_FULL where that is more than the spool may hold: the chunk is computed again, then. */
  async keep(id: string, result: Uint8Array): Promise<void> {
    if (this.total_bytes + result.length > this.limit_bytes)
      throw new EngineError(
        'DISK_FULL',
        `${this.folder} holds ${this.files} results that wait for the queue (${this.total_bytes} bytes), and may hold ${this.limit_bytes} bytes: nothing is computed until it takes them.`,
        { path: this.folder },
      );
    await makeGivenFolder(this.port, this.folder);
    const before = look(this.port, this.pathOf(id));
    await writeSmallFile(this.port, this.pathOf(id), result);
    this.total_bytes += result.length - (before?.size ?? 0);
    if (before === undefined) this.files += 1;
  }

  /** Undefined where there is none. */
  read(id: string): Buffer | undefined {
    return readSmallFile(this.port, this.pathOf(id), LARGEST_RESULT);
  }

  async remove(id: string): Promise<void> {
    const found = look(this.port, this.pathOf(id));
    if (found === undefined) return;
    await removeFile(this.port, this.pathOf(id));
    this.files -= 1;
    this.total_bytes -= found.size;
  }

  /** A damaged one: it is put aside for whoever wants to look at it, and not sent again. */
  putAside(id: string): void {
    const path = this.pathOf(id);
    const size = look(this.port, path)?.size ?? 0;
    this.port.rename(path, `${path}.damaged`);
    this.files -= 1;
    this.total_bytes -= size;
  }

  private pathOf(id: string): string {
    return join(this.folder, `${id}.result`);
  }
}

/** A spooled result, or what is wrong with it. */
export function spooledResult(bytes: Uint8Array): ReceivedResult | EngineError {
  try {
    return receiveResult(bytes);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}
