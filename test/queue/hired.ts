import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { run } from '../../src/operations/run.ts';
import { work } from '../../src/operations/work.ts';
import type { Broker } from '../../src/queue/transport.ts';
import type { Host } from '../../src/readers/host.ts';
import type { StudyResult } from '../../src/run/run-options.ts';
import { HOST, type CoinStudy } from '../operations/coin-study.ts';
import { fastClock } from '../ports/fast-clock.ts';
import type { MemoryBroker } from './memory-broker.ts';

/** Seconds of the queue are tens of milliseconds here. */
export const CLOCK = fastClock(25);

/** What a worker does to each result that it sends. */
export type Tamper = (frame: Uint8Array) => Uint8Array;

export function hostOf(broker: MemoryBroker, dies?: AbortSignal, tamper: Tamper = (frame) => frame): Host {
  const ends: Broker = {
    manager: () => Promise.resolve(broker.manager()),
    worker: () => {
      const honest = broker.worker(dies);
      return Promise.resolve({ ...honest, submit: (id, frame) => honest.submit(id, tamper(frame)) });
    },
  };
  return { ...HOST, clock: CLOCK, broker: ends };
}

export interface Hands {
  readonly kill: () => void;
  readonly stop: () => Promise<void>;
}

/** A worker that ends with the test. */
export function hire(
  broker: MemoryBroker,
  folder: string,
  more: Parameters<typeof work>[0] = {},
  tamper?: Tamper,
): Hands & { readonly ended: Promise<unknown> } {
  const dies = new AbortController();
  const stop = new AbortController();
  const places = { spool: join(folder, 'spool'), cache: join(folder, 'cache') };
  const options = { ...places, queue: 'memory', threads: 1, allow_models: true, signal: stop.signal, ...more };
  const ended = work(options, hostOf(broker, dies.signal, tamper));
  ended.catch(() => undefined);
  const hands = {
    ended,
    kill: () => {
      dies.abort();
    },
    stop: async () => {
      stop.abort();
      // One that was killed in the middle of a message waits for its answer for ever.
      if (!dies.signal.aborted) await ended.catch(() => undefined);
    },
  };
  onTestFinished(hands.stop);
  return hands;
}

export function overQueue(
  study: CoinStudy,
  broker: MemoryBroker,
  more: Parameters<typeof run>[1] = {},
): Promise<StudyResult> {
  return run(study.file, { queue: 'memory', threads: 0, chunk: 20, ...more }, hostOf(broker));
}
