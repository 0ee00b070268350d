#!/usr/bin/env node
import * as module from 'node:module';

import { ENGINE_VERSION } from './version.ts';

/**
 * The beginning of the process, as small as it can be: what is imported here is loaded whatever is asked. Where Node can keep compiled code (from 22.8 on; in a
 * folder of its own below that for temporary files, NODE_DISABLE_COMPILE_CACHE=1 forbids it) all that comes later is compiled once, not at every start.
 */
const [, , first, ...others] = process.argv;
if (others.length === 0 && (first === '--version' || first === '-V')) process.stdout.write(`${ENGINE_VERSION}\n`);
else {
  (module as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
  await import('./commands/main.ts');
}
