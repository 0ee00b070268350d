import { BroadcastChannel, getEnvironmentData, isMainThread, setEnvironmentData, threadId } from 'node:worker_threads';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Which processes the threads of this process have started. A thread that is terminated runs nothing more, not even what would end its programs: then the main
 * thread does, by this table. Two words a slot: the thread's id plus 1, and the process's id; 0 where the slot is free.
 */
const SLOTS = 1024;
const KEY = 'permafrost: processes of programs';
/** On this channel threads are told to end their programs; the message is the list of their ids. */
const CHANNEL = 'permafrost: end programs';
/** Longer than a program that is told to end may take [ms]. */
const ALL_GONE_MS = 2500;

interface Ending {
  end(): Promise<void>;
}

const own = new Map<number, Ending>();
let channel: BroadcastChannel | undefined;

/** Made in the main thread before its threads start: they are given it with their environment. */
export function childTable(): Int32Array {
  const known = tableIfAny();
  if (known !== undefined) return known;
  const made = new SharedArrayBuffer(SLOTS * 2 * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(KEY, made);
  if (isMainThread) {
    // However this process ends, a program that hangs does not stay.
    process.on('exit', () => {
      forEachChild(undefined, (pid) => {
        signalGroup(pid, 'SIGTERM');
      });
    });
  }
  return new Int32Array(made);
}

/** Undefined where nobody has started a program: nothing is made for that then, and nothing listened to. */
function tableIfAny(): Int32Array | undefined {
  const known = getEnvironmentData(KEY);
  return known instanceof SharedArrayBuffer ? new Int32Array(known) : undefined;
}

/** Its slot; -1 where the table is full. */
export function rememberChild(pid: number, child: Ending): number {
  if (!isMainThread && channel === undefined) {
    channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = (event) => {
      const threads = (event as { readonly data: readonly number[] }).data;
      if (threads.includes(threadId)) for (const each of own.values()) void each.end();
    };
    channel.unref();
  }
  const table = childTable();
  for (let slot = 0; slot < SLOTS; slot += 1) {
    if (Atomics.compareExchange(table, 2 * slot, 0, threadId + 1) !== 0) continue;
    Atomics.store(table, 2 * slot + 1, pid);
    own.set(slot, child);
    return slot;
  }
  return -1;
}

export function releaseChild(slot: number): void {
  if (slot < 0) return;
  own.delete(slot);
  const table = childTable();
  Atomics.store(table, 2 * slot + 1, 0);
  Atomics.store(table, 2 * slot, 0);
}

/** Has these threads end their programs, and waits until they have, or would not. For the thread that started them. */
export async function endChildrenOf(threads: readonly number[]): Promise<void> {
  if (!someChild(threads)) return;
  const all = new BroadcastChannel(CHANNEL);
  all.postMessage(threads);
  for (let waited_ms = 0; waited_ms < ALL_GONE_MS && someChild(threads); waited_ms += 10) await pause(10);
  all.close();
}

/** Of a thread that is gone. */
export function killChildrenOf(thread: number): void {
  forEachChild([thread], (pid, slot, table) => {
    signalGroup(pid, 'SIGKILL');
    Atomics.store(table, 2 * slot + 1, 0);
    Atomics.store(table, 2 * slot, 0);
  });
}

/** To a process and all that it started; on Windows to itself alone. Nothing where it is gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Gone already; or what is left of the group belongs to somebody else.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function someChild(threads: readonly number[]): boolean {
  let some = false;
  forEachChild(threads, () => (some = true));
  return some;
}

function forEachChild(
  threads: readonly number[] | undefined,
  visit: (pid: number, slot: number, table: Int32Array) => void,
): void {
  const table = tableIfAny();
  if (table === undefined) return;
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const thread = Atomics.load(table, 2 * slot) - 1;
    const pid = Atomics.load(table, 2 * slot + 1);
    if (thread >= 0 && pid > 0 && (threads?.includes(thread) ?? true)) visit(pid, slot, table);
  }
}
