import type { Clock } from '../../src/clock.ts';

/** A clock that a test moves on: nothing waits for real time. */
export class ManualClock implements Clock {
  private time_ms = 0;
  private waiting: { readonly at_ms: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.time_ms;
  }

  date(): string {
    return new Date(this.time_ms).toISOString();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) resolve();
      else this.waiting.push({ at_ms: this.time_ms + ms, wake: resolve });
      signal?.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  after(ms: number, work: () => void): () => void {
    const entry = { at_ms: this.time_ms + ms, wake: work };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((each) => each !== entry);
    };
  }

  /** Time passes; whoever waited long enough is woken, and has done what it does at once. */
  async pass(ms: number): Promise<void> {
    this.time_ms += ms;
    const due = this.waiting.filter(({ at_ms }) => at_ms <= this.time_ms);
    this.waiting = this.waiting.filter(({ at_ms }) => at_ms > this.time_ms);
    for (const { wake } of due) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
