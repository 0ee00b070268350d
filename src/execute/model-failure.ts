import { EngineError } from '../errors.ts';
import { describeError, errorOf, thrownText, type ErrorRecord } from '../model/error-record.ts';
import type { StreamSource } from '../random/generator.ts';
import { describeSeed } from '../random/streams.ts';
import type { Failure } from '../store/failures.ts';

/** What is recorded of a permutation that threw. */
export function failureOf(source: StreamSource, perm_index: number, error: unknown): Failure {
  const { name, message } = thrownText(error);
  return { perm_index, seed: describeSeed(source, perm_index), error_class: name, message };
}

/** The error of a cell whose `prepare` threw, where the run cannot continue without it. An EngineError that the model throws on purpose stays as it is. */
export function prepareError(record: ErrorRecord, cell_id: string): EngineError {
  const error = errorOf(record);
  if (error instanceof EngineError) return error;
  return new EngineError('SIMULATION', `Cell ${cell_id}: prepare() throws ${describeError(error)}`, { cause: error });
}

/** A metric that may not be missing was NaN. */
export class UndefinedMetric extends Error {
  override readonly name = 'UndefinedMetric';
  constructor(metric: string) {
    super(`metric ${metric} is NaN; a metric that may be undefined must declare missing: true`);
  }
}

/** A metric that may not be infinite was. */
export class InfiniteMetric extends Error {
  override readonly name = 'InfiniteMetric';
  constructor(metric: string, value: number) {
    super(`metric ${metric} is ${value}; a metric that may be infinite must declare infinite: true`);
  }
}
