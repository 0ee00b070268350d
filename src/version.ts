import { readFileSync } from 'node:fs';

/** The engine's version as package.json states it: recorded in every run. */
export const ENGINE_VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;
