import type { Effects } from './change.ts';
import { changesOfHistory, type History } from './history.ts';
import { createMeasurement, openMeasurement, type Measurement } from './measurement.ts';
import type { Settings } from './parameters.ts';
import { createSubmitQueue, type SubmitQueue } from './submit-queue.ts';

/** One cell, ready for any number of replicates. */
export interface Replicate {
  readonly settings: Settings;
  readonly queue: SubmitQueue;
  /** Ticks that a run simulates, the draining ones included. */
  readonly ticks: number;
  /** Names of the tests by number; absent for generated tests. */
  readonly targets: readonly string[] | undefined;
  /** Csv mode: the changes of the history in order of arrival, and the tick of each. */
  readonly replayed: { readonly effects: readonly Effects[]; readonly tick: Float64Array } | undefined;
  /** The window of the figures published earlier, and that of the corrected statistics. */
  readonly reference: Measurement;
  readonly corrected: Measurement;
}

/** Called after each tick; for traces. */
export type Observer = (queue: SubmitQueue, t: number) => void;

export function createReplicate(settings: Settings, history: History | undefined): Replicate {
  const limit = settings.priming_ticks + settings.measure_ticks;
  const ticks = history ? Math.min(history.hours, limit) + settings.drain_ticks : limit;
  const tests = history ? history.targets.length : settings.ntests;
  return {
    settings,
    queue: createSubmitQueue(settings, tests, ticks),
    ticks,
    targets: history?.targets,
    replayed: history && changesOfHistory(history, settings.csv_flake_pass_rate, limit),
    reference: createMeasurement(settings.priming_ticks, ticks),
    corrected: createMeasurement(settings.corrected_priming_ticks, ticks),
  };
}

/** Opens the windows that begin at tick `t`. */
export function openWindows(replicate: Replicate, t: number): void {
  const { queue, reference, corrected } = replicate;
  if (t === reference.opens_at) {
    openMeasurement(reference, queue);
    queue.peaks.pending = 0;
    queue.peaks.verification = 0;
  }
  if (t === corrected.opens_at) {
    openMeasurement(corrected, queue);
    queue.peaks.batches = 0;
  }
}
