/**
 * How many simulated requests per second and core, and is the time linear in requests?
 * Columns: simulated requests per CPU second of the event loop alone, and of a whole permutation (workload drawn,
 * simulated, metrics); [M/s]. Run: node bench/llm-scheduler/speed.mjs
 */
import { requestPlanOf, settingsOf } from '../../dist/models/llm-scheduler/configure.js';
import { drawRequests } from '../../dist/models/llm-scheduler/requests.js';
import { run } from '../../dist/models/llm-scheduler/simulate.js';
import { Workspace } from '../../dist/models/llm-scheduler/workspace.js';
import { createStreams } from '../../dist/random/streams.js';
import { amount } from '../report.mjs';
import { cell, cpuSeconds, resolve, SOURCE, STRESS } from './cell.mjs';

const MULTI = { ...STRESS, scheduler_type: 'multi_bin_dynamic', num_gpus: 4, k_bins: 8 };
/** @type {(typeof MULTI & { num_requests: number, profile?: string })[]} */
const ALL = [
  ...[10_000, 100_000, 1_000_000, 4_000_000].map((num_requests) => ({ ...MULTI, num_requests })),
  { ...MULTI, num_requests: 1_000_000, profile: 'reference' },
  { ...MULTI, num_requests: 1_000_000, num_gpus: 100 },
  { ...MULTI, num_requests: 1_000_000, num_gpus: 100, profile: 'reference' },
  { ...MULTI, num_requests: 1_000_000, scheduler_type: 'dynamic_no_bins' },
  { ...MULTI, num_requests: 1_000_000, scheduler_type: 'static_fifo', num_gpus: 1 },
];

const CASES = amount(
  ALL,
  ALL.filter(({ num_requests }) => num_requests <= 1_000_000),
  ALL.map((one) => ({ ...one, num_requests: 2000 })),
);

/** Small runs are over before the compiler is: as many of them as make three million requests. */
function repetitionsOf({ num_requests }) {
  return amount(Math.max(3, Math.ceil(3_000_000 / num_requests)), 3, 1);
}

/** The event loop alone, on a workload drawn before. */
function loopSeconds(changes) {
  const parameters = resolve(changes);
  const workspace = new Workspace();
  const stream = createStreams(SOURCE, 0, 1).rng(0);
  const workload = drawRequests(requestPlanOf(parameters, undefined), stream, workspace);
  const settings = settingsOf(parameters, undefined);
  return cpuSeconds(() => run(workload, settings, workspace), repetitionsOf(parameters));
}

console.log('scheduler            profile     requests  GPUs   loop M/s  permutation M/s  load req/s');
for (const changes of CASES) {
  const { scheduler_type, num_requests, num_gpus, profile = 'corrected' } = changes;
  const permutation = await cell(changes);
  let row = { offered_rps: NaN };
  const whole = cpuSeconds((repetition) => {
    row = permutation(repetition);
  }, repetitionsOf(changes));
  const rate = (seconds) => (num_requests / seconds / 1e6).toFixed(2);
  console.log(
    `${scheduler_type.padEnd(20)} ${profile.padEnd(9)} ${String(num_requests).padStart(10)} ${String(num_gpus).padStart(5)}` +
      `${rate(loopSeconds(changes)).padStart(11)} ${rate(whole).padStart(16)} ${row.offered_rps.toFixed(1).padStart(11)}`,
  );
}
