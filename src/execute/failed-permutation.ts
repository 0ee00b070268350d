import type { Streams } from '../random/generator.ts';
import type { Failure } from '../store/failures.ts';
import { failureOf } from './model-failure.ts';

/** A permutation that left no row, and what it threw. */
export interface FailedPermutation {
  readonly failure: Failure;
  readonly error: unknown;
}

/** At once where the model is synchronous: a promise for each permutation would cost as much as a small model. */
export type AtOnceOrLater<T> = T | Promise<T>;

/** How the i-th permutation of a chunk failed. */
export function failedAt({ source, first }: Streams, i: number, error: unknown): FailedPermutation {
  return { failure: failureOf(source, first + i, error), error };
}
