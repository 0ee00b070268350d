/** What the work gives, or the signal's reason as soon as that is aborted (`onAbort` is called then): a later result of the work is ignored. */
export function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  onAbort: () => void = () => undefined,
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      reject(reasonOf(signal));
      onAbort();
    };
    const settled = (): void => {
      signal.removeEventListener('abort', aborted);
    };
    void work.then(resolve, reject).finally(settled);
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
  });
}

/** Whoever aborts may give any reason; an Error is thrown. */
export function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(`aborted: ${String(reason)}`);
}
