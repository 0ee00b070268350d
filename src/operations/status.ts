import { look } from '../files/look.ts';
import type { FilePort } from '../files/port.ts';
import { lookAtLock } from '../store/lock.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { readHeartbeat, type EndReason, type Heartbeat } from '../stored/heartbeat.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import type { CellCount } from '../stored/progress-csv.ts';
import type { QueueReport } from '../stored/queue-report.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { withSignal } from '../readers/with-signal.ts';
import { cellCounts, type CountOptions } from './cell-counts.ts';
import type { Abortable } from './given-study.ts';
import { judgeRun, type RunState } from './run-state.ts';

/** Who holds the lock of an output. */
export interface RunHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/** How far a run is. */
export interface RunStatus {
  readonly run: string;
  readonly name: string;
  readonly cells_total: number;
  readonly cells_complete: number;
  readonly permutations_done: number;
  readonly permutations_total: number;
  /** Cells that are precise enough stop earlier: `permutations_total` is an upper bound. */
  readonly at_most: boolean;
  readonly complete: boolean;
  readonly state: RunState;
  /** Why it is in this state, where the state alone does not say it. */
  readonly why: EndReason | undefined;
  /** The holder of the lock, dead or alive; undefined where there is no lock. */
  readonly holder: RunHolder | undefined;
  /** The last one; undefined where there is none that can be read. */
  readonly heartbeat: Heartbeat | undefined;
  /** How its queue was at the last heartbeat; undefined for a run without one. */
  readonly queue: QueueReport | undefined;
  /** How old the last heartbeat is [s]. */
  readonly heartbeat_age_seconds: number | undefined;
  /** Counted from the metrics files, not from what the last run wrote down. */
  readonly scanned: boolean;
}

/** Options of `status`. */
export interface StatusOptions extends Abortable, CountOptions {}

/**
 * How far a run is: as progress.csv says (at most some seconds old), or counted from the metrics files: where that is asked for, where the process that wrote
 * it was killed, and cells of which it says nothing. Reads only.
 */
export async function status(
  output: string,
  { scan = false, threads, signal }: StatusOptions = {},
  given: Host = thisMachine,
): Promise<RunStatus> {
  const host = withSignal(given, signal);
  const { port, clock } = host;
  const manifest = requireManifest(port, output);
  const look = await lookAtRun(port, output);
  const counted = await cellCounts(host, output, manifest, { scan, threads }, look.lock.state === 'dead');
  return statusFrom(output, manifest, look, counted, Date.parse(clock.date()));
}

/** What all that was seen of a run comes to. `now_ms`: by the clock of this machine [ms since 1970]. */
export function statusFrom(
  output: string,
  manifest: RunManifest,
  { lock, heartbeat, done }: RunLook,
  { counts, scanned }: { readonly counts: readonly CellCount[]; readonly scanned: boolean },
  now_ms: number,
): RunStatus {
  const cells_complete = counts.filter(({ n_done, n_target }) => n_done === n_target).length;
  const complete = cells_complete === counts.length;
  const judged = judgeRun({
    lock: lock.state,
    since: lock.holder?.since,
    heartbeat,
    complete,
    done,
    cells: new Set(counts.map((each) => each.status)),
    now_ms,
  });
  return {
    run: output,
    name: manifest.name,
    cells_total: counts.length,
    cells_complete,
    permutations_done: counts.reduce((sum, { n_done }) => sum + n_done, 0),
    permutations_total: counts.reduce((sum, { n_target }) => sum + n_target, 0),
    at_most: manifest.precision.length > 0 && cells_complete < counts.length,
    complete,
    ...judged,
    holder: lock.holder && { pid: lock.holder.pid, host: lock.holder.host, since: lock.holder.since },
    heartbeat,
    queue: heartbeat?.queue,
    heartbeat_age_seconds: heartbeat && Math.max(0, (now_ms - Date.parse(heartbeat.timestamp)) / 1000),
    scanned,
  };
}

/** What a run shows from outside at one moment, its cells apart. */
export interface RunLook {
  readonly lock: Awaited<ReturnType<typeof lookAtLock>>;
  readonly heartbeat: Heartbeat | undefined;
  /** The last thing that a whole run writes is there. */
  readonly done: boolean;
}

/** A run that begins or ends in between is read again: its lock and its heartbeat must belong to one moment. */
const MOST_LOOKS = 5;

/** Its lock, its heartbeat, its end. */
export async function lookAtRun(port: FilePort, output: string): Promise<RunLook> {
  let lock = await lookAtLock(output, { port });
  for (let looks = 1; ; looks += 1) {
    const heartbeat = readHeartbeat(port, output);
    const again = await lookAtLock(output, { port });
    if (looks === MOST_LOOKS || (again.state === lock.state && again.holder?.since === lock.holder?.since))
      return { lock: again, heartbeat, done: look(port, layoutOf(output).done) !== undefined };
    lock = again;
  }
}
