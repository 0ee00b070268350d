import { builtInModels } from '../models/registry.ts';
import { isModule, readStudySource } from './source.ts';

/** The code that reading this study would run and that is none of this engine's: the study itself, or its model. Undefined where there is none. Runs nothing. */
export async function ownCodeOf(file: string): Promise<string | undefined> {
  if (isModule(file)) return file;
  const { raw } = await readStudySource(file);
  const model: unknown = (raw as { readonly model?: unknown } | null)?.model;
  if (typeof model !== 'string' || builtInModels.names.includes(model)) return undefined;
  return `model ${JSON.stringify(model)} of ${file}`;
}
