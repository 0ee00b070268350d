import { hash } from 'node:crypto';

import type { ProgramData } from './program.ts';

/** What a declaration says to readers, at its top and in what it declares: it may change, and the rows are the same experiment. */
const WORDS = [
  'earlier_versions',
  'description',
  'unit',
  'label',
  'headline',
  'good',
  'goals',
  'views',
  'caveats',
  'ranking',
  'lead',
  'results_columns',
  'failures',
];

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
  const kept = withoutKeys(declaration);
  for (const group of ['parameters', 'metrics']) {
    const specs = (kept as Readonly<Record<string, Readonly<Record<string, object>> | undefined>>)[group] ?? {};
    const bare = Object.entries(specs).map(([name, spec]) => [name, withoutKeys(spec)] as const);
    Object.assign(kept, { [group]: Object.fromEntries(bare) });
  }
  return kept;
}

function withoutKeys(declared: object): object {
  return Object.fromEntries(Object.entries(declared).filter(([key]) => !WORDS.includes(key)));
}
