/**
 * What `import { ... } from 'permafrost'` gives a user's own model: everything a model needs and nothing of the engine, since it is
 * bundled into the model's code and its hash.
 */
export { defineModel } from './model.ts';
export type * from './model.ts';
export type { Rng, Streams } from '../random/generator.ts';
