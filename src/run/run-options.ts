import { EngineError } from '../errors.ts';
import { FORMATS, type Format } from '../encoding/metrics-schema.ts';
import { threadCount } from '../execute/thread-count.ts';
import { KERNELS, type Kernel, type Note, type PermutationSummary } from '../model/model.ts';
import { DEFAULT_NAMESPACE } from '../queue/redis/names.ts';
import { checkedShard, type Shard } from '../plan/share.ts';
import type { Failure } from '../store/failures.ts';
import { nearest } from '../study/problem.ts';
import type { StopReason } from './stop.ts';
import { checkedListenAt, type ListenAt } from '../wording/listen-at.ts';
import { notExpected, positiveOption, wholeOption, wordOption } from '../wording/expected.ts';

/** When appended rows count. `chunk`: after fsync; `interval`: when written, fsync once a second and at the end of a cell; `none`: when written, never fsynced. */
export const DURABILITIES = ['chunk', 'interval', 'none'] as const;
/** When appended rows count. */
export type Durability = (typeof DURABILITIES)[number];

export const ON_ERROR = ['stop', 'continue'] as const;
/** What a failed permutation or cell does to the run. */
export type OnError = (typeof ON_ERROR)[number];

/** The options of a run, and of a plan of it; defaults come from `resolveOptions` or from the study. */
export interface RunOptions {
  /** Where the run lives: relative to the working directory. */
  readonly output?: string | undefined;
  /** Default: one per core. With a queue it may be 0: then only workers compute. */
  readonly threads?: number | undefined;
  /** Workers on other machines compute, too: the URL of a Redis (`redis://host:6379`), or `env:NAME` or `file:PATH` where it is found. */
  readonly queue?: string | undefined;
  /** The part of the queue that this run has for itself; its workers are told the same name. */
  readonly namespace?: string | undefined;
  /** Of the permutations that workers send, this many are computed again here and compared to the last bit before any is written [%]. */
  readonly audit?: number | undefined;
  /** Where the numbers of the run are served to Prometheus while it lasts. */
  readonly metrics_port?: ListenAt | undefined;
  /** Where bull-board shows the queue while the run lasts; it is installed beside the engine. */
  readonly board_port?: ListenAt | undefined;
  /** Permutations per chunk; changes no result. */
  readonly chunk?: number | 'auto' | undefined;
  readonly format?: Format | undefined;
  /** Per cell. */
  readonly permutations?: number | undefined;
  /** Allows fewer permutations than are there. */
  readonly truncate?: boolean | undefined;
  /** As in Selection: only the cells with these parameter values. */
  readonly cells?: readonly string[] | undefined;
  /** Only the cells of these steps. */
  readonly steps?: readonly string[] | undefined;
  readonly durability?: Durability | undefined;
  /** Stops after this time [s]; the run can be resumed. */
  readonly max_seconds?: number | undefined;
  /** Where the disk is full, waits up to this long for space [min]. */
  readonly disk_wait_minutes?: number | undefined;
  readonly kernel?: Kernel | undefined;
  /** Told when the run is over, stalls, or the disk gets full: commands or URLs, or `env:NAME` or `file:PATH` where one is found. */
  readonly on_event?: readonly string[] | undefined;
  /** Tries permutations again that failed before. Default: in a study with steps, yes. */
  readonly retry_failed?: boolean | undefined;
  readonly on_error?: OnError | undefined;
  /** A permutation of a user's model that takes longer [s] has failed. Default: none is ended. */
  readonly permutation_timeout_seconds?: number | undefined;
  /** Recomputes every row found on disk that no checksum of its experiment covers before it is used, instead of a sample of them. */
  readonly recompute_found?: boolean | undefined;
  /** Other runs, or folders that hold some: rows of the same experiments are taken from there. */
  readonly reuse?: readonly string[] | undefined;
  /** `name=value` for settings of the study, and for parameters that steps take from earlier ones (or `step.parameter=value`). */
  readonly settings?: readonly string[] | undefined;
  /** Input files in place of those that the study names; relative to the working directory. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** Computes only this shard of every cell. */
  readonly shard?: Shard | undefined;
  /** Of each cell some permutations of a user's own model are computed again, elsewhere and alone: is it the same rows? */
  readonly purity_check?: boolean | undefined;
  /** `false`: repairs, seals and summarises what is there, and computes nothing. */
  readonly compute?: boolean | undefined;
}

/** Options whose default only the study knows, or that limit nothing where they are not given: they stay undefined. */
type Open =
  | 'output'
  | 'format'
  | 'permutations'
  | 'steps'
  | 'inputs'
  | 'max_seconds'
  | 'disk_wait_minutes'
  | 'retry_failed'
  | 'permutation_timeout_seconds'
  | 'queue'
  | 'audit'
  | 'metrics_port'
  | 'board_port'
  | 'shard';

/** Options with every default filled in: the one shape that is handed down, whole, to whatever runs, plans or measures. */
export type ResolvedOptions = {
  readonly [Name in keyof RunOptions]-?: Name extends Open ? RunOptions[Name] : NonNullable<RunOptions[Name]>;
};

