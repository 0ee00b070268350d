import { EngineError } from '../../errors.ts';
import type { EndReason, RunEnd } from '../../stored/heartbeat.ts';
import { exitOf, isStopSignal, type StopReason } from '../stop.ts';

/** The exit code of a run that ended for this reason. `complete`: what it was asked for is. */
export function exitCode(stopped: StopReason | undefined, complete: boolean): number {
  if (complete && stopped?.kind !== 'error') return 0;
  switch (stopped?.kind) {
    case undefined:
      return 1;
    case 'aborted':
      return isStopSignal(stopped.reason) ? exitOf(stopped.reason) : exitOf('SIGINT');
    case 'time':
      return 3;
    case 'failure':
      return 1;
    case 'error':
      return stopped.error instanceof EngineError ? stopped.error.exit : 1;
  }
}

/** How far a run came: `whole` with every cell of the study, `done` with all that it was asked for. */
export interface Reached {
  readonly whole: boolean;
  readonly done: boolean;
}

/** How a run that ends with this exit code is recorded: what `status` says of it from then on. */
export function endOf(
  stopped: StopReason | undefined,
  exit: number,
  { whole, done }: Reached,
): readonly [RunEnd, EndReason | undefined] {
  // A repair computes nothing, so a stopped run stays a stopped run.
  if (exit === 0) return [whole ? 'complete' : done ? 'part_done' : 'stopped', undefined];
  return [exit === 1 || exit === 2 ? 'failed' : 'stopped', reasonOf(stopped)];
}

function reasonOf(stopped: StopReason | undefined): EndReason {
  switch (stopped?.kind) {
    case undefined:
    case 'failure':
      return { code: 'SIMULATION', message: 'permutations failed: see per_cell/*/failures.csv' };
    case 'aborted':
      return isStopSignal(stopped.reason)
        ? { code: stopped.reason, message: `stopped by ${stopped.reason}` }
        : { code: 'ABORTED', message: 'stopped by the program that ran it' };
    case 'time':
      return { code: 'TIME', message: `the time limit of ${stopped.seconds} s was reached` };
    case 'error': {
      const { error } = stopped;
      const message = error instanceof Error ? error.message : String(error);
      return { code: error instanceof EngineError ? error.code : 'INTERNAL', message };
    }
  }
}
