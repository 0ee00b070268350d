import type { Rng } from '../../random/generator.ts';
import { correctedStatistics, type CorrectedStatistics } from './corrected-statistics.ts';
import { referenceStatistics, type ReferenceStatistics } from './reference-statistics.ts';
import type { Replicate } from './replicate.ts';
import { runReplicate, type Outcome } from './run-replicate.ts';
import { scores, type Scores } from './score.ts';
import type { WaitHistogram } from './wait-histogram.ts';

/** The metrics row of a replicate. */
export type SubmitQueueRow = CorrectedStatistics & Scores & ReferenceStatistics;

export function rowOf(outcome: Outcome, { settings }: Replicate): SubmitQueueRow {
  const corrected = correctedStatistics(outcome, settings);
  return { ...corrected, ...scores(corrected, outcome, settings), ...referenceStatistics(outcome, settings) };
}

/** One replicate with what a row of numbers cannot hold; printed as it is by `--json`. */
export interface SingleRun {
  readonly mode: 'random' | 'csv';
  readonly ticks: number;
  readonly row: SubmitQueueRow;
  /** Pending changes before the batches of a tick, 50 points over the run. */
  readonly queue_depth: readonly number[];
  /** Waits of the landings after the warm-up, 8 equal bins from the shortest to the longest: lower and upper end [ticks], count. */
  readonly waits: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  /** The tests that do not gate at the end, with their estimated failure rates. Generated tests are called test_0, test_1, ... */
  readonly demoted: readonly { readonly test: string; readonly failure_rate: number }[];
  readonly tests: number;
}

const DEPTH_POINTS = 50;
const WAIT_BINS = 8;

export function singleRun(replicate: Replicate, rng: Rng): SingleRun {
  const depth: number[] = [];
  const outcome = runReplicate(replicate, rng, (queue) => depth.push(queue.waiting));
  const { suite } = outcome.queue;
  const demoted = Array.from(suite.active.keys())
    .filter((test) => suite.active[test] === 0)
    .map((test) => ({ test: replicate.targets?.[test] ?? `test_${test}`, failure_rate: suite.rate[test]! }))
    .sort((a, b) => b.failure_rate - a.failure_rate);
  return {
    mode: replicate.settings.mode,
    ticks: replicate.ticks,
    row: rowOf(outcome, replicate),
    queue_depth: Array.from(
      { length: DEPTH_POINTS },
      (_, i) => depth[Math.floor((i * depth.length) / DEPTH_POINTS)] ?? 0,
    ),
    waits: waitBins(outcome.corrected.waits),
    demoted,
    tests: suite.count,
  };
}

function waitBins(waits: WaitHistogram): SingleRun['waits'] {
  const shortest = waits.findIndex((count) => count > 0);
  if (shortest < 0) return [];
  const longest = waits.findLastIndex((count) => count > 0);
  const width = (longest - shortest) / WAIT_BINS;
  const bins = Array.from({ length: WAIT_BINS }, (_, i) => ({
    from: shortest + i * width,
    to: shortest + (i + 1) * width,
    count: 0,
  }));
  for (let wait = shortest; wait <= longest; wait++) {
    // All waits equal: one bin holds them all.
    const bin = width === 0 ? 0 : Math.min(WAIT_BINS - 1, Math.floor((wait - shortest) / width));
    bins[bin]!.count += waits[wait]!;
  }
  return bins;
}
