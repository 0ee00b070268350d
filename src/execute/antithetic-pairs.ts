import { canonicalise } from '#native-free/columns/columns';

import type { Streams } from '../random/generator.ts';
import type { Kernel } from '../model/model.ts';
import { createStreams } from '../random/streams.ts';
import { failedAt, afterwards, type AtOnceOrLater, type FailedPermutation } from './failed-permutation.ts';
import { UndefinedMetric } from './model-failure.ts';

/** Has a model fill the columns of a chunk with one half of its pairs, and returns the permutations that failed. */
type FillHalf = (streams: Streams) => AtOnceOrLater<FailedPermutation[]>;

/** A metric that is stored, and whether it may be undefined. */
interface StoredMetric {
  readonly name: string;
  readonly missing: boolean;
}

/**
 * Fills the columns of a chunk of antithetic pairs: the model computes every permutation with its draws, then with the mirrored ones, and a
 * row is the mean of both. So rows are independent of one another, and the error of a mean of rows is that of independent values. A permutation fails where one
 * of its halves does; a value is missing where it is missing in one of them.
 * Source: Hammersley, Morton 1956, doi:10.1017/S0305004100031455; pairs as one unit: Law 2015, Simulation Modeling and Analysis, 11.3.
 */
export function fillPairs(
  fillHalf: FillHalf,
  streams: Streams,
  stored: readonly Float64Array[],
  metrics: readonly StoredMetric[],
  kernel: Kernel,
): AtOnceOrLater<FailedPermutation[]> {
  const mirrorAfter = (failed: FailedPermutation[]): AtOnceOrLater<FailedPermutation[]> => {
    const plain = stored.map((column) => column.slice());
    for (const column of stored) column.fill(NaN);
    const averageAfter = (mirrored: FailedPermutation[]): FailedPermutation[] => {
      const failures = eachOnce([...failed, ...mirrored]);
      const undefinedMeans = average(plain, stored, metrics, streams, failures);
      return eachOnce([...failures, ...undefinedMeans]);
    };
    const { source, first, count } = streams;
    return afterwards(fillHalf(createStreams(source, first, count, kernel, 'mirrored')), averageAfter);
  };
  return afterwards(fillHalf(streams), mirrorAfter);
}

/** Means of both halves, in the columns that hold the mirrored one. Infinity and -Infinity have none: the pair fails, unless the metric may be missing. */
function average(
  plain: readonly Float64Array[],
  stored: readonly Float64Array[],
  metrics: readonly StoredMetric[],
  streams: Streams,
  failures: readonly FailedPermutation[],
): FailedPermutation[] {
  const failed = new Set(failures.map(({ failure }) => failure.perm_index));
  const found: FailedPermutation[] = [];
  stored.forEach((column, m) => {
    const first = plain[m]!;
    // Halved before they are added: the sum of two large values would be infinite.
    for (let i = 0; i < streams.count; i += 1) column[i] = 0.5 * first[i]! + 0.5 * column[i]!;
    canonicalise(column);
    const { name, missing } = metrics[m]!;
    for (let i = 0; i < (missing ? 0 : streams.count); i += 1) {
      if (Number.isNaN(column[i]!) && !failed.has(streams.first + i))
        found.push(failedAt(streams, i, new UndefinedMetric(name)));
    }
  });
  return found;
}

/** In the order of the permutations; of one that failed twice, how it failed first. */
function eachOnce(failures: readonly FailedPermutation[]): FailedPermutation[] {
  const first = new Map<number, FailedPermutation>();
  for (const each of failures) {
    const { perm_index } = each.failure;
    if (!first.has(perm_index)) first.set(perm_index, each);
  }
  return [...first.values()].sort((a, b) => a.failure.perm_index - b.failure.perm_index);
}

/** Both halves of an antithetic pair, each drawn from its beginning when its turn comes. */
export function* stepsOfPair(stepsOf: (half: 'plain' | 'mirrored') => Iterable<string>): Iterable<string> {
  for (const half of ['plain', 'mirrored'] as const) {
    yield `${half === 'plain' ? 'with its draws' : 'with the mirrored draws'}, half of the pair:`;
    yield* stepsOf(half);
  }
}
