import { createHash } from 'node:crypto';

/** What proves, besides the lock file, that a holder lives: each goes when its process ends, however it ends. `file`: nothing does. */
export type LockMechanism = 'flock' | 'exlock' | 'socket' | 'file';

/** Who holds a lock, as its file says. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
  /** Start time of the process as the kernel counts it (clock ticks since boot); '' where not known. */
  readonly started: string;
  /** Names one boot of one kernel, in all its containers; '' where not known. */
  readonly boot: string;
  /** Names an installation of an operating system; '' where not known. */
  readonly machine: string;
  /** The space that `pid` is a number of: containers have their own; '' where not known. */
  readonly pid_space: string;
  /** Node's name of the system: a Windows process knows nothing of the numbers in its WSL. */
  readonly platform: string;
  readonly by: LockMechanism;
  /** Names this taking of the lock. */
  readonly nonce: string;
}

/** What stands where a lock belongs. */
export interface LockRecord {
  /** Undefined: it does not say. */
  readonly holder: Holder | undefined;
  /** Nothing was ever written there: a lock is complete before its name appears, so nobody holds this one. */
  readonly blank: boolean;
  /** Names this content: two takings never have the same. */
  readonly token: string;
}

export function recordOf(content: Buffer): LockRecord {
  const token = createHash('sha256').update(content).digest('hex').slice(0, 16);
  const blank = content.every((byte) => byte === 0);
  return { holder: blank ? undefined : holderOf(content.toString('utf8')), blank, token };
}

const TEXTS = ['host', 'since', 'started', 'boot', 'machine', 'pid_space', 'platform', 'nonce'] as const;
const MECHANISMS: readonly unknown[] = ['flock', 'exlock', 'socket', 'file'];

/** Versions before this one wrote fewer fields, and held `flock` on the file. */
function holderOf(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // no text of this engine's
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const found = value as Readonly<Record<string, unknown>>;
  const { pid, by = 'flock' } = found;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || !MECHANISMS.includes(by)) return undefined;
  const texts = TEXTS.map((name) => [name, found[name] ?? ''] as const);
  if (texts.some(([, said]) => typeof said !== 'string' || said.length > 300)) return undefined;
  return { ...(Object.fromEntries(texts) as Record<(typeof TEXTS)[number], string>), pid, by: by as LockMechanism };
}
