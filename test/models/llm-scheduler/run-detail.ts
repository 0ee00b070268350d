import type { Settings } from '../../../src/models/llm-scheduler/settings.ts';
import { run, type Run, type ServiceNoise } from '../../../src/models/llm-scheduler/simulate.ts';
import type { Workload } from '../../../src/models/llm-scheduler/workload.ts';
import { Workspace } from '../../../src/models/llm-scheduler/workspace.ts';

/** A run in full: what became of every request, in order of arrival. */
export interface RunDetail extends Run {
  /** [s]; NaN if not served. */
  readonly request_start: Float64Array;
  readonly request_completion: Float64Array;
  /** -1 if not served. */
  readonly request_gpu: Int16Array;
  readonly request_batch: Int32Array;
  /** Bin of the request, -1 if refused on arrival. */
  readonly request_queue: Int16Array;
}

/** A workspace for a run on a workload that is held elsewhere. */
export function workspaceFor(count: number): Workspace {
  const workspace = new Workspace();
  workspace.reserveRun(count);
  return workspace;
}

/** One run with its own arrays, and every request's fate. */
export function simulateRun(workload: Workload, settings: Settings, noise?: ServiceNoise): RunDetail {
  const { count } = workload;
  const workspace = workspaceFor(count);
  const summary = run(workload, settings, workspace, noise);
  const detail = {
    ...summary,
    request_start: new Float64Array(count).fill(NaN),
    request_completion: new Float64Array(count).fill(NaN),
    request_gpu: new Int16Array(count).fill(-1),
    request_batch: new Int32Array(count).fill(-1),
    // REJECTED is -1 as a signed number.
    request_queue: new Int16Array(workspace.queueOf),
  };
  for (let batch = 0; batch < summary.num_batches; batch++) {
    const first = summary.first[batch]!;
    for (let at = first; at < first + summary.size[batch]!; at++) {
      const request = summary.order[at]!;
      detail.request_start[request] = summary.start[batch]!;
      detail.request_completion[request] = summary.end[batch]!;
      detail.request_gpu[request] = summary.gpu[batch]!;
      detail.request_batch[request] = batch;
    }
  }
  return detail;
}
