import type { Clock } from '../clock.ts';
import type { Announcement } from './announcement.ts';
import { deliver } from './deliver.ts';
import type { Target } from './target.ts';

/** What a message may take [ms]. */
const PATIENCE_MS = 10_000;
/** What the last ones may take together, when the run has ended [ms]. */
const LAST_PATIENCE_MS = 15_000;
/** More are not kept for one that is slow. */
const MOST_WAITING = 20;

/**
 * Tells targets of a run, one message after the other for each. A run never waits for it, and never fails by it: what cannot be delivered is one note for each
 * target.
 */
export class Announcer {
  private readonly lines: readonly Line[];
  private readonly clock: Clock;
  private readonly closing = new AbortController();

  constructor(targets: readonly Target[], clock: Clock, note: (message: string) => void) {
    this.clock = clock;
    this.lines = targets.map((target) => new Line(target, clock, note, this.closing.signal));
  }

  /** Returns at once. */
  announce(announcement: Announcement): void {
    for (const line of this.lines) line.add(announcement);
  }

  /** Resolves when everything is delivered, or it took too long. */
  async finish(): Promise<void> {
    const cancel = this.clock.after(LAST_PATIENCE_MS, () => {
      this.closing.abort();
    });
    await Promise.all(this.lines.map((line) => line.idle()));
    cancel();
  }
}

/** The messages to one target. */
class Line {
  private readonly target: Target;
  private readonly clock: Clock;
  private readonly note: (message: string) => void;
  private readonly closing: AbortSignal;
  private waiting = 0;
  private last: Promise<void> = Promise.resolve();
  private noted = false;

  constructor(target: Target, clock: Clock, note: (message: string) => void, closing: AbortSignal) {
    this.target = target;
    this.clock = clock;
    this.note = note;
    this.closing = closing;
  }

  add(announcement: Announcement): void {
    if (this.waiting >= MOST_WAITING) {
      this.failed(announcement, 'too many messages wait for it');
      return;
    }
    this.waiting += 1;
    this.last = this.last.then(async () => {
      await this.deliver(announcement);
      this.waiting -= 1;
    });
  }

  idle(): Promise<void> {
    return this.last;
  }

  private async deliver(announcement: Announcement): Promise<void> {
    if (this.closing.aborted) {
      this.failed(announcement, 'messages before it took too long');
      return;
    }
    const late = new AbortController();
    const cancel = this.clock.after(PATIENCE_MS, () => {
      late.abort();
    });
    const why = await deliver(this.target, announcement, AbortSignal.any([late.signal, this.closing])).catch(
      (error: unknown) => (error instanceof Error ? error.name : 'it failed'),
    );
    cancel();
    if (why !== undefined) this.failed(announcement, why);
  }

  private failed({ event }: Announcement, why: string): void {
    if (this.noted) return;
    this.noted = true;
    this.note(
      `--on-event: ${this.target.name} was not told "${event}": ${why}. The run is not affected; further failures of it are not shown.`,
    );
  }
}
