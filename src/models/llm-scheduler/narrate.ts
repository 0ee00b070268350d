import type { Run } from './simulate.ts';
import type { Workload } from './workload.ts';

/** A run told batch by batch, for `replay --trace`. Times in seconds. */
export function* describeRun(workload: Workload, run: Run): Generator<string> {
  const { count } = workload;
  yield `${count} requests, ${run.num_batches} batches, ${run.num_rejected} refused, ${run.num_unserved} unserved`;
  for (const [i, [low, high]] of run.bins.entries()) {
    const cap = run.caps[i] === undefined ? '' : `, at most ${run.caps[i]} a batch`;
    yield `bin ${i}: predicted ${low} to ${high} tokens${cap}`;
  }
  for (let batch = 0; batch < run.num_batches; batch++) {
    const first = run.first[batch]!;
    const members = run.order.subarray(first, first + run.size[batch]!);
    const longest = members.reduce((most, i) => Math.max(most, workload.prompt[i]! + workload.output[i]!), 0);
    yield `${run.start[batch]!}: GPU ${run.gpu[batch]!} starts ${members.length}, longest ${longest} tokens, until ${run.end[batch]!}: requests ${members.join(' ')}`;
  }
}
