import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { EngineError } from '../errors.ts';
import { hasCode, onDisk, onDiskAsync } from './disk-error.ts';
import { makeGivenFolder } from './folder.ts';
import { renameWhenFree } from './held.ts';
import { removeIfFree } from './remove-file.ts';
import { processExists } from './process-exists.ts';
import type { FilePort } from './port.ts';
import { writeFully } from './write-fully.ts';
import { inFull } from '../wording/format-number.ts';

/** Bytes gathered before they are written. */
const GATHERED_BYTES = 1 << 20;

/**
 * A file of any size that someone asked for by name, where no lock keeps others away: it appears under its name only when it is whole (temporary file,
 * fsync, rename). Two that make one file at a time have a temporary file each, so the later one wins, whole. Through a link it is written where the link
 * leads; what is not a file (a folder, a device, a pipe) is refused, never replaced.
 */
export class NewFile {
  readonly path: string;
  readonly #port: FilePort;
  readonly #temporary: string;
  readonly #fd: number;
  #closed = false;
  readonly #gathered = Buffer.allocUnsafe(GATHERED_BYTES);
  #filled = 0;
  #written = 0;

  private constructor(port: FilePort, path: string) {
    this.path = path;
    this.#port = port;
    const { temporary, fd } = onDisk('write', path, () => openTemporary(port, path));
    this.#temporary = temporary;
    this.#fd = fd;
  }

  /** Makes the folder, too. */
  static async create(port: FilePort, path: string): Promise<NewFile> {
    const place = placeOf(port, path);
    await makeGivenFolder(port, dirname(place));
    return new NewFile(port, place);
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
      this.#assertWhole();
      await renameWhenFree(this.#port, this.#temporary, this.path);
      await this.#port.syncFolder(dirname(this.path));
    });
  }

  /** Whoever else may write in that folder has let it be. */
  #assertWhole(): void {
    const size = this.#port.stat(this.#temporary)?.size;
    if (size === this.#written) return;
    const found = size === undefined ? 'is gone' : `has ${inFull(size)} bytes`;
    throw new EngineError(
      'DISK',
      `cannot write ${this.path}: of ${inFull(this.#written)} bytes written to ${this.#temporary} the file ${found}; another program changes files there: run the same command again, or choose another folder`,
      { path: this.path },
    );
  }

  /** Leaves nothing behind; an earlier file of the same name stays. */
  async abandon(): Promise<void> {
    await onDiskAsync('remove', this.#temporary, async () => {
      this.#close();
      await removeIfFree(this.#port, this.#temporary);
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    open.delete(this.#temporary);
    this.#port.close(this.#fd);
  }
}

/** Makes a file of what `fill` appends; where that fails, an earlier file of the same name stays. */
export async function makeFile(
  port: FilePort,
  path: string,
  fill: (file: NewFile) => void | Promise<void>,
): Promise<void> {
  const file = await NewFile.create(port, path);
  try {
    await fill(file);
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** The same for a text at once. */
export async function writeNewFile(port: FilePort, path: string, content: string | Uint8Array): Promise<void> {
  await removeLeftOvers(port, [path]);
  await makeFile(port, path, (file) => {
    file.append(typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
  });
}

/** The same for lines as they come, newlines included. */
export async function writeNewLines(port: FilePort, path: string, lines: AsyncIterable<string>): Promise<void> {
  await removeLeftOvers(port, [path]);
  await makeFile(port, path, async (file) => {
    for await (const line of lines) file.append(Buffer.from(line, 'utf8'));
  });
}

/** Where a file of this name is written. */
function placeOf(port: FilePort, path: string): string {
  const kind = onDisk('write', path, () => port.stat(path))?.kind ?? 'file';
  if (kind === 'file') return path;
  if (kind !== 'link') throw notAFile(path, kind);
  const place = onDisk('write', path, () => port.realPath(path));
  const beyond = port.stat(place)?.kind ?? 'file';
  if (beyond !== 'file') throw notAFile(`${path} (a link to ${place})`, beyond);
  return place;
}

function notAFile(path: string, kind: 'folder' | 'link' | 'other'): EngineError {
  const what = { folder: 'a folder', link: 'a link that leads nowhere', other: 'a device or a pipe' }[kind];
  return new EngineError('USAGE', `${path} is ${what}, which is not replaced: name a file.`, { path, value: path });
}

/** Temporary files that this process is writing. */
const open = new Set<string>();
let n_temporary = 0;

/** `.rows.csv.HOST-PID-N.tmp`: of which file, where, by whom. */
const TEMPORARY = /^\.(.+)\.(\w*)-(\d+)-\d+\.tmp$/;

function openTemporary(port: FilePort, path: string): { readonly temporary: string; readonly fd: number } {
  const host = hostName();
  for (;;) {
    const temporary = join(dirname(path), `.${basename(path)}.${host}-${process.pid}-${n_temporary++}.tmp`);
    try {
      const fd = port.open(temporary, 'wx+');
      open.add(temporary);
      return { temporary, fd };
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

function hostName(): string {
  return hostname().replaceAll(/\W/g, '').slice(0, 16);
}

/** Takes away what processes of this machine that were killed have left of these files. Each folder is looked through once. */
export async function removeLeftOvers(port: FilePort, paths: readonly string[]): Promise<void> {
  const host = hostName();
  const by_folder = new Map<string, Set<string>>();
  for (const path of paths.map((each) => placeOf(port, each))) {
    const names = by_folder.get(dirname(path)) ?? new Set();
    by_folder.set(dirname(path), names.add(basename(path)));
  }
  for (const [folder, names] of by_folder) {
    await onDiskAsync('write', folder, async () => {
      if (port.stat(folder) === undefined) return;
      for (const name of port.readdir(folder)) {
        const [, of = '', where, pid] = TEMPORARY.exec(name) ?? [];
        if (!names.has(of) || where !== host) continue;
        const path = join(folder, name);
        const at_work = Number(pid) === process.pid ? open.has(path) : processExists(Number(pid));
        if (!at_work) await removeIfFree(port, path);
      }
    });
  }
}