const DEFAULTS: Omit<ResolvedOptions, 'threads'> = {
  output: undefined,
  chunk: 'auto',
  format: undefined,
  permutations: undefined,
  truncate: false,
  cells: [],
  steps: undefined,
  durability: 'chunk',
  max_seconds: undefined,
  disk_wait_minutes: undefined,
  kernel: 'auto',
  on_event: [],
  retry_failed: undefined,
  on_error: 'stop',
  permutation_timeout_seconds: undefined,
  recompute_found: false,
  reuse: [],
  settings: [],
  inputs: undefined,
  queue: undefined,
  namespace: DEFAULT_NAMESPACE,
  audit: undefined,
  metrics_port: undefined,
  board_port: undefined,
  shard: undefined,
  purity_check: true,
  compute: true,
};

/**
 * The one place where defaults are. Resolving what is resolved changes nothing. Throws USAGE for an option that there is not, which a program might give
 * unnoticed, and for a value that cannot be.
 */
export function resolveOptions(given: RunOptions = {}): ResolvedOptions {
  const names = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];
  refuseUnknown(Object.keys(given), [...names, 'threads']);
  const filled = Object.fromEntries(names.map((name) => [name, given[name] ?? DEFAULTS[name]])) as typeof DEFAULTS;
  const { chunk, max_seconds, disk_wait_minutes, permutation_timeout_seconds: limit_s, audit } = filled;
  if (chunk !== 'auto') wholeOption('chunk', chunk, 1);
  if (audit !== undefined && !(audit > 0 && audit <= 100))
    throw notExpected('audit', 'a percentage above 0 and up to 100', audit);
  if (max_seconds !== undefined) positiveOption('max_seconds', max_seconds);
  if (disk_wait_minutes !== undefined) positiveOption('disk_wait_minutes', disk_wait_minutes);
  if (limit_s !== undefined) positiveOption('permutation_timeout_seconds', limit_s);
  wordOption('durability', filled.durability, DURABILITIES);
  wordOption('on_error', filled.on_error, ON_ERROR);
  wordOption('kernel', filled.kernel, KERNELS);
  if (filled.format !== undefined) wordOption('format', filled.format, FORMATS);
  if (filled.shard !== undefined) checkedShard(filled.shard);
  for (const name of ['metrics_port', 'board_port'] as const) {
    const at = filled[name];
    if (at !== undefined) checkedListenAt(name, at);
  }
  const only_workers = filled.queue !== undefined && given.threads === 0;
  return { ...filled, threads: only_workers ? 0 : threadCount(given.threads) };
}

function refuseUnknown(given: readonly string[], known: readonly string[]): void {
  const name = given.find((each) => !known.includes(each));
  if (name === undefined) return;
  const near = nearest(name, known);
  const hint = near === undefined ? '.' : `; did you mean ${near}?`;
  const allowed = known.join(', ');
  throw new EngineError('USAGE', `A run has no option ${name}${hint} Options are ${allowed}.`, { path: name, allowed });
}

/** Whether permutations that failed before are tried again: as asked, else in a study with steps. Who computes nothing leaves their record alone. */
export function retriesFailed({ retry_failed, compute }: ResolvedOptions, steps: readonly string[]): boolean {
  return compute && (retry_failed ?? steps.length > 0);
}

/** How many rows a cell has and is to have. */
export interface CellCounts {
  readonly cell_id: string;
  readonly n_done: number;
  /** The most, where the cell may stop early. */
  readonly n_target: number;
}

/** The first permutation that failed, or the first cell. */
export interface FirstFailure {
  readonly cell_id: string;
  /** As failures.csv has it. */
  readonly failure: Failure;
  /** What was thrown, its stack in lines of the user's own source; undefined for a metric that is missing. */
  readonly error: Error | undefined;
  /** The line of the user's own source that threw, e.g. `./model.ts:3`. */
  readonly at: string | undefined;
  /** prepare() threw: none of the cell's permutations can be computed. */
  readonly of_prepare: boolean;
}

/** What one run of one study did. */
export interface StudyResult {
  readonly output: string;
  /** Of the study. */
  readonly name: string;
  readonly cells: number;
  readonly complete: number;
  /** Cells of which only this run's share was asked for, and is done. */
  readonly shared: number;
  /** By this process for this output; a permutation computed for several outputs counts in the first. */
  readonly permutations_computed: number;
  /** Found on disk, or copied from another output. */
  readonly permutations_reused: number;
  readonly permutations_total: number;
  /** Cells that a stopped run did not reach and could not read in time: they count as last recorded. */
  readonly unread: number;
  /** Cells that turn out to be precise enough stop earlier: `permutations_total` is an upper bound. */
  readonly at_most: boolean;
  readonly seconds: number;
  readonly permutations_per_second: number;
  /** What the model's own kernels ran in; changes no bit of a row. Undefined where the model has none for the study's generator, or nothing was computed. */
  readonly kernel: Kernel | undefined;
  /** Cells with some of their permutations: how many there are, and the first of them. */
  readonly partial: { readonly cells: number; readonly first: readonly CellCounts[] };
  readonly n_failures: number;
  readonly first_failure: FirstFailure | undefined;
  /** The permutation of a study of a single one, where its model sums it up. */
  readonly summary: PermutationSummary | undefined;
  /** What the model says of the inputs and of what the study makes of them. */
  readonly notes: readonly Note[];
  /** Why it ended early; undefined where every cell was worked on. */
  readonly stopped: StopReason | undefined;
  readonly exit: number;
}
