/**
 * What `import { ... } from 'permafrost'` gives a user's own model: everything a model needs and nothing of the engine, since it is
 * bundled into the model's code and its hash. The functions here are the same to the last bit on every machine, which `Math.exp` and
 * its like are not.
 */
export { defineModel } from './model.ts';
export type * from './model.ts';
export type { Rng, Streams } from '../random/generator.ts';
export { exponential } from '../random/exponential.ts';
export { gamma } from '../random/gamma.ts';
export { lognormal } from '../random/lognormal.ts';
export { exp, log, pow } from '../random/math.ts';
export { normal } from '../random/normal.ts';
