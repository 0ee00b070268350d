import * as fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FilePort, FileStat } from './port.ts';

const fsync = promisify(fs.fsync);
const fdatasync = promisify(fs.fdatasync);

const WINDOWS = process.platform === 'win32';

const { O_RDONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL } = fs.constants;
/** Nothing is ever written through a link: what it points to is not a file of the run. Windows has no such flag. */
const O_NOFOLLOW = (fs.constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;
const FLAGS = {
  r: O_RDONLY,
  'r+': O_RDWR | O_NOFOLLOW,
  'w+': O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW,
  'wx+': O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
} as const;

/** The real disk. Everything durable goes through here. */
export const disk: FilePort = {
  open,
  close: (fd) => {
    fs.closeSync(fd);
  },
  pwrite: (fd, bytes, position) => fs.writeSync(fd, bytes, 0, bytes.length, position),
  pread: (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
  ftruncate: (fd, length) => {
    fs.ftruncateSync(fd, length);
  },
  fsync: (fd) => fsync(fd),
  fdatasync: (fd) => fdatasync(fd),
  syncFolder,
  foldersUnsynced: () => folders_unsynced,
  rename: (from, to) => {
    fs.renameSync(from, to);
  },
  link: (existing, path) => {
    fs.linkSync(existing, path);
  },
  unlink: (path) => {
    fs.unlinkSync(path);
  },
  mkdir: (path) => {
    mkdir(path);
  },
  rmdir: (path) => {
    fs.rmdirSync(path);
  },
  readdir: (path) => fs.readdirSync(path),
  stat,
  realPath: (path) => (fs.existsSync(path) ? fs.realpathSync(path) : resolve(path)),
  freeBytes,
  ...(WINDOWS && { patience: { isHeld, pause: (ms: number) => sleep(ms) } }),
};

function isHeld(error: unknown): boolean {
  return ['EBUSY', 'EPERM', 'EACCES'].includes(codeOf(error));
}

/** With its parents, one by one: the recursive form says ENOENT on a read-only file system, the plain one names the reason. */
function mkdir(path: string, parents = true): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' && parents && dirname(path) !== path) {
      mkdir(dirname(path));
      // ENOENT again: its parent takes no folders (/proc), or is a drive that is not there.
      mkdir(path, false);
    } else if (code !== 'EEXIST' || !fs.statSync(path).isDirectory()) throw error;
  }
}

/** The error codes of a file system that does not sync folders (FAT, SMB, some FUSE), or lets nobody open one (Windows without rights to it). */
const NO_FOLDER_SYNC = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF']);
let folders_unsynced = false;

/** The sync of a folder under way, and the one that begins when it has ended. */
interface FolderSync {
  readonly running: Promise<void>;
  next: Promise<void> | undefined;
}
const folder_syncs = new Map<string, FolderSync>();

/** Whoever asks while a folder is being synced shares the next sync with all others who do: that one begins after their names were made. */
function syncFolder(path: string): Promise<void> {
  const under_way = folder_syncs.get(path);
  if (under_way !== undefined) {
    const again = (): Promise<void> => beginFolderSync(path);
    return (under_way.next ??= under_way.running.then(again, again));
  }
  return beginFolderSync(path);
}

function beginFolderSync(path: string): Promise<void> {
  const running = syncFolderNow(path);
  const sync: FolderSync = { running, next: undefined };
  folder_syncs.set(path, sync);
  const ended = (): void => {
    if (folder_syncs.get(path) === sync && sync.next === undefined) folder_syncs.delete(path);
  };
  running.then(ended, ended);
  return running;
}

async function syncFolderNow(path: string): Promise<void> {
  try {
    // Windows flushes what may be written only.
    const fd = fs.openSync(path, WINDOWS ? 'r+' : 'r');
    try {
      await fsync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.has(codeOf(error))) throw error;
    // Nobody may read it, rather than nobody can sync it.
    if (!WINDOWS && ['EPERM', 'EACCES'].includes(codeOf(error))) throw error;
    folders_unsynced = true;
  }
}

const OPEN_PATIENCE_MS = 2_000;
const clock = new Int32Array(new SharedArrayBuffer(4));

/** A virus scanner opens what was just written, for some 30 ms, and shares it with nobody. */
function open(path: string, flags: keyof typeof FLAGS): number {
  let pause_ms = 1;
  for (let waited_ms = 0; ; waited_ms += pause_ms, pause_ms *= 2) {
    try {
      return fs.openSync(path, FLAGS[flags]);
    } catch (error) {
      if (!WINDOWS || codeOf(error) !== 'EBUSY' || waited_ms >= OPEN_PATIENCE_MS) throw error;
    }
    Atomics.wait(clock, 0, 0, pause_ms);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function stat(path: string): FileStat | undefined {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isFile()) return { kind: 'file', size: found.size, links: found.nlink };
  if (found.isDirectory()) return { kind: 'folder', size: 0 };
  return { kind: found.isSymbolicLink() ? 'link' : 'other', size: 0 };
}

function freeBytes(path: string): number | undefined {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      const { bavail, bsize } = fs.statfsSync(at);
      return bavail * bsize;
    } catch {
      // Not there (yet): its file system is that of the folder above.
      if (dirname(at) === at) return undefined;
    }
  }
}
