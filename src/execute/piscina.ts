import { createRequire } from 'node:module';
import type * as Threads from 'piscina';

let loaded: typeof Threads | undefined;

/** The piscina package, loaded only where threads are opened. */
export function piscina(): typeof Threads {
  loaded ??= createRequire(import.meta.url)('piscina') as typeof Threads;
  return loaded;
}
