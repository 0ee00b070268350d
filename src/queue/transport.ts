import type { Server } from 'node:http';

import { EngineError } from '../errors.ts';

/**
 * What carries chunks to workers and results back: the two ends of a queue, each as few verbs as will do. Everything is at least once, late, twice or lost: who
 * uses it keeps the truth elsewhere (the manager in its metrics files, the worker in its spool). A verb rejects with EngineError QUEUE where the broker cannot
 * be reached or takes nothing now; it may be asked again.
 */

/** Whether a verb failed because the broker is away, or takes nothing now. */
export function isUnreachable(error: unknown): error is EngineError {
  return error instanceof EngineError && error.code === 'QUEUE';
}

/** Where the broker has a chunk. `dead`: its attempts are used up. */
export type ChunkState = 'waiting' | 'taken' | 'answered' | 'dead' | 'missing';

/** How many chunks the broker has, and how often one was begun again since the manager came. */
export interface BrokerCounts {
  readonly waiting: number;
  readonly taken: number;
  readonly retries: number;
}

export interface SeenWorker {
  /** What it says of itself. */
  readonly note: string;
  /** How long ago it did [ms]. */
  readonly ago_ms: number;
}

/** The manager's end. */
export interface ManagerTransport {
  /** Takes the namespace for this process. Throws EngineError LOCKED where another manager has it. */
  claim(): Promise<void>;
  /** Keeps it. Throws EngineError LOCKED where another manager has taken it meanwhile. */
  renew(): Promise<void>;
  /** Tells all workers what is computed now; undefined: nothing any more. */
  announce(announcement: string | undefined): Promise<void>;
  /** Keeps bytes for whoever asks for them by their hash. Where they are there already, nothing is sent. */
  putBlob(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Takes away what an earlier manager has left to be computed: chunks that wait, and dead ones. Results stay. */
  clear(): Promise<void>;
  /** Gives a chunk to whichever worker is free. Offered again under its id while it is there, it is there once. */
  offer(id: string, chunk: string): Promise<void>;
  /** Takes a chunk back that no worker has begun. True: nobody has it, or will. */
  withdraw(id: string): Promise<boolean>;
  /** Nobody waits for a chunk any more: whoever has it is told to let it be. */
  cancel(id: string): Promise<void>;
  states(ids: readonly string[]): Promise<readonly ChunkState[]>;
  /** Why a chunk is dead: what its last worker said, and how often it was tried. */
  deathOf(id: string): Promise<{ readonly why: string; readonly tries: number }>;
  counts(): Promise<BrokerCounts>;
  /** The ids of results that have come since the last call; waits for some, at most `wait_ms`. */
  newResults(wait_ms: number): Promise<readonly string[]>;
  /** The ids of all results that are there. */
  results(): Promise<readonly string[]>;
  /** The bytes of a result, which stay until they are acknowledged. Undefined where there are none. */
  result(id: string): Promise<Uint8Array | undefined>;
  /** These results are done with, whatever they were: their bytes go. */
  acknowledge(ids: readonly string[]): Promise<void>;
  /** The workers that are alive. */
  workers(): Promise<readonly SeenWorker[]>;
  /** A worker computes no more for this namespace, and is told why. */
  expel(worker: string, why: string): Promise<void>;
  /** Leaves the namespace to others. */
  close(): Promise<void>;
}

/** Both ends of a queue, by what was said of where it is (`QueueReference`) and the namespace in it. Throws USAGE where that cannot be. */
export interface Broker {
  manager(reference: string, namespace: string): Promise<ManagerTransport>;
  worker(reference: string, namespace: string): Promise<WorkerTransport>;
  /** Pages for a browser that show the queue, where there is such a thing. */
  board?(reference: string, namespace: string): Promise<QueueBoard>;
}

/** Pages that show a queue; who opened them lets the server listen, and ends it. */
export interface QueueBoard {
  readonly server: Server;
  /** Ends the connections to the broker. */
  close(): Promise<void>;
}

/** A chunk in the hands of a worker, and of nobody else as long as it is alive. */
export interface TakenChunk {
  readonly id: string;
  readonly chunk: string;
  /** Nobody waits for it any more. */
  readonly cancelled: AbortSignal;
}

/** Takes chunks until it is stopped. */
export interface Consumer {
  /** Takes no more, and resolves when what is in hand is done or given back. */
  stop(): Promise<void>;
}

/** Thrown by whoever was to compute a chunk and will not: another worker gets it at once, and it counts as no attempt. */
export class GivenBack extends Error {
  override readonly name = 'GivenBack';
}

/** A worker's end. */
export interface WorkerTransport {
  /** What is computed now; undefined where no manager has said anything. */
  announcement(): Promise<string | undefined>;
  blob(sha256: string): Promise<Uint8Array | undefined>;
  /**
   * Hands chunks to `compute`, at most `at_once` at a time. What resolves is done; what rejects is a failed attempt, its message kept, and others try it, until its
   * attempts are used up.
   */
  consume(at_once: number, compute: (chunk: TakenChunk) => Promise<void>): Consumer;
  /** Resolves when the broker has the result. */
  submit(id: string, result: Uint8Array): Promise<void>;
  /** Says that this worker is alive, and what it is. Returns why it was expelled, where it was. */
  beat(worker: string, note: string): Promise<string | undefined>;
  close(): Promise<void>;
}
