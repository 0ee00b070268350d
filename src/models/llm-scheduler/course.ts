import type { Course } from '../../model/model.ts';
import { REJECTED } from './queues.ts';
import type { Run } from './simulate.ts';
import type { Workload } from './workload.ts';

/** Places of a course that is as long as was expected, at least [places]. */
const PLACES = 100;
/** One that is far longer ends after so many. */
const MOST_PLACES = 20_000;

/** Times are so far apart [s]: 1, 2 or 5 times a power of ten, by how long a run of the cell takes [s]. */
export function courseStep(duration: number): number {
  if (!(duration > 0)) return 1;
  const most = duration / PLACES;
  let power = 1;
  while (power > most) power /= 10;
  while (10 * power <= most) power *= 10;
  return power * ([5, 2].find((times) => times * power <= most) ?? 1);
}

/** When the last batch of a run ends [s]; 0 where none was started. */
export function durationOf({ end }: Run): number {
  return end.reduce((last, each) => Math.max(last, each), 0);
}

/**
 * How many requests wait, and which share of the GPUs is busy, from the first arrival until nothing is served any more: as it is at each time, after what happens
 * then. `queue_of`: of each request; refused ones never wait.
 */
export function courseOf(workload: Workload, run: Run, queue_of: Uint16Array, step: number): Course {
  const { arrival, count } = workload;
  const { num_batches, start, size, busy } = run;
  const ends = run.end.slice().sort();
  const places = Math.min(MOST_PLACES, Math.ceil(durationOf(run) / step)) + 1;
  const at = Float64Array.from({ length: places }, (_, k) => k * step);
  const waiting = new Float64Array(places);
  const serving = new Float64Array(places);
  let [arrived, begun, ended, in_line] = [0, 0, 0, 0];
  for (const [k, time] of at.entries()) {
    for (; arrived < count && arrival[arrived]! <= time; arrived++) if (queue_of[arrived] !== REJECTED) in_line++;
    // Batches start in the order in which they were formed.
    for (; begun < num_batches && start[begun]! <= time; begun++) in_line -= size[begun]!;
    while (ended < num_batches && ends[ended]! <= time) ended++;
    waiting[k] = in_line;
    serving[k] = (begun - ended) / busy.length;
  }
  return { along: 'time [s]', at, values: { 'requests waiting': waiting, 'busy GPUs [share]': serving } };
}
