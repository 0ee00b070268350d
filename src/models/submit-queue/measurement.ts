import { countersBetween, zeroCounters, type Counters } from './counters.ts';
import { assertFlow } from './flow.ts';
import type { SubmitQueue } from './submit-queue.ts';
import { waitsBetween, type WaitHistogram } from './wait-histogram.ts';

/** Where a window of statistics begins: at the tick `opens_at`, before anything happens in it, if the run gets there. */
export interface Measurement {
  readonly opens_at: number;
  /** Counters and waits at that moment. */
  start: Counters;
  readonly start_waits: WaitHistogram;
  readonly start_total_waits: WaitHistogram;
  opened: boolean;
}

/** What a window held. */
export interface Measured {
  /** False: the run ended before the window opened. */
  readonly opened: boolean;
  readonly counters: Readonly<Counters>;
  readonly waits: WaitHistogram;
  readonly total_waits: WaitHistogram;
}

export function createMeasurement(opens_at: number, ticks: number): Measurement {
  return {
    opens_at,
    start: zeroCounters(),
    start_waits: new Uint32Array(ticks + 1),
    start_total_waits: new Uint32Array(ticks + 1),
    opened: false,
  };
}

export function resetMeasurement(measurement: Measurement): void {
  measurement.start = zeroCounters();
  measurement.start_waits.fill(0);
  measurement.start_total_waits.fill(0);
  measurement.opened = false;
}

export function openMeasurement(measurement: Measurement, queue: SubmitQueue): void {
  assertFlow(queue);
  measurement.start = { ...queue.counters };
  measurement.start_waits.set(queue.waits);
  measurement.start_total_waits.set(queue.total_waits);
  measurement.opened = true;
}

/** What was counted from the opening to now. The wait histograms are the measurement's own memory, good until its next reset. */
export function measured(measurement: Measurement, queue: SubmitQueue): Measured {
  return {
    opened: measurement.opened,
    counters: countersBetween(measurement.start, queue.counters),
    waits: waitsBetween(measurement.start_waits, queue.waits, measurement.start_waits),
    total_waits: waitsBetween(measurement.start_total_waits, queue.total_waits, measurement.start_total_waits),
  };
}
