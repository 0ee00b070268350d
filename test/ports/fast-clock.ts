import { systemClock, type Clock } from '../../src/clock.ts';

/** The time of this machine, so many times as fast: what waits for seconds waits for milliseconds. */
export function fastClock(times: number): Clock {
  return {
    now: () => systemClock.now() * times,
    date: () => systemClock.date(),
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
    after: (ms, work) => systemClock.after(ms / times, work),
  };
}
