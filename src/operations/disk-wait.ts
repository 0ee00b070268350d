import { setTimeout as sleep } from 'node:timers/promises';

import { freeBytes, isDiskFull } from '../run/output/disk-space.ts';
import type { RunObserver } from '../run/output/observer.ts';
import { resolveOptions, type ResolvedOptions, type RunOptions, type StudyResult } from '../run/run-options.ts';
import { runStudies } from './run.ts';
import { StopSwitch } from '../run/stop.ts';

/** How often free space is looked at [ms]. */
const POLL_MS = 1_000;
/** So much more than at the stop is worth another try [bytes]. */
const WORTH_TRYING = 1 << 20;
/** A quota does not show in the free space: tried again after so long all the same [ms]. */
const TRY_MS = 60_000;

/**
 * `runStudies` that waits where a disk is full, up to `disk_wait_minutes` at a time, and resumes when there is space: what a person would do by freeing
 * space and giving the same command again. Without that option it does not wait.
 */
export async function runStudiesWaiting(
  files: readonly string[],
  given: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  const options = resolveOptions(given);
  const { disk_wait_minutes } = options;
  if (disk_wait_minutes === undefined) return runStudies(files, options, stop, observer);
  const started_ms = performance.now();
  const rounds: StudyResult[][] = [];
  let deadline_ms = Infinity;
  for (;;) {
    const round = await runRound(files, withTimeLeft(options, started_ms), stop, observer);
    const results = 'results' in round ? round.results : [];
    if (results.length > 0) rounds.push(results);
    const progressed = results.some(({ permutations_computed }) => permutations_computed > 0);
    const full = 'error' in round ? isDiskFull(round.error) : results.some(isFull);
    if (deadline_ms === Infinity || progressed) deadline_ms = performance.now() + disk_wait_minutes * 60_000;
    const output = results.find(isFull)?.output ?? options.output ?? '.';
    if (!full || stop.reason !== undefined || !(await spaceBefore(deadline_ms, output, stop, observer))) {
      if ('error' in round) throw round.error;
      return files.map((_, k) => together(rounds.map((each) => each[k]!)));
    }
  }
}

type Round = { readonly results: StudyResult[] } | { readonly error: unknown };

async function runRound(
  files: readonly string[],
  options: ResolvedOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<Round> {
  const inner = new StopSwitch();
  void stop.stopped().then(() => {
    inner.stop(stop.reason!);
  });
  try {
    return { results: await runStudies(files, options, inner, observer) };
  } catch (error) {
    return { error };
  }
}

function isFull({ stopped }: StudyResult): boolean {
  return stopped?.kind === 'error' && isDiskFull(stopped.error);
}

function withTimeLeft(options: ResolvedOptions, started_ms: number): ResolvedOptions {
  if (options.max_seconds === undefined) return options;
  return { ...options, max_seconds: Math.max(0.001, options.max_seconds - (performance.now() - started_ms) / 1000) };
}

/** Waits for space. False where there was none in time, or the run was stopped. */
async function spaceBefore(
  deadline_ms: number,
  output: string,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<boolean> {
  const minutes = (deadline_ms - performance.now()) / 60_000;
  if (minutes <= 0) return false;
  observer.warning(
    `the disk is full: waiting up to ${minutes.toPrecision(2)} minutes for space at ${output}; free some and the run resumes by itself`,
  );
  const before = freeBytes(output) ?? 0;
  const try_ms = performance.now() + TRY_MS;
  while (performance.now() < deadline_ms) {
    await Promise.race([sleep(Math.max(1, Math.min(POLL_MS, deadline_ms - performance.now()))), stop.stopped()]);
    if (stop.reason !== undefined) return false;
    if ((freeBytes(output) ?? 0) >= before + WORTH_TRYING || performance.now() >= try_ms) return true;
  }
  return false;
}

/** All rounds of a study as one run. */
function together(rounds: readonly StudyResult[]): StudyResult {
  const last = rounds.at(-1)!;
  const permutations_computed = rounds.reduce((sum, round) => sum + round.permutations_computed, 0);
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0);
  return {
    ...last,
    permutations_computed,
    // What was there or was found again: rows that were written when the disk was full may not have counted yet.
    permutations_reused: last.permutations_computed + last.permutations_reused - permutations_computed,
    seconds,
    permutations_per_second: permutations_computed / seconds,
  };
}
