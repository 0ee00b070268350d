import { notExpected } from '../../wording/expected.ts';

/** What nobody takes away is gone after so long [s]. */
export const KEPT_S = 86_400;
/** Bytes of a blob that are sent at once: a line of half a megabit per second carries them before a command counts as lost. */
export const PIECE_BYTES = 256 << 10;
/** Workers say something every second; one that says nothing for so long is gone [ms]. */
export const WORKER_GONE_MS = 10_000;

/** The keys of a namespace. All begin alike, so that one rule of an ACL covers them; the braces keep them on one node of a Redis cluster. */
export interface Names {
  /** What BullMQ puts before the keys of its queues. */
  readonly prefix: string;
  /** The queue of chunks. */
  readonly queue: string;
  /** The lease of the one manager. */
  readonly manager: string;
  readonly announcement: string;
  /** Ids of the results that are there, by when they came. */
  readonly results: string;
  /** Ids of results that nobody has looked at. */
  readonly news: string;
  /** Ids of chunks that nobody waits for any more. */
  readonly cancelled: string;
  /** How often a chunk was begun again since the manager came. */
  readonly retries: string;
  /** Notes of workers, by worker. */
  readonly workers: string;
  readonly expelled: string;
  result(id: string): string;
  blob(sha256: string): string;
  /** A chunk's record in BullMQ, its lock, and where the dead ones are. */
  chunk(id: string): string;
  lock(id: string): string;
  readonly dead: string;
  /** Chunks that nobody has begun. */
  readonly waiting: string;
}

export const DEFAULT_NAMESPACE = 'default';

/** Throws USAGE for a name that is none. */
export function namesOf(namespace: string): Names {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(namespace))
    throw notExpected('--namespace', 'letters, digits, _ and -, at most 64', namespace);
  const prefix = `permafrost:{${namespace}}`;
  const queue = 'chunks';
  const chunk = (id: string): string => `${prefix}:${queue}:${id}`;
  return {
    prefix,
    queue,
    manager: `${prefix}:manager`,
    announcement: `${prefix}:announcement`,
    results: `${prefix}:results`,
    news: `${prefix}:news`,
    cancelled: `${prefix}:cancelled`,
    retries: `${prefix}:retries`,
    workers: `${prefix}:workers`,
    expelled: `${prefix}:expelled`,
    result: (id) => `${prefix}:result:${id}`,
    blob: (sha256) => `${prefix}:blob:${sha256}`,
    chunk,
    lock: (id) => `${chunk(id)}:lock`,
    dead: `${prefix}:${queue}:failed`,
    waiting: `${prefix}:${queue}:wait`,
  };
}
