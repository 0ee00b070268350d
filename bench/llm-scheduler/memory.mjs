/**
 * How many bytes per simulated request? The growth of the resident set over a permutation of 4 M requests after one of
 * 1 M, and the worst case of one batch per request. Run: node --expose-gc bench/llm-scheduler/memory.mjs
 */
import { cell, STRESS } from './cell.mjs';

/** 4 GPUs: batches of many. 1024 GPUs: a batch per request, the most that a run can hold. */
for (const num_gpus of [4, 1024]) {
  const of = (num_requests) =>
    cell({ ...STRESS, scheduler_type: 'multi_bin_dynamic', k_bins: 8, num_requests, num_gpus });
  of(1_000_000)(0);
  globalThis.gc?.();
  const before = process.memoryUsage();
  const { num_batches } = of(4_000_000)(1);
  const after = process.memoryUsage();
  globalThis.gc?.();
  // The workspace of 1 M requests has been replaced by that of 4 M.
  const held = process.memoryUsage().arrayBuffers / 4e6;
  const grown = (after.rss - before.rss) / 3e6;
  console.log(
    `${num_gpus} GPUs: ${held.toFixed(1)} bytes per request in arrays, resident set +${grown.toFixed(1)} bytes per request (${num_batches} batches)`,
  );
}
