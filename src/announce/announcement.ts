/** What is said of a run to whoever wants to know: a program's input, a webhook's body. Names are those of the files of a run. */
export interface Announcement {
  readonly event: AnnouncedEvent;
  /** One sentence; chat services show a field of this name. */
  readonly text: string;
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly host: string;
  readonly pid: number;
  /** The output folder; null where the run could not begin. */
  readonly run: string | null;
  /** Of the study. */
  readonly name: string | null;
  /** Why it ended, where it is not complete. */
  readonly why: { readonly code: string; readonly message: string } | null;
  /** The exit code, where it has ended. */
  readonly exit: number | null;
  readonly cells_complete: number;
  readonly cells_total: number;
  readonly permutations_done: number;
  readonly permutations_total: number;
  /** `stalled`: how long nothing was finished [s]. */
  readonly idle_seconds?: number;
  /** `low_disk`: what is free, and what the missing rows will take, where that is known [bytes]. */
  readonly free_bytes?: number;
  readonly needed_bytes?: number;
}

/** `complete`: all that was asked for is; `stopped`: it can be resumed; the last two: it is at work. */
export type AnnouncedEvent = 'complete' | 'failed' | 'stopped' | 'stalled' | 'low_disk';
