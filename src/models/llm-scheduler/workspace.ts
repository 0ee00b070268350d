import type { Workload } from './workload.ts';

/**
 * The arrays of one run, kept and reused: about 60 bytes per request, 26 of them per batch (pages of a batch that never
 * starts are never touched). A run reads nothing that it has not written before, so nothing passes from one to the next.
 */
export class Workspace {
  private room = -1;

  // The workload.
  arrival = new Float64Array(0);
  prompt = new Int32Array(0);
  output = new Int32Array(0);
  predicted = new Int32Array(0);

  // The queues: which queue a request joins, and the requests of each queue side by side.
  queueOf = new Uint16Array(0);
  order = new Int32Array(0);

  // The batches, in the order they were formed.
  batchStart = new Float64Array(0);
  batchEnd = new Float64Array(0);
  batchFirst = new Int32Array(0);
  batchSize = new Int32Array(0);
  batchGpu = new Int16Array(0);

  /** For order statistics. */
  values = new Float64Array(0);

  /** Makes room for `count` requests. What the arrays held is undefined after. */
  reserve(count: number): void {
    if (count <= this.room) return;
    this.room = count;
    this.arrival = new Float64Array(count);
    this.prompt = new Int32Array(count);
    this.output = new Int32Array(count);
    this.predicted = new Int32Array(count);
    this.reserveRun(count);
  }

  reserveRun(count: number): void {
    this.queueOf = new Uint16Array(count);
    this.order = new Int32Array(count);
    this.batchStart = new Float64Array(count);
    this.batchEnd = new Float64Array(count);
    this.batchFirst = new Int32Array(count);
    this.batchSize = new Int32Array(count);
    this.batchGpu = new Int16Array(count);
    this.values = new Float64Array(count);
  }

  /** The first `count` requests as a workload. */
  workload(count: number): Workload {
    return {
      count,
      arrival: this.arrival.subarray(0, count),
      prompt: this.prompt.subarray(0, count),
      output: this.output.subarray(0, count),
      predicted: this.predicted.subarray(0, count),
    };
  }
}
