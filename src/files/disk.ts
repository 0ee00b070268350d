import * as fs from 'node:fs';
import * as fsPromises from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { FilePort, FileStat } from './port.ts';

const fsync = promisify(fs.fsync);
const fdatasync = promisify(fs.fdatasync);

const { O_RDONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL } = fs.constants;
/** Nothing is ever written through a link: what it points to is no file of the run. Windows has no such flag. */
const O_NOFOLLOW = (fs.constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;
const FLAGS = {
  r: O_RDONLY,
  'r+': O_RDWR | O_NOFOLLOW,
  'w+': O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW,
  'wx+': O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
} as const;

/** The real disk. Everything durable goes through here. */
export const disk: FilePort = {
  open: (path, flags) => fs.openSync(path, FLAGS[flags]),
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
};

/** With its parents, one by one: the recursive form says ENOENT on a read-only file system, the plain one names the reason. */
function mkdir(path: string, parents = true): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && parents && dirname(path) !== path) {
      mkdir(dirname(path));
      // ENOENT again: its parent takes no folders (/proc), or is a drive that is not there.
      mkdir(path, false);
    } else if (code !== 'EEXIST' || !fs.statSync(path).isDirectory()) throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; NTFS journals its names itself.
  if (process.platform === 'win32') return;
  const handle = await fsPromises.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function stat(path: string): FileStat | undefined {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isFile()) return { kind: 'file', size: found.size };
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
