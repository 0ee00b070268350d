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
