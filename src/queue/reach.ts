import { isUnreachable } from './transport.ts';

export interface ReachOptions {
  readonly warn: (message: string) => void;
  /** What the run does without a broker, for the message. */
  readonly alone: string;
  /** Nobody is told of anything any more. */
  readonly closing: AbortSignal;
}

/** Whether the broker can be reached: said when that changes, once. */
export class Reach {
  private readonly options: ReachOptions;
  private is_away = false;

  constructor(options: ReachOptions) {
    this.options = options;
  }

  get away(): boolean {
    return this.is_away;
  }

  /** Throws what is no sign of that, but a bug. */
  gone(error: unknown): void {
    if (!isUnreachable(error)) throw error;
    const { closing, warn, alone } = this.options;
    if (this.is_away || closing.aborted) return;
    this.is_away = true;
    warn(`${error.message} ${alone}; nothing is lost.`);
  }

  here(): void {
    if (!this.is_away) return;
    this.is_away = false;
    this.options.warn('The queue is back.');
  }
}
