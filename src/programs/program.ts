import type { Json, Model } from '../model/model.ts';

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

/** The model that a module's default export is, or describes. */
export function modelOf(exported: Model | ProgramData): Model {
  if (!('program' in exported)) return exported;
  throw new Error(`there is no kind of program ${exported.program}`);
}
