import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import type { RunOptions, StudyResult } from '../run/run-options.ts';
import { runStudiesWaiting } from './disk-wait.ts';
import { isList, referencesOf, type GivenStudy, type StudyBase } from './given-study.ts';
import type { Watch } from './run-studies.ts';
import { apart, watched, type Watching } from './watching.ts';

/** What a run of several studies did. */
export interface RunResult {
  /** In the order of the studies. */
  readonly outputs: readonly StudyResult[];
  readonly seconds: number;
  /** The exit code of `permafrost run`: 0 where every cell of every output is complete. */
  readonly exit: number;
}

/**
 * Runs a study, or resumes it: what is on disk is read, what is missing is computed, complete cells are summarised. Rejects with an EngineError where the
 * study cannot be run at all, before anything is written; what stops it on its way is in `stopped`, and everything acknowledged is on disk.
 *
 * Several studies at once: experiments that they have in common are computed once. Results come in their order.
 */
export function run(study: GivenStudy, options?: RunOptions & StudyBase & Watching, host?: Host): Promise<StudyResult>;
export function run(
  studies: readonly GivenStudy[],
  options?: RunOptions & StudyBase & Watching,
  host?: Host,
): Promise<RunResult>;
export async function run(
  given: GivenStudy | readonly GivenStudy[],
  options: RunOptions & StudyBase & Watching = {},
  host: Host = thisMachine,
): Promise<StudyResult | RunResult> {
  const { watching, asked } = apart(options);
  const { base, ...how } = asked;
  const references = referencesOf(given, base);
  const outputs = await watched(watching, (watch) =>
    toldOf(how, host, watch, (inner) => runStudiesWaiting(references, how, inner, host)),
  );
  return isList(given) ? together(outputs) : outputs[0]!;
}

/** What only a run needs that tells somebody is loaded by it alone. */
async function toldOf(
  { on_event = [] }: RunOptions,
  host: Host,
  watch: Watch,
  work: (watch: Watch) => Promise<StudyResult[]>,
): Promise<StudyResult[]> {
  if (on_event.length === 0) return work(watch);
  return (await import('./announced.ts')).announced(on_event, host, watch, work);
}

function together(outputs: readonly StudyResult[]): RunResult {
  const exit = outputs.find((output) => output.exit !== 0)?.exit ?? 0;
  return { outputs, seconds: Math.max(...outputs.map(({ seconds }) => seconds)), exit };
}
