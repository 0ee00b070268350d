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

/** What comes after it, as soon as it is there. */
export function afterwards<A, B>(value: AtOnceOrLater<A>, next: (value: A) => AtOnceOrLater<B>): AtOnceOrLater<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** How the i-th permutation of a chunk failed. */
export function failedAt({ source, first }: Streams, i: number, error: unknown): FailedPermutation {
  return { failure: failureOf(source, first + i, error), error };
}
