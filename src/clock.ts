import { setTimeout as wait } from 'node:timers/promises';

/** Time as a run sees it: how long things take, and waiting. No row depends on it. */
export interface Clock {
  /** Since some moment; never goes back [ms]. */
  now(): number;
  /** Date and time, ISO 8601 in UTC. */
  date(): string;
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Does `work` once, after `ms`, unless the returned function is called before. Does not keep the process alive. */
  after(ms: number, work: () => void): () => void;
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date().toISOString(),
  sleep: (ms, signal) =>
    // An aborted wait is over, and that is all that was asked for.
    wait(ms, undefined, signal && { signal }).catch(() => undefined),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Does `work` again and again, `ms` apart, until the returned function is called. */
export function every(clock: Clock, ms: number, work: () => void): () => void {
  let cancel: () => void;
  const again = (): void => {
    cancel = clock.after(ms, () => {
      again();
      work();
    });
  };
  again();
  return () => {
    cancel();
  };
}
