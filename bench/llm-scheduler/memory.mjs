/**
 * How many bytes does a simulated request take? Two processes of 1 M and of 4 M requests each: the difference of their peak resident sets,
 * per request; and the arrays alone. From a synthetic workload, on 4 GPUs (batches of many) and on 1024 (a batch per request, the most
 * that a run can hold), and from a trace file that is read first. Run: node bench/llm-scheduler/memory.mjs
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTrace } from '../../dist/models/llm-scheduler/trace.js';
import { amount } from '../report.mjs';
import { cell, STRESS } from './cell.mjs';

/** @type {Record<string, { num_gpus: number, trace?: boolean }>} */
const CASES = {
  'synthetic, 4 GPUs': { num_gpus: 4 },
  'synthetic, 1024 GPUs': { num_gpus: 1024 },
  'trace, 4 GPUs': { num_gpus: 4, trace: true },
};
const [SMALL, LARGE] = amount([1_000_000, 4_000_000], [100_000, 400_000], [10_000, 20_000]);

const at = process.argv.indexOf('--measure');
if (at < 0) compare();
else {
  const [name, requests, folder] = process.argv.slice(at + 1);
  await measure(CASES[name], Number(requests), folder);
}

/** One permutation in this process; prints what it took [bytes]. */
async function measure({ num_gpus, trace = false }, num_requests, folder) {
  const inputs = trace
    ? { trace: parseTrace({ path: 'trace', bytes: readFileSync(traceOf(num_requests, folder)) }) }
    : {};
  const settings = { ...STRESS, scheduler_type: 'multi_bin_dynamic', k_bins: 8, num_requests, num_gpus };
  const permutation = await cell(settings, inputs);
  const { num_batches } = permutation(0);
  const peak = 1024 * process.resourceUsage().maxRSS;
  console.log(JSON.stringify({ peak, arrays: process.memoryUsage().arrayBuffers, num_batches }));
}

function traceOf(num_requests, folder) {
  return join(folder, `${num_requests}.csv`);
}

function compare() {
  const folder = mkdtempSync(join(tmpdir(), 'permafrost-llm-memory-'));
  try {
    for (const rows of [SMALL, LARGE]) writeTrace(traceOf(rows, folder), rows);
    for (const name of Object.keys(CASES)) {
      const [small, large] = [SMALL, LARGE].map((requests) =>
        JSON.parse(
          execFileSync(
            process.execPath,
            [fileURLToPath(import.meta.url), '--measure', name, String(requests), folder],
            {
              encoding: 'utf8',
            },
          ),
        ),
      );
      const per = (key) => ((large[key] - small[key]) / (LARGE - SMALL)).toFixed(1);
      console.log(
        `${name.padEnd(21)} peak resident set +${per('peak')} bytes per request, arrays +${per('arrays')} (${large.num_batches} batches, ${(large.peak / 1e6).toFixed(0)} MB in all)`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function writeTrace(path, rows) {
  const file = openSync(path, 'w');
  writeSync(file, 'Timestamp,Request tokens,Response tokens\n');
  for (let from = 0; from < rows; from += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, i) => `${from + i},${(i * 37) % 1500},${1 + ((i * 53) % 400)}\n`);
    writeSync(file, lines.join(''));
  }
  closeSync(file);
}
