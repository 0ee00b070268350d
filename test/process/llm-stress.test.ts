import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { digestOf, EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

// One test runs a whole study many times, or a large one.
vi.setConfig({ testTimeout: 300_000 });

const STRESS = join(EXAMPLES, 'llm-stress', 'stress.yaml');
const GRID = join(EXAMPLES, 'llm-stress', 'grid.yaml');

/** 60 requests in the Azure format, 12 a second: rows keep the volume that was asked for, so both suites are whole in seconds. */
const TRACE = [
  'TIMESTAMP,ContextTokens,GeneratedTokens',
  ...Array.from(
    { length: 60 },
    (_, i) =>
      `2023-11-16 18:15:${String(10 + Math.floor(i / 12))}.${String((i % 12) * 800_000).padStart(7, '0')},${100 + ((i * 37) % 900)},${1 + ((i * 53) % 300)}`,
  ),
].join('\n');

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'small.csv'), TRACE);
});

async function run(study: string, ...args: string[]) {
  const done = await permafrost(
    ['run', study, '--output', 'out', '--permutations', '1', '--input', 'trace=small.csv', '--json', ...args],
    { cwd: folder },
  );
  expect(done.exit, done.stderr).toBe(0);
  const { outputs } = done.json() as { outputs: [{ permutations_computed: number; cells: number }] };
  return { ...outputs[0], stderr: done.stderr };
}

type Row = Readonly<Record<string, string>>;

function rowsOf(table: string): Row[] {
  const path = join(folder, 'out', 'results', `${table}.csv`);
  if (!existsSync(path)) return [];
  const [header, ...lines] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return lines.map((line) => Object.fromEntries(line.map((field, i) => [header![i]!, field])));
}

const STEPS = ['step1_request_scaling', 'step2_gpu_scaling', 'step3_kbins_sensitivity'];
const counts = (): number[] => [...STEPS, 'all_results'].map((table) => rowsOf(table).length);

