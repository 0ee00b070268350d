import { randomBytes } from 'node:crypto';
import { EngineError } from '../errors.ts';
import { disk } from '../files/disk.ts';
import { diskError, onDisk } from '../files/disk-error.ts';
import { layoutOf } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import type { Holder, LockMechanism, LockRecord } from './lock/holder.ts';
import { judgeHolder } from './lock/judge.ts';
import type { Judgement } from './lock/judge.ts';
import { takeKernelLock } from './lock/kernel-lock.ts';
import type { KernelLock } from './lock/kernel-lock.ts';
import { LockDraft, fileOf, passOver, readLock, removeLock } from './lock/lock-file.ts';
import { sweepLocks } from './lock/sweep.ts';
import { thisProcess } from './lock/process-facts.ts';
import type { ProcessFacts } from './lock/process-facts.ts';

export type { LockMechanism } from './lock/holder.ts';

/**
 * One writer per output folder. The lock is the file `<output>/.lock`, which every process sees, whatever it finds on its machine: it says
 * who holds it and is whole before its name appears (lock/lock-file.ts). Besides, a lock of the kernel's is taken where there is
 * one (lock/kernel-lock.ts): it proves a dead holder dead. Whoever finds a holder that is not certainly dead stops.
 *
 * Only one process may remove the lock of a dead holder: the one that holds the lock `.lock.<token>`, taken by the same rules, where
 * `token` names the content that was judged. So a process that was slow to judge never removes the lock of a successor, and a
 * process that dies while it takes over is a dead holder like any other.
 */
export interface Lock {
  readonly by: LockMechanism;
  /** Whether it is there still: a person may have removed it, or the whole output. */
  stands?(): boolean;
  release(): void;
}

export interface LockOptions {
  readonly port?: FilePort;
  readonly me?: ProcessFacts;
}

interface Taken extends Lock {
  readonly nonce: string;
}

/** How one process takes part. */
interface Party {
  readonly port: FilePort;
  readonly me: ProcessFacts;
  /** `<output>/.lock`. */
  readonly lock: string;
}

const KERNEL_LOCKS: readonly LockMechanism[] = ['flock', 'exlock', 'socket'];

/**
 * `mechanisms`: those of the kernel's locks that may be taken besides the file, the first that works is. None on a disk that is not the
 * real one. Throws EngineError LOCKED naming the holder.
 */
export async function acquireLock(
  output: string,
  mechanisms?: readonly LockMechanism[],
  { port = disk, me = thisProcess }: LockOptions = {},
): Promise<Lock> {
  const party = { port, me, lock: layoutOf(output).lock };
  try {
    const lock = await take(party, party.lock, mechanisms ?? (port === disk ? KERNEL_LOCKS : []));
    sweepLocks(port, party.lock, lock.nonce, me);
    return lock;
  } catch (error) {
    throw diskError(error, 'lock', party.lock);
  }
}

/** Whether an output is held, and by whom: what a look from outside can know. Takes and changes nothing. */
export async function lookAtLock(
  output: string,
  { port = disk, me = thisProcess }: LockOptions = {},
): Promise<{ readonly holder: Holder | undefined; readonly state: 'free' | Judgement['state'] }> {
  const party = { port, me, lock: layoutOf(output).lock };
  const found = onDisk('read', party.lock, () => readLock(port, party.lock));
  if (found === undefined || found.blank) return { holder: undefined, state: 'free' };
  return { holder: found.holder, state: (await judge(party, party.lock, found)).state };
}

/** Takes the lock `path`: that of the output, or the right to remove the lock of a dead holder. */
async function take(party: Party, path: string, mechanisms: readonly LockMechanism[]): Promise<Taken> {
  const { port } = party;
  const nonce = randomBytes(8).toString('hex');
  const draft = new LockDraft(port, party.lock, nonce);
  let kernel: KernelLock | undefined;
  try {
    const holder = newHolder(party.me, nonce);
    draft.write(holder);
    kernel = await kernelLockOf(party, draft, nonce, mechanisms);
    if (kernel !== undefined) draft.write({ ...holder, by: kernel.by }); // the same file: the kernel's lock is its
    await draft.sync();
    const { token } = readLock(port, draft.record)!;
    while (!draft.place(path)) await clear(party, path);
    return {
      by: kernel?.by ?? 'file',
      nonce,
      stands: () => onDisk('read', path, () => readLock(port, path)?.token === token),
      release: () => {
        release(port, path, token, kernel);
      },
    };
  } catch (error) {
    draft.discard();
    kernel?.release();
    throw error;
  }
}

function newHolder(me: ProcessFacts, nonce: string): Holder {
  const { pid, host, boot, machine, pid_space, platform } = me;
  const started = me.startOf(pid);
  const since = new Date().toISOString();
  return { pid, host, since, started, boot, machine, pid_space, platform, by: 'file', nonce };
}

/** The first of the kernel's locks that can be taken. */
async function kernelLockOf(
  { me, lock }: Party,
  draft: LockDraft,
  nonce: string,
  mechanisms: readonly LockMechanism[],
): Promise<KernelLock | undefined> {
  for (const by of mechanisms) {
    const kernel = await takeKernelLock(by, draft.record, `${lock}.${nonce}`, me.platform);
    if (kernel !== undefined) return kernel;
  }
  return undefined;
}

/** Removes the lock of a dead holder; throws LOCKED where the holder is not certainly dead. */
async function clear(party: Party, path: string): Promise<void> {
  const found = readLock(party.port, path);
  if (found === undefined) return;
  const judged = await judge(party, path, found);
  if (judged.state !== 'dead') throw locked(path, found.holder, judged);
  const right = await take(party, `${party.lock}.${found.token}`, []);
  try {
    removeLock(party.port, path, found.token);
  } finally {
    right.release();
  }
}

function judge({ port, me, lock }: Party, path: string, found: LockRecord): Promise<Judgement> {
  return judgeHolder(found, fileOf(port, path), `${lock}.${found.holder?.nonce ?? ''}`, me);
}

/** What the disk refuses costs nothing: the next process finds a dead holder. */
function release(port: FilePort, path: string, token: string, kernel: KernelLock | undefined): void {
  passOver(() => {
    removeLock(port, path, token);
  });
  kernel?.release();
}

function locked(path: string, holder: Holder | undefined, judged: Judgement): EngineError {
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} (since ${holder.since})`;
  return new EngineError('LOCKED', `${path} is held by ${who}, which writes this output; ${wayOut(path, judged)}`, {
    path,
    value: holder,
  });
}

/** To stop a process is advised only where it is certain which one. */
function wayOut(path: string, judged: Judgement): string {
  if (judged.state === 'unknown') {
    return `whether it still runs is not known (${judged.why}). If no permafrost process writes this output any more, remove ${path} and run again`;
  }
  const certain = judged.state === 'alive' && judged.known;
  return certain ? 'wait for it or stop it, then run again' : 'it is still running: wait for it, then run again';
}
