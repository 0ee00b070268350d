/**
 * What a model and a program have of `permafrost` alike: everything that a model needs, and nothing of the engine, since it is bundled into the
 * model's code and its hash. The functions here are the same to the last bit on every machine, which `Math.exp` and its like are not.
 *
 * A model's identity is the hash of its bundled code: the code and the order of what stands here change it
 * (test/study/model-identity.test.ts).
 */
export { defineModel } from './model.ts';
export type * from './model.ts';
export type { Rng, Streams } from '../random/generator.ts';
export { exponential } from '../random/exponential.ts';
export { fillExponential } from '../random/fill-exponential.ts';
export { gamma } from '../random/gamma.ts';
export { lognormal } from '../random/lognormal.ts';
export { logAll } from '../random/log-all.ts';
export { expAll } from '../random/exp-all.ts';
export { exp, log, pow } from '../random/math.ts';
export { normal } from '../random/normal.ts';
export { EngineError, ERRORS, type ErrorCode } from '../errors.ts';
