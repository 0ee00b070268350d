import assert from 'node:assert/strict';

import { canonicalise } from '#native-free/columns/columns';

import type { MetricsSchema } from '../encoding/metrics-schema.ts';
import { errorOf } from '../model/error-record.ts';
import type { Kernel, Model, Row } from '../model/model.ts';
import { UnusableProgram } from '../programs/command/unusable.ts';
import type { Streams } from '../random/generator.ts';
import { createStreams } from '../random/streams.ts';
import { fillPairs } from './antithetic-pairs.ts';
import { failedAt, afterwards, type AtOnceOrLater, type FailedPermutation } from './failed-permutation.ts';
import { PERMUTATIONS, type ChunkCare, type Fatal } from './messages.ts';
import { InfiniteMetric, UndefinedMetric } from './model-failure.ts';
import { isPromise, NotANumber, ReturnedObject, UnsetMetric } from './value-errors.ts';

/** The columns of a chunk. */
export interface ChunkColumns {
  /** One per metric of the model: what the model fills. */
  readonly all: readonly Float64Array[];
  /** Those that are stored, in the order of the rows. */
  readonly stored: readonly Float64Array[];
}

/** Has a model fill the columns of a chunk. */
export class ColumnFiller {
  private readonly model: Model;
  private readonly kernel: Kernel;
  private readonly metrics: readonly string[];
  /** One row object for all permutations; sealed, so that a metric nobody declared is an error at once. */
  private readonly row: Row;
  /** Where somebody watches whether it goes on. */
  private progress: Int32Array | undefined;

  constructor(model: Model, kernel: Kernel) {
    this.model = model;
    this.kernel = kernel;
    this.metrics = Object.keys(model.metrics);
    this.row = Object.seal(Object.fromEntries(this.metrics.map((name) => [name, NaN])));
  }

  /** Fills the columns and returns the permutations that failed, in order. Values end canonical: no -0, one NaN. */
  fill(
    state: unknown,
    streams: Streams,
    columns: ChunkColumns,
    { metrics }: MetricsSchema,
    { progress, fatal = [] }: ChunkCare = {},
  ): AtOnceOrLater<FailedPermutation[]> {
    this.progress = progress;
    if (streams.half === undefined) return this.fillOnce(state, streams, columns, metrics, fatal);
    const stored = metrics.map((name) => ({ name, missing: this.model.metrics[name]!.missing ?? false }));
    return fillPairs(
      (half) => this.fillOnce(state, half, columns, metrics, fatal),
      streams,
      columns.stored,
      stored,
      this.kernel,
    );
  }

  private fillOnce(
    state: unknown,
    streams: Streams,
    columns: ChunkColumns,
    metrics: readonly string[],
    fatal: readonly Fatal[],
  ): AtOnceOrLater<FailedPermutation[]> {
    const thrown =
      fatal.length === 0
        ? this.simulateAll(state, streams, columns.all, metrics)
        : this.simulateOneByOne(state, streams, columns.all, metrics, fatal);
    const checked = (failures: FailedPermutation[]): FailedPermutation[] =>
      this.withWrongValues(failures, state, streams, columns.stored, metrics);
    return afterwards(thrown, checked);
  }

  private withWrongValues(
    failures: FailedPermutation[],
    state: unknown,
    streams: Streams,
    stored: readonly Float64Array[],
    metrics: readonly string[],
  ): FailedPermutation[] {
    const failed = new Set(failures.map(({ failure }) => failure.perm_index));
    stored.forEach((column, m) => {
      const metric = metrics[m]!;
      const { missing = false, infinite = false } = this.model.metrics[metric]!;
      if (canonicalise(column) === 0 || (missing && infinite)) return;
      for (let i = 0; i < streams.count; i += 1) {
        const value = column[i]!;
        if (Number.isFinite(value) || (Number.isNaN(value) ? missing : infinite) || failed.has(streams.first + i))
          continue;
        failed.add(streams.first + i);
        const error = Number.isNaN(value)
          ? this.notThere(metric, state, streams, i)
          : new InfiniteMetric(metric, value);
        failures.push(failedAt(streams, i, error));
      }
    });
    return failures.sort((a, b) => a.failure.perm_index - b.failure.perm_index);
  }

