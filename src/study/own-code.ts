import { builtInModels } from '../models/registry.ts';
import { COMMAND } from './load-command.ts';
import { isModule, readStudySource, type StudyReference } from './source.ts';

/** Code outside this engine that reading this study would run: the study itself, or its model. Undefined where there is none. Runs nothing. */
export async function ownCodeOf(study: StudyReference): Promise<string | undefined> {
  if (typeof study === 'string' && isModule(study)) return study;
  const { raw, file } = await readStudySource(study);
  const model: unknown = (raw as { readonly model?: unknown } | null)?.model;
  if (model === COMMAND) return `the program that ${file} names`;
  if (typeof model !== 'string' || builtInModels.names.includes(model)) return undefined;
  return `model ${JSON.stringify(model)} of ${file}`;
}
