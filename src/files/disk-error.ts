import { constants } from 'node:os';

import { EngineError } from '../errors.ts';
import { HeldFile } from './held.ts';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free space there, then run the same command again to resume',
  EDQUOT: 'the quota is used up: free space there, then run the same command again to resume',
  EFBIG: 'the file-size limit is reached: raise it (ulimit -f), then run the same command again to resume',
  EROFS: 'the file system is read-only: make it writable or choose another output, then run again',
  EACCES: 'permission denied: check owner and mode, then run the same command again to resume',
  EPERM: 'not permitted: check owner and mode, then run the same command again to resume',
  EMFILE: 'too many open files: raise the limit (ulimit -n), then run the same command again to resume',
  ENFILE: 'too many open files on this machine; run the same command again later to resume',
  EIO: 'input/output error: check the disk (dmesg), then run the same command again to resume',
  ESTALE: 'the network file system lost the file: check the mount, then run the same command again to resume',
  ELOOP: 'a link is in the way: remove it, then run the same command again',
  EISDIR: 'a folder is in the place of a file: move it away, then run the same command again',
  ENOTDIR: 'a file is in the place of a folder: move it away, then run the same command again',
  ENOENT: 'a file or folder vanished during the run: run the same command again to resume',
};

/** Node has no name for some errors, those of quotas among them, and says only their number. */
const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [-number, name]));

/** libuv's own number for an error without a name. */
const UV_UNKNOWN = -4094;

/** The code of an error of the operating system (`EIO`, or `errno 117` where it has no name); undefined for any other error. */
function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return code;
  // UNKNOWN: what libuv says of a number that it has no name for, and of what Windows does not explain either.
  if (code === 'UNKNOWN' && (errno === undefined || errno === UV_UNKNOWN)) return code;
  if (syscall === undefined || errno === undefined) return undefined;
  return NAMES.get(errno) ?? `errno ${-errno}`;
}

export function isSystemError(error: unknown): error is Error {
  return systemCode(error) !== undefined;
}

export function hasCode(error: unknown, code: string): boolean {
  return systemCode(error) === code;
}

/** One line for a person: what failed, where, what to do. Errors that are not the operating system's come back as they are. */
export function diskError(error: unknown, doing: string, path: string, safe?: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === 'EBUSY') return new HeldFile(doing, path, error);
  const what = WHAT_TO_DO[code] ?? 'run the same command again to resume';
  const kept = safe === undefined ? '' : ` (${safe})`;
  return new EngineError(FULL.has(code) ? 'DISK_FULL' : 'DISK', `cannot ${doing} ${path}: ${code}, ${what}${kept}`, {
    path,
    cause: error,
  });
}

/** Runs `work`; what the operating system refuses becomes an EngineError that names `path`. */
export function onDisk<T>(doing: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, doing, path);
  }
}

/** `onDisk` for asynchronous work. */
export async function onDiskAsync<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(error, doing, path);
  }
}
