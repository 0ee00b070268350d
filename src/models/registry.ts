import type { Model } from './model.ts';

/**
 * The built-in models by name, loaded when asked for: a study pays only for the model it names. To add one: a folder
 * beside this file whose model.ts exports it by default, and a line here.
 */
const LOADERS: Readonly<Record<string, () => Promise<{ default: unknown }>>> = {
  trades: () => import('./trades/model.ts'),
};

export const BUILTIN_MODELS: readonly string[] = Object.keys(LOADERS);

/** The built-in model of that name, or undefined where there is none. */
export function builtinModel(name: string): Promise<Model> | undefined {
  if (!Object.hasOwn(LOADERS, name)) return undefined;
  // The engine never looks into a model's inputs and state: it only hands them back to the model.
  return LOADERS[name]!().then((module) => module.default as Model);
}
