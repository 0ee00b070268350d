import type { Model } from '../model/model.ts';

/**
 * The built-in models by name, loaded when asked for: a study pays only for the model it names. To add one: a folder
 * beside this file whose model.ts exports it by default, and a line here.
 */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
  'submit-queue': () => import('./submit-queue/model.ts'),
  trades: () => import('./trades/model.ts'),
  'llm-scheduler': () => import('./llm-scheduler/model.ts'),
  federated: () => import('./federated/model.ts'),
};

export const builtInModels = {
  /** `command` is what the study makes of it (study/load-command.ts). */
  names: [...Object.keys(LOADERS), 'command'],
  /** Undefined where there is none of that name. */
  load(name: string): Promise<Model> | undefined {
    if (!Object.hasOwn(LOADERS, name)) return undefined;
    // The engine never looks into a model's inputs and state: it only hands them back to the model.
    return LOADERS[name]!().then((module) => module.default as Model);
  },
};

/** All built-in models, for the JSON Schema. */
export function models(): Promise<readonly Model[]> {
  return Promise.all(Object.keys(LOADERS).map((name) => builtInModels.load(name)!));
}
