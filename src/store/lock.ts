import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { EngineError } from '../errors.ts';
import { diskError, hasCode, isSystemError } from '../files/disk-error.ts';
import { layoutOf } from './scan/layout.ts';

/**
 * One writer per output folder. In this order:
 *
 * 1. the kernel's flock on `<output>/.lock`, taken for our open file by the `flock` program of util-linux: the kernel
 *    gives it back when this process dies, however it dies;
 * 2. without that program, on Linux: an abstract unix socket named by the folder's real path, which also dies with us;
 * 3. elsewhere: the file `<output>/.lock.holder`, complete before its name appears (link), taken over only from a process that
 *    is certainly gone (same host; no such process, or another start time, or another boot), and only under a guard.
 *
 * Never by age: a clock may jump and a busy process may be silent. `.lock` says who holds it, for the message.
 */
export interface Lock {
  readonly by: LockMechanism;
  release(): void;
}

export type LockMechanism = 'flock' | 'socket' | 'file';

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
  /** Start time of the process as the kernel counts it (clock ticks since boot); '' where not known. */
  readonly started: string;
  readonly boot: string;
}

/** Windows has no such flag. */
const NO_FOLLOW = (fs.constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;

/** `mechanisms`: for tests; each is tried until one can be used at all. Throws EngineError LOCKED naming the holder. */
export async function acquireLock(
  output: string,
  mechanisms: readonly LockMechanism[] = ['flock', 'socket', 'file'],
): Promise<Lock> {
  const path = layoutOf(output).lock;
  try {
    for (const mechanism of mechanisms) {
      const lock = await ACQUIRE[mechanism](output, path);
      if (lock !== undefined) return lock;
    }
  } catch (error) {
    throw diskError(error, 'lock', path);
  }
  throw new EngineError('DISK', `cannot lock ${path}: no way of locking works here`, { path });
}

/** Undefined: this mechanism cannot be used here. */
const ACQUIRE: Readonly<Record<LockMechanism, (output: string, path: string) => Promise<Lock | undefined>>> = {
  flock: (output, path) => Promise.resolve(byFlock(output, path)),
  socket: bySocket,
  file: (_output, path) => Promise.resolve(byFile(path)),
};

function byFlock(output: string, path: string): Lock | undefined {
  if (process.platform === 'win32') return undefined;
  const fd = openLock(path);
  const tried = spawnSync('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  if (tried.status === 0) {
    writeHolder(fd, me());
    return {
      by: 'flock',
      release: () => {
        clearAndClose(fd);
      },
    };
  }
  fs.closeSync(fd);
  if (tried.status === 1) throw locked(output, holderIn(path));
  return undefined; // no such program, or a file system without flock
}

async function bySocket(output: string, path: string): Promise<Lock | undefined> {
  if (process.platform !== 'linux') return undefined;
  const name = createHash('sha256').update(fs.realpathSync(output)).digest('hex');
  const server = createServer();
  const result = await new Promise<'held' | 'free' | 'unusable'>((done) => {
    server.once('error', (error) => {
      done(hasCode(error, 'EADDRINUSE') ? 'held' : 'unusable');
    });
    server.listen(`\0permafrost-${name}`, () => {
      done('free');
    });
  });
  if (result === 'held') throw locked(output, holderIn(path));
  if (result === 'unusable') return undefined;
  server.unref();
  const fd = openLock(path);
  writeHolder(fd, me());
  const release = () => {
    clearAndClose(fd);
    server.close();
  };
  return { by: 'socket', release };
}

function byFile(path: string): Lock {
  const holderPath = `${path}.holder`;
  const guard = `${path}.guard`;
  const mine = `${path}.${process.pid}`;
  fs.writeFileSync(mine, JSON.stringify(me()));
  try {
    if (!linked(mine, holderPath)) {
      takeOver(mine, holderPath, guard);
    }
  } finally {
    fs.unlinkSync(mine);
  }
  return {
    by: 'file',
    release: () => {
      fs.unlinkSync(holderPath);
    },
  };
}

/** Whoever holds the guard looks at the holder again and replaces it if it is dead. */
function takeOver(mine: string, holderPath: string, guard: string): void {
  const holder = holderIn(holderPath);
  if (!isDead(holder)) throw locked(holderPath, holder);
  if (!linked(mine, guard)) throw locked(guard, holderIn(guard) ?? holder);
  try {
    const again = holderIn(holderPath);
    if (again !== undefined && !isDead(again)) throw locked(holderPath, again);
    fs.renameSync(mine, holderPath);
    fs.writeFileSync(mine, ''); // its owner removes it
  } finally {
    fs.unlinkSync(guard);
  }
}

function linked(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function me(): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    started: startOf(process.pid),
    boot: bootId(),
  };
}

/** Only a process of this host that certainly is gone is dead; anything not understood is alive. */
function isDead(holder: Holder | undefined): boolean {
  if (holder?.host !== hostname()) return false;
  if (holder.boot !== '' && bootId() !== '' && holder.boot !== bootId()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
  const started = startOf(holder.pid);
  return holder.started !== '' && started !== '' && started !== holder.started;
}

function bootId(): string {
  return textOf('/proc/sys/kernel/random/boot_id').trim();
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and parentheses. */
function startOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function textOf(path: string): string {
  try {
    return fs.readFileSync(path).toString('utf8'); // with an encoding Node aborts where the disk refuses the close
  } catch {
    return ''; // not Linux, or the process is gone: not known
  }
}

/** Never through a link: the file is emptied and written. */
function openLock(path: string): number {
  const { O_RDWR, O_CREAT } = fs.constants;
  return fs.openSync(path, O_RDWR | O_CREAT | NO_FOLLOW, 0o644);
}

function writeHolder(fd: number, holder: Holder): void {
  fs.ftruncateSync(fd, 0);
  fs.writeSync(fd, JSON.stringify(holder), 0);
}

/**
 * The file stays: a name that is removed while another waits for it would be two locks. What the disk refuses here costs
 * nothing: the text is only for a message, and the kernel gives the lock back at the latest when this process ends.
 */
function clearAndClose(fd: number): void {
  passOver(() => {
    fs.ftruncateSync(fd, 0);
  });
  passOver(() => {
    fs.closeSync(fd);
  });
}

function passOver(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

export function holderIn(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(textOf(path));
    return typeof value === 'object' && value !== null && 'pid' in value ? (value as Holder) : undefined;
  } catch {
    return undefined; // being written at this moment
  }
}

function locked(where: string, holder: Holder | undefined): EngineError {
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} (since ${holder.since})`;
  // Of another host it cannot be known; of this one it is dead only where it died while taking the lock over.
  const unknown = holder !== undefined && (holder.host !== hostname() || isDead(holder));
  const way = unknown
    ? `if that process is certainly gone, remove ${where} and run again`
    : 'wait for it or stop it, then run again';
  return new EngineError('LOCKED', `${where} is held by ${who}, which writes this output; ${way}`, {
    path: where,
    value: holder,
  });
}
