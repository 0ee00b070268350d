const EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** What ends a command early, as its exit code has it: `controller.abort(signal)`. */
export type StopSignal = keyof typeof EXIT;

export function exitOf(signal: StopSignal): number {
  return EXIT[signal];
}

/** Ctrl-C (or SIGTERM) once aborts; twice ends the process at once. Returns what takes it back. */
export function abortOnSignals(controller: AbortController, onAbort: () => void): () => void {
  const handlers = (Object.keys(EXIT) as StopSignal[]).map((signal) => {
    const handler = (): void => {
      if (controller.signal.aborted) process.exit(exitOf(signal));
      onAbort();
      controller.abort(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}
