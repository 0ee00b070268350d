/** Why a run ends before its work is done. The first reason stays. */
export type StopReason =
  /** By the signal that the run was given; the command line says SIGINT or SIGTERM. */
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