  /** A value that is NaN, or was never set: a row begins with NaN, so the permutation is computed once more to tell. */
  private notThere(metric: string, state: unknown, { source, first, half }: Streams, i: number): Error {
    const { model, row } = this;
    if (model.simulate === undefined || model.simulateChunk !== undefined) return new UndefinedMetric(metric);
    Object.assign(row, { [metric]: undefined });
    let returned: unknown;
    try {
      returned = model.simulate(state, createStreams(source, first + i, 1, this.kernel, half).rng(0), row);
    } catch {
      // It did not throw before: another reason than this one, which the check of purity finds.
      return new UndefinedMetric(metric);
    }
    if (isPromise(returned)) {
      // What it sets later is not waited for here.
      returned.then(undefined, () => undefined);
      return new UndefinedMetric(metric);
    }
    return (row[metric] as unknown) === undefined ? new UnsetMetric(metric) : new UndefinedMetric(metric);
  }

  private simulateAll(
    state: unknown,
    streams: Streams,
    columns: readonly Float64Array[],
    stored: readonly string[],
  ): AtOnceOrLater<FailedPermutation[]> {
    if (this.model.simulateChunk === undefined) return this.simulateRows(state, streams, columns, stored);
    this.begins();
    // One permutation of a chunk failed: the chunk again, one at a time, tells which.
    const afterError = (error: unknown): AtOnceOrLater<FailedPermutation[]> => {
      if (error instanceof UnusableProgram) throw error;
      if (streams.count === 1) return [failedAt(streams, 0, error)];
      return this.simulateOneByOne(state, streams, columns, stored);
    };
    try {
      const returned: unknown = this.model.simulateChunk(state, streams, columns, this.kernel);
      return isPromise(returned) ? Promise.resolve(returned).then(() => [], afterError) : [];
    } catch (error) {
      return afterError(error);
    }
  }

  private async simulateOneByOne(
    state: unknown,
    streams: Streams,
    columns: readonly Float64Array[],
    stored: readonly string[],
    fatal: readonly Fatal[] = [],
  ): Promise<FailedPermutation[]> {
    const failures: FailedPermutation[] = [];
    const untried = new Map(fatal.map(({ perm_index, error }) => [perm_index, error]));
    for (let i = 0; i < streams.count; i += 1) {
      const known = untried.get(streams.first + i);
      if (known !== undefined) {
        failures.push(failedAt(streams, i, errorOf(known)));
        continue;
      }
      const single = columns.map((column) => column.subarray(i, i + 1).fill(NaN));
      const alone = createStreams(streams.source, streams.first + i, 1, this.kernel, streams.half);
      failures.push(...(await this.simulateAll(state, alone, single, stored)));
    }
    return failures;
  }

  private begins(): void {
    if (this.progress !== undefined) Atomics.add(this.progress, PERMUTATIONS, 1);
  }

  /** One permutation after the other, from the i-th on. */
  private simulateRows(
    state: unknown,
    streams: Streams,
    columns: readonly Float64Array[],
    stored: readonly string[],
  ): AtOnceOrLater<FailedPermutation[]> {
    const { model, row, metrics } = this;
    const is_stored = metrics.map((name) => stored.includes(name));
    assert(model.simulate !== undefined, `model ${model.name} has neither simulate nor simulateChunk`);
    const failures: FailedPermutation[] = [];
    const keepRow = (i: number, returned: unknown): void => {
      if (typeof returned === 'object' && returned !== null && returned !== row) throw new ReturnedObject(metrics);
      for (let m = 0; m < metrics.length; m += 1) {
        const value: unknown = row[metrics[m]!];
        // A typed array would make 0 of null, '' and [].
        if (typeof value === 'number') columns[m]![i] = value;
        else if (is_stored[m]!) throw new NotANumber(metrics[m]!, value);
      }
    };
    const begin = (i: number): unknown => {
      this.begins();
      for (const name of metrics) row[name] = NaN;
      return model.simulate!(state, streams.rng(i), row);
    };
    const later = async (first: number, begun: PromiseLike<unknown>): Promise<FailedPermutation[]> => {
      for (let i = first; i < streams.count; i += 1) {
        try {
          keepRow(i, await (i === first ? begun : begin(i)));
        } catch (error) {
          failures.push(failedAt(streams, i, error));
        }
      }
      return failures;
    };
    for (let i = 0; i < streams.count; i += 1) {
      try {
        const returned = begin(i);
        if (isPromise(returned)) return later(i, returned);
        keepRow(i, returned);
      } catch (error) {
        failures.push(failedAt(streams, i, error));
      }
    }
    return failures;
  }
}
