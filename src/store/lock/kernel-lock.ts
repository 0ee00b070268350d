import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, dirname } from 'node:path';
import { hasCode } from '../../files/disk-error.ts';
import type { LockMechanism } from './holder.ts';

/**
 * Locks that the kernel gives back when their process ends, however it ends. They are taken besides the lock file, never instead of
 * it: a process that cannot take or see them still sees the file. A holder whose kernel lock is free is dead at once.
 *
 *   flock    of the lock file, by the `flock` program (util-linux, busybox): it locks the open file description, which stays ours
 *   exlock   macOS: the same lock, by O_EXLOCK; Windows: a second file, opened so that nobody else can open it
 *   socket   a unix socket beside the lock file: seen from every container that sees the folder
 */
export interface KernelLock {
  readonly by: LockMechanism;
  /** Ignores what the disk refuses: the kernel releases it when the process ends at the latest. */
  release(): void;
}

/** `free`: nobody holds it; `held`: a running process does; `unknown`: it cannot be told from here. */
export type KernelState = 'free' | 'held' | 'unknown';

/** O_SHLOCK and O_EXLOCK of BSD; libuv's UV_FS_O_EXLOCK, which opens without sharing, on Windows. */
const SHARED_LOCK = 0x10;
const EXCLUSIVE_LOCK = 0x20;
const SHARE_NOTHING = 0x10000000;

/** A folder through which a socket has a short name: addresses end at 104 or 108 bytes. */
const LONGEST_ADDRESS = 100;

/** Takes it for the lock file `file`, which nobody else knows yet; undefined where this mechanism cannot be used. `beside`: `<lock>.<nonce>`. */
export async function takeKernelLock(
  by: LockMechanism,
  file: string,
  beside: string,
  platform: string,
): Promise<KernelLock | undefined> {
  if (by === 'flock' && platform !== 'win32') return takeFlock(file);
  if (by === 'exlock' && platform === 'win32') return takeUnshared(`${beside}.open`);
  if (by === 'exlock' && platform === 'darwin') return takeExclusive(file);
  if (by === 'socket' && platform !== 'win32') return takeSocket(`${beside}.sock`);
  return undefined;
}

/** Whether the holder that took `by` for `file` has it still. */
export async function lookAtKernelLock(
  by: LockMechanism,
  file: string,
  beside: string,
  platform: string,
): Promise<KernelState> {
  if (by === 'flock' && platform !== 'win32') return lookAtFlock(file);
  if (by === 'exlock' && platform === 'win32') return lookAtUnshared(`${beside}.open`);
  if (by === 'exlock' && platform === 'darwin') return lookAtExclusive(file);
  if (by === 'socket' && platform !== 'win32') return lookAtSocket(`${beside}.sock`);
  return 'unknown';
}

/** What a killed holder may leave beside its lock file. */
export const BESIDE = /\.(sock|open)$/;

function takeFlock(file: string): KernelLock | undefined {
  const fd = opened(file, fs.constants.O_RDWR);
  if (fd === undefined) return undefined;
  if (flock('-x', fd) === 0)
    return {
      by: 'flock',
      release: () => {
        close(fd);
      },
    };
  close(fd);
  return undefined; // no such program, or a file system without flock
}

/** Shared, so that two who look do not take one another for the holder. */
function lookAtFlock(file: string): KernelState {
  const fd = opened(file, fs.constants.O_RDONLY);
  if (fd === undefined) return 'unknown';
  const status = flock('-s', fd);
  close(fd);
  return status === 0 ? 'free' : status === 1 ? 'held' : 'unknown';
}

/** Exit code of the program; null where there is none. It is looked for in its usual place too: PATH may be anything. */
function flock(how: '-x' | '-s', fd: number): number | null {
  for (const program of ['flock', '/usr/bin/flock']) {
    const tried = spawnSync(program, [how, '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    if (tried.status !== null) return tried.status;
  }
  return null;
}

function takeExclusive(file: string): KernelLock | undefined {
  const fd = opened(file, fs.constants.O_RDWR | fs.constants.O_NONBLOCK | EXCLUSIVE_LOCK);
  return fd === undefined
    ? undefined
    : {
        by: 'exlock',
        release: () => {
          close(fd);
        },
      };
}

function lookAtExclusive(file: string): KernelState {
  try {
    close(fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | SHARED_LOCK));
    return 'free';
  } catch (error) {
    return hasCode(error, 'EAGAIN') ? 'held' : 'unknown';
  }
}

function takeUnshared(path: string): KernelLock | undefined {
  const fd = opened(path, fs.constants.O_RDWR | fs.constants.O_CREAT | SHARE_NOTHING);
  if (fd === undefined) return undefined;
  const release = (): void => {
    close(fd);
    remove(path);
  };
  return { by: 'exlock', release };
}

function lookAtUnshared(path: string): KernelState {
  try {
    close(fs.openSync(path, fs.constants.O_RDWR | SHARE_NOTHING));
    return 'free';
  } catch (error) {
    // It cannot be removed while it is held.
    if (hasCode(error, 'ENOENT')) return 'free';
    return hasCode(error, 'EBUSY') ? 'held' : 'unknown';
  }
}

async function takeSocket(path: string): Promise<KernelLock | undefined> {
  return withAddress(path, undefined, async (address) => {
    const server = createServer((asking) => asking.destroy());
    const listening = await new Promise<boolean>((done) => {
      server.once('error', () => {
        done(false); // a file system without sockets
      });
      server.listen({ path: address, readableAll: true, writableAll: true }, () => {
        done(true);
      });
    });
    if (!listening) return undefined;
    server.unref();
    const release = (): void => {
      server.close();
      remove(path);
    };
    return { by: 'socket', release } as const;
  });
}

async function lookAtSocket(path: string): Promise<KernelState> {
  return withAddress(path, 'unknown', async (address) => {
    const asking = connect({ path: address });
    const state = await new Promise<KernelState>((done) => {
      asking.once('connect', () => {
        done('held');
      });
      asking.once('error', (error) => {
        if (hasCode(error, 'ECONNREFUSED') || hasCode(error, 'ENOENT')) done('free');
        else done(hasCode(error, 'EAGAIN') ? 'held' : 'unknown');
      });
    });
    asking.destroy();
    return state;
  });
}

/** Calls `use` with an address of the socket that is short enough, as long as the folder is open. */
async function withAddress<T>(path: string, otherwise: T, use: (address: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS) return use(path);
  const folder = opened(dirname(path), fs.constants.O_RDONLY);
  if (folder === undefined) return otherwise;
  try {
    return await use(`/proc/self/fd/${folder}/${basename(path)}`);
  } finally {
    close(folder);
  }
}

/** Windows has no such flag. */
const NO_FOLLOW = (fs.constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;

function opened(path: string, flags: number): number | undefined {
  try {
    return fs.openSync(path, flags | NO_FOLLOW);
  } catch {
    return undefined; // another's file, or a file system that does not know the flag: this lock cannot be used
  }
}

function close(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    return; // the kernel has it back all the same
  }
}

function remove(path: string): void {
  fs.rmSync(path, { force: true });
}
