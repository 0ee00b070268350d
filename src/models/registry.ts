import type { Model } from './model.ts';

/** The built-in models: one line each, loaded when a study names them. */
const LOADERS: Readonly<Record<string, () => Promise<Model>>> = {
  trades: async () => (await import('./trades/model.ts')).default as Model,
};

export const builtInModels = {
  names: Object.keys(LOADERS),
  /** Undefined where there is none of that name. */
  load(name: string): Promise<Model> | undefined {
    return Object.hasOwn(LOADERS, name) ? LOADERS[name]!() : undefined;
  },
};

/** All built-in models, for the JSON Schema and the documentation. */
export function models(): Promise<Model[]> {
  return Promise.all(Object.values(LOADERS).map((load) => load()));
}
