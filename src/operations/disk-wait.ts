import { isDiskFull } from '../run/output/disk-space.ts';
import type { Tell } from '../run/output/events.ts';
import type { ProgressNumbers } from '../run/output/progress.ts';
import { resolveOptions, type ResolvedOptions, type RunOptions, type StudyResult } from '../run/run-options.ts';
import { asOneRun } from './rounds.ts';
import { runStudies, type Watch } from './run-studies.ts';
import { StopSwitch } from '../run/stop.ts';
import { KeptLocks } from '../store/locks.ts';
import { readOnce, type StudyReference } from '../study/source.ts';
import type { Host } from '../readers/host.ts';

/** How often free space is looked at [ms]. */
const POLL_MS = 1_000;
/** So much more than at the stop is worth another try [bytes]. */
const WORTH_TRYING = 1 << 20;
/** A quota does not show in the free space: tried again after so long all the same [ms]. */
const TRY_MS = 60_000;

/**
 * `runStudies` that waits where a disk is full, up to `disk_wait_minutes` at a time, and resumes when there is space: what a person would do by freeing
 * space and giving the same command again. Without that option it does not wait. The outputs stay locked all the while.
 */
export async function runStudiesWaiting(
  references: readonly StudyReference[],
  given: RunOptions,
  watch: Watch,
  host: Host,
): Promise<StudyResult[]> {
  const locks = new KeptLocks(host.locks);
  const as_read: StudyReference[] = [];
  for (const reference of references) as_read.push(await readOnce(reference));
  try {
    return await runRounds(as_read, given, watch, { ...host, locks });
  } finally {
    locks.releaseAll();
  }
}

async function runRounds(
  references: readonly StudyReference[],
  given: RunOptions,
  watch: Watch,
  host: Host,
): Promise<StudyResult[]> {
  const options = resolveOptions(given);
  const { disk_wait_minutes } = options;
  if (disk_wait_minutes === undefined) return runStudies(references, options, watch, host);
  const { stop, tell } = watch;
  const { clock } = host;
  const started_ms = clock.now();
  const rounds: StudyResult[][] = [];
  let deadline_ms = Infinity;
  for (;;) {
    const round = await runRound(host, references, withTimeLeft(options, clock.now() - started_ms), watch);
    const results = 'results' in round ? round.results : [];
    if (results.length > 0) rounds.push(results);
    const progressed = results.some(({ permutations_computed }) => permutations_computed > 0);
    const full = 'error' in round ? isDiskFull(round.error) : results.some(isFull);
    if (deadline_ms === Infinity || progressed) deadline_ms = clock.now() + disk_wait_minutes * 60_000;
    const stuck = results.find(isFull);
    const output = stuck?.output ?? options.output ?? '.';
    if (!full || stop.reason !== undefined || !(await spaceBefore(host, deadline_ms, output, stop, tell, stuck))) {
      if ('error' in round) throw round.error;
      // Rows that were written when the disk was full may not have counted yet: they are found again, and reused.
      return references.map((_, k) => asOneRun(rounds.map((each) => each[k]!)));
    }
  }
}

type Round = { readonly results: StudyResult[] } | { readonly error: unknown };

async function runRound(
  host: Host,
  references: readonly StudyReference[],
  options: ResolvedOptions,
  watch: Watch,
): Promise<Round> {
  const { stop } = watch;
  const inner = new StopSwitch();
  void stop.stopped().then(() => {
    inner.stop(stop.reason!);
  });
  try {
    return { results: await runStudies(references, options, { ...watch, stop: inner }, host) };
  } catch (error) {
    return { error };
  }
}

function isFull({ stopped }: StudyResult): boolean {
  return stopped?.kind === 'error' && isDiskFull(stopped.error);
}

function withTimeLeft(options: ResolvedOptions, spent_ms: number): ResolvedOptions {
  if (options.max_seconds === undefined) return options;
  return { ...options, max_seconds: Math.max(0.001, options.max_seconds - spent_ms / 1000) };
}

/** Waits for space. False where there was none in time, or the run was stopped. */
async function spaceBefore(
  { port, clock }: Host,
  deadline_ms: number,
  output: string,
  stop: StopSwitch,
  tell: Tell,
  stuck: StudyResult | undefined,
): Promise<boolean> {
  const minutes = (deadline_ms - clock.now()) / 60_000;
  if (minutes <= 0) return false;
  const message = `the disk is full: waiting up to ${minutes.toPrecision(2)} minutes for space at ${output}; free some and the run resumes by itself`;
  tell({ type: 'warning', message });
  tell({ type: 'low-disk', output, free_bytes: port.freeBytes(output) ?? 0, needed_bytes: undefined, ...farOf(stuck) });
  const before = port.freeBytes(output) ?? 0;
  const try_ms = clock.now() + TRY_MS;
  while (clock.now() < deadline_ms) {
    await Promise.race([clock.sleep(Math.max(1, Math.min(POLL_MS, deadline_ms - clock.now()))), stop.stopped()]);
    if (stop.reason !== undefined) return false;
    if ((port.freeBytes(output) ?? 0) >= before + WORTH_TRYING || clock.now() >= try_ms) return true;
  }
  return false;
}

/** How far the output is whose disk is full. */
function farOf(
  stuck: StudyResult | undefined,
): Pick<ProgressNumbers, 'cells_complete' | 'cells_total' | 'permutations_done' | 'permutations_total'> {
  return {
    cells_complete: stuck?.complete ?? 0,
    cells_total: stuck?.cells ?? 0,
    permutations_done: stuck === undefined ? 0 : stuck.permutations_reused + stuck.permutations_computed,
    permutations_total: stuck?.permutations_total ?? 0,
  };
}
