/**
 * Threads of this process that still load their modules. Ended at that moment, even by the end of the process, a thread aborts all of it (SIGABRT): whoever
 * ends it at once waits for them.
 */
const starting = new Set<Promise<unknown>>();

/** `up` resolves when the thread has its modules, or has failed to load them. */
export function threadStarts(up: Promise<unknown>): void {
  starting.add(up);
  void up.then(() => starting.delete(up));
}

/** Resolves as soon as no thread is starting. */
export async function threadsAreUp(): Promise<void> {
  while (starting.size > 0) await Promise.all(starting);
}
