import type { EndReason, Heartbeat } from '../stored/heartbeat.ts';
import { mostIdleSeconds } from '../stored/stall.ts';
import { formatDuration } from '../wording/format-number.ts';

/**
 * What a run is doing. `dead`: its process is gone without a closing heartbeat; `stalled`: the process lives, or cannot be asked, and nothing has moved for a
 * while; `part_done`: what the last run was asked for is complete (a shard, some cells or steps), and other cells are not.
 */
export const RUN_STATES = [
  'running',
  'waiting_for_disk',
  'stalled',
  'dead',
  'stopped',
  'failed',
  'part_done',
  'complete',
] as const;
/** What a run is doing, or how it ended. */
export type RunState = (typeof RUN_STATES)[number];

/** As a person reads it. */
export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  complete: 'complete',
  part_done: 'part done',
  running: 'running',
  failed: 'failed',
  stopped: 'stopped',
  waiting_for_disk: 'waiting for disk',
  stalled: 'stalled',
  dead: 'dead',
};

/** What a person can do about it, where there is anything. */
export const WHAT_TO_DO: { readonly [State in RunState]?: string } = {
  part_done: 'the requested part (a shard, some cells or steps) is complete; other cells are not',
  failed: 'the same run command with --retry-failed retries what failed',
  stopped: 'the same run command resumes it',
  waiting_for_disk: 'free some space and it resumes by itself',
  stalled: 'check that process; ending it loses no finished row, and the same run command resumes',
  dead: 'no finished row is lost: the same run command resumes it',
};

/** A heartbeat is due every 10 s: six in a row are missing [s]. */
export const SILENT_SECONDS = 60;

/** All that a run shows from outside. */
export interface Signs {
  /** Of the output's lock. `unknown`: it is held, and nobody here can ask whether its holder lives. */
  readonly lock: 'free' | 'dead' | 'alive' | 'unknown';
  /** When the holder took it (ISO 8601); undefined where nobody holds it, or it does not say. */
  readonly since: string | undefined;
  readonly heartbeat: Heartbeat | undefined;
  /** Every cell has all its rows. */
  readonly complete: boolean;
  /** aggregated/DONE.txt is there: the last thing that a whole run writes. */
  readonly done: boolean;
  /** The last recorded status of the cells: the only sign in runs of earlier versions. */
  readonly cells: ReadonlySet<string>;
  /** Now, by the clock of this machine [ms since 1970]. */
  readonly now_ms: number;
}

export interface Judged {
  readonly state: RunState;
  /** One sentence without a full stop, or undefined where the state says it all. */
  readonly why: EndReason | undefined;
}

/** The state of a run from its signs, and from nothing else. */
export function judgeRun(signs: Signs): Judged {
  const { lock, complete, done } = signs;
  switch (lock) {
    case 'free':
      return ended(signs);
    case 'dead':
      return complete && done ? { state: 'complete', why: undefined } : because('dead', 'DEAD', 'its process is gone');
    case 'alive':
    case 'unknown':
      return held(signs);
  }
}

/** Nobody holds the lock: the last heartbeat is final, unless the lock was removed from outside. */
function ended({ heartbeat, complete, done, cells }: Signs): Judged {
  const { state, why } = heartbeat ?? {};
  if (complete && (done || state === undefined || state === 'complete' || state === 'part_done'))
    return { state: 'complete', why: undefined };
  if (state === 'running') return because('dead', 'DEAD', 'its process and its lock are gone');
  if (state === 'stopped' || state === 'failed' || state === 'part_done') return { state, why };
  // A run of an earlier version, or one that was merged, or was complete before it was extended.
  if (cells.has('failed')) return { state: 'failed', why: undefined };
  const shares = cells.has('shared') && !['running', 'stopped', 'waiting'].some((each) => cells.has(each));
  return { state: shares ? 'part_done' : 'stopped', why: undefined };
}

/** Somebody holds the lock, who perhaps lives. */
function held({ lock, since, heartbeat, complete, done, now_ms }: Signs): Judged {
  const since_ms = since === undefined ? -Infinity : Date.parse(since);
  const beat_ms = heartbeat === undefined ? -Infinity : Date.parse(heartbeat.timestamp);
  const sure = lock === 'alive';
  if (heartbeat === undefined || beat_ms < since_ms) {
    // A run before its first heartbeat; or a merge or a repair, which have none.
    const silent = (now_ms - since_ms) / 1000;
    if (sure || silent <= SILENT_SECONDS) return because('running', 'STARTING', 'no heartbeat yet');
    return because('stalled', 'NOT_KNOWN', 'it runs elsewhere and cannot be asked; it gave no sign of life');
  }
  const { state, why } = heartbeat;
  if (state !== undefined && state !== 'running') {
    // The lock is kept between the stages of a run, and while it waits.
    if (state === 'complete' && complete && done) return { state, why: undefined };
    if (why?.code === 'DISK_FULL') return { state: 'waiting_for_disk', why };
    return sure ? { state: 'running', why: undefined } : { state, why };
  }
  const silent = (now_ms - beat_ms) / 1000;
  if (silent > SILENT_SECONDS) {
    const age = `no heartbeat for ${formatDuration(silent)}, and one is due every 10 s`;
    if (sure) return because('stalled', 'SILENT', `${age}: its process lives, but is suspended or waits for a disk`);
    return because('stalled', 'NOT_KNOWN', `${age}: it runs elsewhere and cannot be asked whether it still does`);
  }
  const { advanced_at, longest_wait_seconds } = heartbeat;
  if (advanced_at === undefined) return { state: 'running', why: undefined };
  const idle = (beat_ms - Date.parse(advanced_at)) / 1000;
  if (idle <= mostIdleSeconds(longest_wait_seconds)) return { state: 'running', why: undefined };
  const text = `its process lives, but no row or cell was finished for ${formatDuration(idle)}: the model hangs, or a chunk takes very long`;
  return because('stalled', 'IDLE', text);
}

function because(state: RunState, code: string, message: string): Judged {
  return { state, why: { code, message } };
}

/** Whether a run in this state ends without anybody's help, so that --watch waits for it. */
export function isAtWork(state: RunState): boolean {
  return state === 'running' || state === 'waiting_for_disk' || state === 'stalled';
}
