import { readdirSync, readFileSync } from 'node:fs';

import { typeOf, type Content } from './answers.ts';
import { STYLE } from './style.ts';

/** The scripts of the page as they were built beside this file, and its style. There are no others. */
export function assets(): ReadonlyMap<string, Content> {
  const folder = new URL('./client/', import.meta.url);
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const found = new Map<string, Content>(
    scripts.map((name) => [name, { type: typeOf(name), bytes: readFileSync(new URL(name, folder)) }]),
  );
  return found.set('style.css', { type: typeOf('style.css'), bytes: STYLE });
}
