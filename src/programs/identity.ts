import { hash } from 'node:crypto';

import { WORDS } from '../model/words.ts';
import type { ProgramData } from './program.ts';

/** The texts of a module's codes are words, too. */
const AT_THE_TOP = [...WORDS.model, 'failures'];

/**
 * The version of a program's model: its own, `+`, and the first 16 hex digits of SHA-256 over what makes the rows: the program, and its declaration without
 * words for readers.
 */
export function programVersion(
  program: Pick<ProgramData, 'declaration'> & { readonly timeout_ms?: undefined },
  version: string,
): string {
  const rows = JSON.stringify({ ...program, declaration: withoutWords(program.declaration) });
  return `${version}+${hash('sha256', rows).slice(0, 16)}`;
}

/** Of the whole, and of each parameter and metric. (A parameter may be called `unit`: its name is no key of a declaration.) */
function withoutWords(declaration: object): object {
  const kept = withoutKeys(declaration, AT_THE_TOP);
  for (const group of ['parameters', 'metrics'] as const) {
    const specs = (kept as Readonly<Record<string, Readonly<Record<string, object>> | undefined>>)[group] ?? {};
    const bare = Object.entries(specs).map(([name, spec]) => [name, withoutKeys(spec, WORDS[group])] as const);
    Object.assign(kept, { [group]: Object.fromEntries(bare) });
  }
  return kept;
}

function withoutKeys(declared: object, words: readonly string[]): object {
  return Object.fromEntries(Object.entries(declared).filter(([key]) => !words.includes(key)));
}
