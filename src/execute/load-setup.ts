import { builtInModels } from '../models/registry.ts';
import type { Model } from '../model/model.ts';
import { EngineError } from '../errors.ts';
import { moduleUrl } from '../study/module-url.ts';
import type { ModelReference } from './messages.ts';

/** The model behind a reference. A user's own model comes as one bundled module and is imported from memory: nothing is written. */
export async function loadReferencedModel(reference: ModelReference): Promise<Model> {
  if ('builtin' in reference) {
    const model = await builtInModels.load(reference.builtin);
    if (model === undefined) throw new EngineError('MODEL', `There is no built-in model "${reference.builtin}".`);
    return model;
  }
  const module = (await import(moduleUrl(reference.code))) as { readonly default: Model };
  return module.default;
}