describe('the three-step stress suite', () => {
  it('has 25/0/0, 25/8/0, 25/8/6 rows step by step, and computes 35 simulations for its 39 rows', async () => {
    const computed: number[] = [];
    const after: number[][] = [];
    for (const step of STEPS) {
      computed.push((await run(STRESS, '--step', step)).permutations_computed);
      after.push(counts());
    }
    expect(after).toEqual([
      [25, 0, 0, 25],
      [25, 8, 0, 33],
      [25, 8, 6, 39],
    ]);
    expect(computed).toEqual([25, 5, 5]);
    const tables = (): string[] =>
      [...STEPS, 'all_results'].map((t) => readFileSync(join(folder, 'out', 'results', `${t}.csv`), 'utf8'));
    const step_by_step = tables();
    // A step again changes nothing; all of them at once end in the same files.
    expect((await run(STRESS, '--step', STEPS[1]!)).permutations_computed).toBe(0);
    expect(tables()).toEqual(step_by_step);
    renameSync(join(folder, 'out'), join(folder, 'before'));
    expect((await run(STRESS)).permutations_computed).toBe(35);
    expect(tables()).toEqual(step_by_step);
  });

  it('goes by volume, then static, no bins, and bins on 1, 2 and 4 GPUs; then by GPUs; then by bins on the best', async () => {
    await run(STRESS);
    const key = ({ scheduler_type, num_requests, num_gpus, k_bins }: Row) =>
      [num_requests, scheduler_type, num_gpus, k_bins].join(' ');
    const [one, two, three] = STEPS.map((step) => rowsOf(step));
    const volumes = [100, 1000, 10_000, 100_000, 1_000_000];
    expect(one!.map(key)).toEqual(
      volumes.flatMap((n) => [
        `${n} static_fifo 1 1`,
        `${n} dynamic_no_bins 1 1`,
        ...[1, 2, 4].map((gpus) => `${n} multi_bin_dynamic ${gpus} 8`),
      ]),
    );
    expect(two!.map(key)).toEqual([1, 2, 4, 8, 16, 32, 64, 100].map((gpus) => `1000000 multi_bin_dynamic ${gpus} 8`));
    const meeting = two!.find(({ sla_violation_rate_request }) => Number(sla_violation_rate_request) <= 0.05);
    expect(three!.map(key)).toEqual(
      [1, 2, 4, 8, 16, 32].map((bins) => `1000000 multi_bin_dynamic ${meeting!['num_gpus']!} ${bins}`),
    );
    // The published columns come first.
    expect(Object.keys(one![0]!).slice(0, 37).join()).toBe(
      'step,scheduler_type,num_requests,num_gpus,use_real_timestamps,rps_scaling,d_sla,k_bins,sla_violation_rate,capacity_qps_under_sla,' +
        'throughput_requests_per_sec,throughput_tokens_per_sec,avg_latency,p50_latency,p95_latency,p99_latency,max_latency,' +
        'avg_queueing_delay,avg_service_time,avg_gpu_utilization,min_gpu_utilization,max_gpu_utilization,num_batches,' +
        'avg_batch_size,min_batch_size,max_batch_size,total_time,total_tokens,num_completed,status,error,' +
        'sla_violation_rate_request,goodput_request_qps,num_requests_actual,num_unserved,num_rejected,config_id',
    );
    const every = [...one!, ...two!, ...three!];
    expect(new Set(every.map(({ config_id }) => config_id)).size).toBe(1);
    expect(
      every.every(
        (row) => row['d_sla'] === '0.01' && row['d_sla_request'] === '20' && row['latency_epsilon'] !== '0.005',
      ),
    ).toBe(true);
    // One row per key; explicit bins have no cap, one bin is no bins.
    const of = (wanted: string) => every.find((row) => key(row) === wanted)!;
    expect(of(`1000 multi_bin_dynamic 1 8`)['bin_cap']).toBe('none');
    expect(every.map(({ num_requests, num_requests_actual }) => [num_requests === '100', num_requests_actual])).toEqual(
      every.map(({ num_requests }) => [num_requests === '100', '60']),
    );
  });

  it('is cut by --set max_requests and max_gpus; the best GPU count may be given', async () => {
    const cut = ['--set', 'max_requests=1000', '--set', 'max_gpus=8'];
    expect((await run(STRESS, ...cut)).cells).toBe(10 + 1 + 5);
    expect(counts()).toEqual([10, 4, 6, 20]);
    expect(new Set(rowsOf(STEPS[1]!).map(({ num_requests }) => num_requests))).toEqual(new Set(['1000']));
    await run(STRESS, ...cut, '--step', STEPS[2]!, '--set', 'num_gpus=2');
    expect(new Set(rowsOf(STEPS[2]!).map(({ num_gpus }) => num_gpus))).toEqual(new Set(['2']));
    const plan = await permafrost(['plan', STRESS, '--output', 'none', ...cut, '--json'], { cwd: folder });
    expect(plan.json()).toMatchObject({ cells: 11 });
    const seeds = await permafrost(['seeds', STRESS, ...cut, '--json'], { cwd: folder });
    expect((seeds.json() as { cells: unknown[] }).cells).toHaveLength(11);
  });

  it('says what is simulated: the trace that the command line names, or a synthetic workload', async () => {
    const step = ['--step', STEPS[0]!, '--set', 'max_requests=100'];
    const synthetic = ['run', STRESS, '--output', 'out', '--permutations', '1', '--json', ...step];
    const ran = await permafrost(synthetic, { cwd: folder });
    expect(ran.exit, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('note: no trace: synthetic workload');
    expect(rowsOf(STEPS[0]!).map((row) => row['synthetic'])).toEqual(new Array(5).fill('1'));
    // Another input is another experiment.
    const refused = await permafrost([...synthetic, '--input', 'trace=small.csv'], { cwd: folder });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('inputs.trace');
    renameSync(join(folder, 'out'), join(folder, 'synthetic'));
    expect((await run(STRESS, ...step)).stderr).toContain('note: trace small.csv: 60 requests, ');
    expect(rowsOf(STEPS[0]!).map((row) => row['synthetic'])).toEqual(new Array(5).fill('0'));
  });
});

it('is the same to the last bit whatever the threads and chunks: random windows, noise, all schedulers', async () => {
  const study = `model: llm-scheduler
parameters: { num_requests: 40, num_gpus: 2, window: random, window_end: wrap, prediction: noisy_output, service_noise: 0.3, find_capacity: true }
grid: { scheduler_type: [static_fifo, dynamic_no_bins, multi_bin_dynamic, multi_bin_only] }
permutations: 12
inputs: { trace: small.csv }
streams: shared
output: out
`;
  writeFileSync(join(folder, 'study.yaml'), study);
  const digests: string[] = [];
  for (const how of [
    ['--threads', '1'],
    ['--threads', '3', '--chunk', '1'],
  ]) {
    const output = join(folder, how.join(''));
    const done = await permafrost(['run', 'study.yaml', '--output', output, ...how], { cwd: folder });
    expect(done.exit, done.stderr).toBe(0);
    digests.push(await digestOf(output));
  }
  expect(digests[1]).toBe(digests[0]);
});

describe('an input that the command line names', () => {
  const step = ['--step', STEPS[0]!, '--set', 'max_requests=100'];

  it('is found again by verify, replay and a merge elsewhere, and named anew where it has moved', async () => {
    await run(STRESS, ...step);
    const verified = await permafrost(['verify', 'out', '--recompute', '100%', '--json'], { cwd: folder });
    expect(verified.json()).toMatchObject({ recomputed: 5, mismatches: 0 });
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    const merged = await permafrost(['merge', 'out', '--into', 'deep/er/copy', '--json'], { cwd: folder });
    expect(merged.json()).toMatchObject({ complete: 5, rows: 5 });
    const cell = rowsOf(STEPS[0]!)[2]!['cell_id']!;
    const replay = (where: string, ...more: string[]) =>
      permafrost(['replay', where, '--cell', cell, '--perm', '0', '--json', ...more], { cwd: folder });
    expect((await replay('deep/er/copy')).json()).toMatchObject({ equal: true });
    renameSync(join(folder, 'small.csv'), join(folder, 'moved.csv'));
    const lost = await replay('out');
    expect(lost.exit).toBe(2);
    expect(lost.stderr).toContain('--input trace: cannot read');
    expect((await replay('out', '--input', 'trace=moved.csv')).json()).toMatchObject({ equal: true });
    copyFileSync(join(folder, 'moved.csv'), join(folder, 'other.csv'));
    writeFileSync(join(folder, 'other.csv'), `${TRACE}\n2023-11-16 18:15:59.0000000,1,1\n`);
    expect((await replay('out', '--input', 'trace=other.csv')).exit).toBe(2);
  });

  it('stands in what is to be typed to resume', async () => {
    const stopped = await permafrost(
      [
        'run',
        STRESS,
        '--output',
        'out',
        '--input',
        'trace=small.csv',
        '--permutations',
        '200000',
        '--max-seconds',
        '1',
        ...step,
      ],
      { cwd: folder },
    );
    expect(stopped.exit).toBe(3);
    expect(stopped.stdout).toMatch(
      /resume {4}permafrost run .*stress\.yaml(?=.* --output out)(?=.* --set max_requests=100)(?=.* --input trace=small\.csv)(?=.* --permutations 200000)/,
    );
  });

  it.each([
    ['trce=small.csv', /--input\.trce: unknown input of model llm-scheduler "trce".*did you mean trace\?/],
    [
      'trace=none.csv',
      /--input trace: cannot read .*none\.csv: there is no such file\. Paths are relative to the working directory/,
    ],
    ['trace', /--input expects name=path/],
    ['trace=', /--input expects name=path/],
  ])('%s is refused', async (input, message) => {
    const refused = await permafrost(['run', STRESS, '--input', input], { cwd: folder });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toMatch(message);
  });
});

it.each(['plan', 'seeds', 'bench'])('%s takes --input and --set, too', async (command) => {
  const refused = await permafrost([command, STRESS, '--input', 'trce=small.csv'], { cwd: folder });
  expect(refused.exit).toBe(2);
  expect(refused.stderr).toContain('did you mean trace?');
});

describe('the grid suite', () => {
  it('has 192 tests at each of three loads, and compare.mjs the four rows of every load and volume', async () => {
    expect((await run(GRID)).permutations_computed).toBe(3 * 192 + 3 * 4 * 2);
    expect(['load_100', 'load_10', 'load_1', 'baselines'].map((table) => rowsOf(table).length)).toEqual([
      192, 192, 192, 36,
    ]);
    const load = rowsOf('load_10');
    const distinct = (name: string) => [...new Set(load.map((row) => row[name]))].join(' ');
    expect(['num_requests', 'num_gpus', 'k_bins', 'rps_scaling', 'scheduler_type'].map(distinct)).toEqual([
      '1000 10000 100000 1000000',
      '1 2 4 8 16 32 64 100',
      '1 2 4 8 16 32',
      '10',
      'multi_bin_dynamic',
    ]);
    const script = join(EXAMPLES, 'llm-stress', 'compare.mjs');
    const printed = execFileSync(process.execPath, [script, 'out'], { cwd: folder, encoding: 'utf8' });
    const lines = printed.trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(3 * 4 * 4);
    expect(lines.slice(0, 4).map((line) => line.trim().split(/ {2,}/).slice(0, 3).join('|'))).toEqual([
      '100|1000|static, 1 GPU',
      '100|1000|no bins, 1 GPU',
      '100|1000|8 bins, 1 GPU',
      expect.stringMatching(/^100\|1000\|best: \d+ GPUs, \d+ bins$/),
    ]);
  });

  it('has a capacity study beside it: a bracket for every scheduler, on windows that all of them share', async () => {
    const study = join(EXAMPLES, 'llm-stress', 'capacity.yaml');
    const done = await permafrost(['run', study, '--output', 'out', '--permutations', '1'], { cwd: folder });
    expect(done.exit, done.stderr).toBe(0);
    const rows = rowsOf('final_results');
    expect(rows).toHaveLength(5);
    for (const row of rows)
      expect(Number(row['capacity_missed_rps_mean'])).toBeGreaterThan(Number(row['capacity_met_rps_mean']));
    expect(new Set(rows.map((row) => row['total_tokens_mean'])).size).toBe(1);
  });

  it('compares with the fewest GPUs that meet the SLA, then the lowest violation rate, the first of equals', async () => {
    const { optimum, gain } = (await import(join(EXAMPLES, 'llm-stress', 'compare.mjs'))) as {
      optimum: (rows: object[]) => unknown;
      gain: (baseline: number, value: number, sign?: number) => number | undefined;
    };
    const row = (num_gpus: number, sla_violation_rate_request: number, k_bins: number) => ({
      num_gpus,
      sla_violation_rate_request,
      k_bins,
    });
    expect(optimum([row(4, 0.05, 1), row(4, 0.01, 2), row(4, 0.01, 4), row(8, 0, 1), row(2, 0.06, 1)])).toEqual(
      row(4, 0.01, 2),
    );
    expect(optimum([row(1, 0.9, 1), row(2, 0.5, 1), row(4, 0.5, 1)])).toEqual(row(2, 0.5, 1));
    expect([gain(2, 3), gain(10, 5, -1), gain(0, 1)]).toEqual([50, 50, undefined]);
  });
});
