import type * as Arrow from 'apache-arrow';
import { createRequire } from 'node:module';

let loaded: typeof Arrow | undefined;

/** The apache-arrow package, loaded (100 ms) only where an Arrow file is met: workers that write CSV never pay for it. */
export function apacheArrow(): typeof Arrow {
  loaded ??= createRequire(import.meta.url)('apache-arrow') as typeof Arrow;
  return loaded;
}
