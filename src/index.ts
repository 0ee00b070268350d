export { defineModel } from './models/model.ts';
export { EngineError } from './errors.ts';
