/**
 * The comparison of the grid suite: at each load and volume static batches and no bins on one GPU, 8 bins on one GPU, and the best
 * configuration with bins; gains in percent over static batches.
 *
 *   node examples/llm-stress/compare.mjs examples/llm-stress/runs/llm-grid
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Share of requests that may miss their SLA where a configuration counts as meeting it. */
const VIOLATIONS_ALLOWED = 0.05;

/**
 * The best of the rows with bins: of those with request violations of at most 5 % the fewest GPUs, then the lowest violation rate; if none
 * qualifies the lowest violation rate. The first of equals.
 */
export function optimum(rows) {
  const meeting = rows.filter((row) => row.sla_violation_rate_request <= VIOLATIONS_ALLOWED);
  const fewest = Math.min(...meeting.map((row) => row.num_gpus));
  const candidates = meeting.length > 0 ? meeting.filter((row) => row.num_gpus === fewest) : rows;
  return candidates.reduce((best, row) =>
    row.sla_violation_rate_request < best.sla_violation_rate_request ? row : best,
  );
}

/** Gain over a baseline [%], above 0 is better; undefined over 0. `sign`: -1 where less is better. */
export function gain(baseline, value, sign = 1) {
  return baseline === 0 ? undefined : (100 * sign * (value - baseline)) / baseline;
}

/** The four rows of every load and volume, from the rows of all_results.csv. Incomplete groups are left out. */
export function comparison(rows) {
  const bins = rows.filter(({ scheduler_type }) => scheduler_type === 'multi_bin_dynamic');
  const groups = [...new Set(bins.map(({ rps_scaling, num_requests }) => `${rps_scaling} ${num_requests}`))];
  return groups.flatMap((group) => {
    const own = rows.filter(({ rps_scaling, num_requests }) => `${rps_scaling} ${num_requests}` === group);
    const fixed = [
      own.find((row) => row.scheduler_type === 'static_fifo' && row.num_gpus === 1),
      own.find((row) => row.scheduler_type === 'dynamic_no_bins' && row.num_gpus === 1),
      own.find((row) => row.scheduler_type === 'multi_bin_dynamic' && row.num_gpus === 1 && row.k_bins === 8),
    ];
    if (fixed.includes(undefined)) return [];
    const best = optimum(own.filter(({ scheduler_type }) => scheduler_type === 'multi_bin_dynamic'));
    return [...fixed, best].map((row, i) => ({
      what: ['static, 1 GPU', 'no bins, 1 GPU', '8 bins, 1 GPU', `best: ${best.num_gpus} GPUs, ${best.k_bins} bins`][i],
      row,
      throughput_gain_pct: gain(fixed[0].throughput_requests_per_sec, row.throughput_requests_per_sec),
      latency_gain_pct: gain(fixed[0].avg_latency, row.avg_latency, -1),
      violation_gain_pct: gain(fixed[0].sla_violation_rate_request, row.sla_violation_rate_request, -1),
    }));
  });
}

/** Rows of a CSV of numbers and plain words. */
export function readRows(text) {
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return lines.map((line) =>
    Object.fromEntries(
      line.map((field, i) => [header[i], field !== '' && Number.isFinite(Number(field)) ? Number(field) : field]),
    ),
  );
}

function print(compared) {
  const percent = (value) => (value === undefined ? '-' : value.toFixed(3));
  const header = [
    'rps x',
    'requests',
    'what',
    'req/s',
    'tok/s',
    'latency s',
    'missed %',
    'batch',
    'util %',
    'req/s +%',
    'latency -%',
    'missed -%',
  ];
  const lines = compared.map(({ what, row, ...gains }) => [
    String(row.rps_scaling),
    String(row.num_requests),
    what,
    row.throughput_requests_per_sec.toFixed(3),
    row.throughput_tokens_per_sec.toFixed(1),
    row.avg_latency.toFixed(2),
    percent(100 * row.sla_violation_rate_request),
    row.avg_batch_size.toFixed(1),
    (100 * row.avg_gpu_utilization).toFixed(1),
    percent(gains.throughput_gain_pct),
    percent(gains.latency_gain_pct),
    percent(gains.violation_gain_pct),
  ]);
  const widths = header.map((_, i) => Math.max(...[header, ...lines].map((line) => line[i].length)));
  for (const line of [header, ...lines])
    console.log(line.map((field, i) => (i === 2 ? field.padEnd(widths[i]) : field.padStart(widths[i]))).join('  '));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const run = process.argv[2];
  if (run === undefined) {
    console.error('usage: node compare.mjs <run of grid.yaml>');
    process.exitCode = 2;
  } else
    print(
      comparison(
        readRows(readFileSync(join(run, 'results', 'all_results.csv'), 'utf8')).filter(
          ({ status }) => status === 'success',
        ),
      ),
    );
}
