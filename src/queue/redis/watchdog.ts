/** How often it looks [ms]. */
const LOOK_MS = 1_000;
/** So many looks in a row at which chunks waited, there was room for one, and none was taken: then nothing is being taken any more. */
const PATIENCE = 5;

/** Whatever takes chunks. */
export interface Taking {
  /** Takes no more, and resolves when what is in hand is done. */
  stop(): Promise<void>;
}

export interface WatchdogOptions {
  /** Begins to take chunks, anew each time. */
  readonly start: () => Taking;
  /** Whether the broker has chunks that nobody has begun. Rejects where it is away. */
  readonly chunksWait: () => Promise<boolean>;
  /** Whether one more could be in hand. */
  readonly hasRoom: () => boolean;
  readonly every?: (ms: number, work: () => void) => () => void;
}

/**
 * Takes chunks, and begins anew where that has come to a stop without a word: after some losses of their connection clients sit there, connected, and take
 * nothing any more. What they have in hand is ended.
 */
export class Watchdog {
  private readonly options: WatchdogOptions;
  private taking: Taking;
  private readonly replaced = new Set<Promise<void>>();
  private in_vain = 0;
  private readonly end: () => void;

  constructor(options: WatchdogOptions) {
    this.options = options;
    this.taking = options.start();
    const { every = everyInterval } = options;
    this.end = every(LOOK_MS, () => void this.look());
  }

  /** A chunk was taken. */
  taken(): void {
    this.in_vain = 0;
  }

  async stop(): Promise<void> {
    this.end();
    await Promise.all([this.taking.stop(), ...this.replaced]);
  }

  private async look(): Promise<void> {
    if (!this.options.hasRoom()) {
      this.in_vain = 0;
      return;
    }
    try {
      this.in_vain = (await this.options.chunksWait()) ? this.in_vain + 1 : 0;
    } catch {
      this.in_vain = 0; // the broker is away: that is no fault of the client
    }
    if (this.in_vain < PATIENCE) return;
    this.in_vain = 0;
    const stopped = this.taking.stop().finally(() => this.replaced.delete(stopped));
    this.replaced.add(stopped);
    this.taking = this.options.start();
  }
}

function everyInterval(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => {
    clearInterval(timer);
  };
}
