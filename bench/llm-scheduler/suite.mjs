/**
 * How long does the three-step stress suite take (39 rows, 35 distinct simulations of up to 1 M requests)?
 * Run: node bench/llm-scheduler/suite.mjs [threads, default 2] [trace file, default synthetic]
 */
import { readFileSync } from 'node:fs';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { bestGpuCount, binSensitivity, gpuScaling, requestScaling } from '../../dist/models/llm-scheduler/suite.js';
import { parseTrace } from '../../dist/models/llm-scheduler/trace.js';
import { cell, STRESS } from './cell.mjs';

if (isMainThread) await main(Number(process.argv[2] ?? 2), process.argv[3]);
else
  parentPort.on('message', (test) =>
    parentPort.postMessage({ test, row: cell({ ...STRESS, ...test }, workerData)(0) }),
  );

async function main(threads, path) {
  const started = performance.now();
  // Parsed once; the arrays are shared with the workers.
  const inputs = path === undefined ? {} : { trace: parseTrace({ path, bytes: readFileSync(path) }) };
  const parsed = performance.now();
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url), { workerData: inputs }));
  const rows = new Map();
  const compute = async (tests) => {
    const waiting = tests.filter((test) => !rows.has(JSON.stringify(test)));
    waiting.sort((a, b) => b.num_requests - a.num_requests);
    await Promise.all(workers.map((worker) => drain(worker, waiting, rows)));
    return tests.map((test) => ({ ...test, ...rows.get(JSON.stringify(test)) }));
  };
  const step1 = requestScaling();
  const step2 = gpuScaling();
  const [, scaling] = [await compute(step1), await compute(step2)];
  const step3 = binSensitivity(bestGpuCount(scaling, 'fewest_meeting_sla'));
  await compute(step3);
  await Promise.all(workers.map((worker) => worker.terminate()));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage();
  const cpu = (user + system) / 1e6;
  const requests = [...rows.values()].reduce((sum, row) => sum + row.num_requests_actual, 0);
  console.log(
    `${step1.length}/${step2.length}/${step3.length} rows, ${rows.size} simulations of ${requests} requests: ` +
      `${seconds.toFixed(2)} s on ${threads} threads, ${cpu.toFixed(2)} s of CPU (trace read in ${((parsed - started) / 1000).toFixed(2)} s)`,
  );
}

/** One worker computes what is waiting, one test at a time. An error of a worker ends the process. */
async function drain(worker, waiting, rows) {
  for (let test = waiting.shift(); test !== undefined; test = waiting.shift()) {
    worker.postMessage(test);
    const { row } = await new Promise((resolve) => worker.once('message', resolve));
    rows.set(JSON.stringify(test), row);
  }
}
