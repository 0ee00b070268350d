import type { Model } from '../model/model.ts';

/** A model ready to run, in this thread and in any worker. */
export interface LoadedModel {
  /** For a user's own model `version` is its own, `+`, and the first 16 hex digits of SHA-256 of `code`. */
  readonly model: Model;
  /** A user's own model, or a program in another language, as one ESM text: a worker imports `moduleUrl(code)`. Undefined for a built-in one. */
  readonly code: string | undefined;
}
