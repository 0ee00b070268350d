import { availableParallelism } from 'node:os';

import { wholeOption } from '../wording/expected.ts';

/** How many threads an operation opens: as many as were asked for, else one per core. Throws USAGE. */
export function threadCount(threads: number | undefined): number {
  return threads === undefined ? availableParallelism() : wholeOption('threads', threads, 1);
}
