/** Signals that end a run in order, with the exit code of each: 128 and its number, as shells report it. SIGBREAK exists on Windows only. */
const EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGBREAK: 149 } as const;
export type StopSignal = keyof typeof EXIT;
export const STOP_SIGNALS = Object.keys(EXIT) as readonly StopSignal[];

export function isStopSignal(reason: unknown): reason is StopSignal {
  return STOP_SIGNALS.some((signal) => signal === reason);
}

export function exitOf(signal: StopSignal): number {
  return EXIT[signal];
}

/** Why a run ends before its work is done. The first reason stays. */
export type StopReason =
  /** By the signal that the run was given; the command line says which (`StopSignal`). */
  | { readonly kind: 'aborted'; readonly reason: unknown }
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'failure' }
  | { readonly kind: 'error'; readonly error: unknown };

/** Asked between chunks: nothing new starts once a reason is set. */
export class StopSwitch {
  reason: StopReason | undefined;
  private readonly listeners: (() => void)[] = [];

  stop(reason: StopReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    for (const listener of this.listeners) listener();
  }

  /** Resolves when a reason is set. */
  stopped(): Promise<void> {
    if (this.reason !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.listeners.push(resolve));
  }
}
