import { hash } from 'node:crypto';

import type { Json, Model } from '../model/model.ts';
import type { CommandProgram } from './command/command-program.ts';
import { modelOfCommand } from './command/command-model.ts';

/**
 * A model that is a program in another language, as plain data: what the text of its code exports as default, so that it goes to threads, queues and manifests as
 * a user's bundled model does.
 */
export interface ProgramData {
  /** What kind of program. */
  readonly program: string;
  /** Parameters, metrics and what else a declaration has. */
  readonly declaration: Json;
}

/** The model that a module's default export is, or describes. `folders`: where the files of a program are looked for. */
export function modelOf(exported: Model | ProgramData, folders: readonly string[]): Model {
  if (!('program' in exported)) return exported;
  if (exported.program === 'command') return modelOfCommand(exported as CommandProgram, folders);
  throw new Error(`there is no kind of program ${exported.program}`);
}

const CODE = 'export default {"program":';

/** The text of a program's code, as a user's bundled model has one: an ES module that holds nothing but the description. */
export function codeOfProgram(data: ProgramData): string {
  const { program, ...more } = data;
  return `${CODE}${JSON.stringify(program)},${JSON.stringify(more).slice(1)};\n`;
}

/** Whether a text is such a code: it runs files of the machine that computes. */
export function isCodeOfProgram(code: string): boolean {
  return code.startsWith(CODE);
}

/** What people read: no row depends on it. */
const WORDS = [
  'description',
  'earlier_versions',
  'ranking',
  'lead',
  'views',
  'results_columns',
  'caveats',
  'unit',
  'label',
  'good',
  'goals',
  'headline',
];

/** 16 hex digits of SHA-256 over what rows depend on: not over words for people, nor how long an answer may take. */
export function identityOfProgram(data: ProgramData): string {
  const { declaration, ...more } = data;
  const of = declaration as { readonly [key: string]: Json };
  const kept = {
    ...withoutWords(of),
    parameters: eachWithoutWords(of['parameters']),
    metrics: eachWithoutWords(of['metrics']),
  };
  // A row may be a list: then the order of the metrics says what is what. No other order matters.
  const metrics = Object.keys((of['metrics'] ?? {}) as object);
  return hash('sha256', JSON.stringify(sorted({ ...more, timeout_ms: undefined, declaration: kept, metrics }))).slice(
    0,
    16,
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function eachWithoutWords(specs: Json | undefined): Json {
  const entries = Object.entries((specs ?? {}) as { readonly [key: string]: { readonly [key: string]: Json } });
  return Object.fromEntries(entries.map(([name, spec]) => [name, withoutWords(spec)]));
}

function withoutWords(map: { readonly [key: string]: Json }): { readonly [key: string]: Json } {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !WORDS.includes(key)));
}
