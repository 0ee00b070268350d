import type { FilePort } from '../files/port.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { readAdvisory } from '../stored/advisory-file.ts';
import { requireManifest } from '../stored/manifest.ts';
import { thisMachine, type Host } from '../readers/host.ts';
import { withSignal } from '../readers/with-signal.ts';
import { cellCounts, type CountOptions } from './cell-counts.ts';
import type { Abortable } from './given-study.ts';

/** What a run writes down every few seconds. */
export interface Heartbeat {
  readonly timestamp: string;
  readonly current_cell_id: string | null;
  readonly sims_per_second: number;
  readonly eta_seconds: number | null;
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
  /** The last one; undefined where there is none that can be read. */
  readonly heartbeat: Heartbeat | undefined;
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
  const { port } = host;
  const manifest = requireManifest(port, output);
  const { counts, scanned } = await cellCounts(host, output, manifest, { scan, threads });
  const cells_complete = counts.filter(({ n_done, n_target }) => n_done === n_target).length;
  return {
    run: output,
    name: manifest.name,
    cells_total: counts.length,
    cells_complete,
    permutations_done: counts.reduce((sum, { n_done }) => sum + n_done, 0),
    permutations_total: counts.reduce((sum, { n_target }) => sum + n_target, 0),
    at_most: manifest.precision.length > 0 && cells_complete < counts.length,
    complete: cells_complete === counts.length,
    heartbeat: readHeartbeat(port, output),
    scanned,
  };
}

function readHeartbeat(port: FilePort, output: string): Heartbeat | undefined {
  return readAdvisory(port, layoutOf(output).heartbeat, (text) => JSON.parse(text) as Heartbeat);
}
