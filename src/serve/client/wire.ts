/** What the server sends to a page, and nothing else does: JSON in server-sent events. `list`: all runs. `head`, `surface`, `cells`: one run. */

/** A metric's value of a cell, or how far it is. */
export const SHOWN = ['done', 'mean', 'p05', 'p50', 'p95'] as const;
/** What a map shows of a cell. */
export type Shown = (typeof SHOWN)[number];

/** How far a cell is: the place in this list is what is sent. */
export const CELL_STATES = ['waiting', 'running', 'complete', 'failed', 'stopped', 'shared'] as const;

/** One line of the list, and the top of a run's page. Texts are as a person reads them. */
export interface RunHead {
  /** Names it in the addresses of the page. */
  readonly key: string;
  readonly name: string;
  /** Its folder, as a person would type it. */
  readonly folder: string;
  readonly model: string;
  readonly state: string;
  /** The state in words. */
  readonly says: string;
  readonly why: string | null;
  readonly what_to_do: string | null;
  /** Process and machine, where its lock says them. */
  readonly holder: string | null;
  readonly cells_complete: number;
  readonly cells_total: number;
  readonly permutations_done: number;
  readonly permutations_total: number;
  /** `permutations_total` is an upper bound. */
  readonly at_most: boolean;
  /** Per second; null where nothing comes of it. */
  readonly rate: number | null;
  readonly eta_seconds: number | null;
  /** Of the last heartbeat. */
  readonly age_seconds: number | null;
  /** What the last process left is being counted from the metrics files: the numbers are older ones. */
  readonly counting: boolean;
  /** Numbers were counted from the metrics files. */
  readonly counted: boolean;
  readonly has_report: boolean;
  /** Why it cannot be read; all numbers are 0 then. */
  readonly error: string | null;
}

/** All runs that were found. */
export interface RunList {
  readonly folders: readonly string[];
  readonly runs: readonly RunHead[];
  /** There are more runs than are shown. */
  readonly more: boolean;
}

/** A cell that is being computed. */
export interface CellAtWork {
  readonly index: number;
  readonly cell_id: string;
  readonly n_done: number;
  readonly n_target: number;
  readonly seconds: number | null;
}

/** A number with a name, in words. */
export type Fact = readonly [name: string, text: string];

export interface RunPage extends RunHead {
  /** Threads, disk, workers of a queue and so on, as far as they are known. */
  readonly facts: readonly Fact[];
  readonly at_work: readonly CellAtWork[];
  /** The last lines of the logs, the newest first. */
  readonly log: readonly string[];
  /** Rates so far: seconds ago, per second. */
  readonly rates: readonly (readonly [seconds_ago: number, rate: number])[];
  /** Commands to copy. */
  readonly commands: readonly Fact[];
}

export interface WireAxis {
  readonly name: string;
  readonly unit: string;
  readonly levels: readonly string[];
}

/** The cells and where they lie; sent again where more is known of it. */
export interface Surface {
  readonly metrics: readonly { readonly name: string; readonly unit: string; readonly description: string }[];
  readonly axes: readonly WireAxis[];
  /** Per cell in study order: its id, and its level on each axis; none where that is not known yet. */
  readonly cells: readonly (readonly [cell_id: string, ...levels: number[]])[];
  /** Cells that are not shown, because there are so many. */
  readonly left_out: number;
}

/** Value and error: null where there is none, a text where it is no finite number. */
export type WireNumber = number | string | null;

/** Cells that changed. */
export interface CellChanges {
  readonly metric: string;
  readonly shown: Shown;
  readonly cells: readonly (readonly [
    index: number,
    state: number,
    n_done: number,
    n_target: number,
    value: WireNumber,
    error: WireNumber,
  ])[];
}
