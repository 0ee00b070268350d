import type { Clock } from '../../../src/clock.ts';

/** What one turn of the event loop takes, for whoever waits [ms]. */
const TURN_MS = 50;
const START = Date.UTC(2026, 0, 5, 9);

interface Waiter {
  readonly at_ms: number;
  readonly wake: () => void;
}

/**
 * Time that passes by the turn: whoever waits is woken after so many turns of the event loop, in the order of the times. So a story takes
 * no time, and goes the same way again and again.
 */
export class TurnClock implements Clock {
  #ms = 0;
  #waiting: Waiter[] = [];
  #turning = false;

  now(): number {
    return this.#ms;
  }

  date(): string {
    return new Date(START + this.#ms).toISOString();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const cancel = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });
  }

  after(ms: number, work: () => void): () => void {
    const waiter = { at_ms: this.#ms + ms, wake: work };
    this.#waiting.push(waiter);
    this.#turn();
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiter);
    };
  }

  #turn(): void {
    if (this.#turning || this.#waiting.length === 0) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      this.#ms += TURN_MS;
      const due = this.#waiting.filter(({ at_ms }) => at_ms <= this.#ms).sort((a, b) => a.at_ms - b.at_ms);
      this.#waiting = this.#waiting.filter(({ at_ms }) => at_ms > this.#ms);
      for (const { wake } of due) wake();
      this.#turn();
    });
  }
}
