import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultSettings } from '../../../src/models/llm-scheduler/defaults.ts';
import { PARITY_CONSTANTS, UNCALIBRATED, type LatencyModel } from '../../../src/models/llm-scheduler/latency-model.ts';
import type { Bin, SchedulerType, Settings } from '../../../src/models/llm-scheduler/settings.ts';
import type { Workload } from '../../../src/models/llm-scheduler/workload.ts';

const beside = fileURLToPath(new URL('../../../../shared', import.meta.url));
const shared = [beside, process.env['PERMAFROST_SHARED']].find((path) => path !== undefined && existsSync(path));

/** A path of the shared reference data, or undefined where it is absent (tests that need it skip). */
export function sharedPath(name: string): string | undefined {
  const path = shared === undefined ? undefined : `${shared}/${name}`;
  return path !== undefined && existsSync(path) ? path : undefined;
}

export const ORACLE = sharedPath('oracle/llm-scheduler.json');

export interface OracleConfig {
  readonly trace: string;
  readonly num_requests: number;
  readonly num_gpus: number;
  readonly k_bins: number;
  readonly scheduler_type: SchedulerType;
  readonly rps_scaling: number;
  readonly use_real_timestamps: boolean;
  readonly seed: number;
  readonly d_sla_token_s: number;
  readonly d_sla_request_s: number;
  readonly latency_epsilon_s: number;
  readonly b_min: number;
  readonly b_max: number;
  readonly max_candidates: number;
  readonly b_fixed: number;
  readonly m_max_gb: number;
  readonly m_model_gb: number;
  readonly kv_gb_per_token: number;
  readonly memory_margin_gb: number;
  readonly bin_policy: Settings['bin_selection'];
  readonly bin_boundaries: readonly Bin[] | null;
  readonly calibrated: boolean;
  readonly prediction: 'power_law' | 'actual_output' | 'actual_total';
}

export interface OracleRun {
  readonly id: string;
  readonly family: string;
  readonly config: OracleConfig;
  readonly expected: Readonly<Record<string, number>> & {
    readonly batch_size_histogram: Readonly<Record<string, number>>;
    readonly batch_membership_sha256: string;
  };
  readonly state: {
    readonly bin_boundaries?: readonly Bin[];
    readonly bin_b_max?: readonly number[] | null;
    readonly bin_counts?: readonly number[];
    readonly controllers?: readonly Readonly<Record<string, number>>[];
    readonly first_batches: readonly {
      readonly start: number;
      readonly gpu: number;
      readonly size: number;
      readonly end: number;
    }[];
  };
}

/** The runs of the oracle; none where it is absent. */
export function oracleRuns(): readonly OracleRun[] {
  if (ORACLE === undefined) return [];
  return (JSON.parse(readFileSync(ORACLE, 'utf8')) as { runs: readonly OracleRun[] }).runs;
}

/** The settings that a run of the oracle was recorded with. */
export function oracleSettings(config: OracleConfig): Settings {
  return {
    ...defaultSettings('reference'),
    scheduler_type: config.scheduler_type,
    num_gpus: config.num_gpus,
    k_bins: config.k_bins,
    batch_min: config.b_min,
    batch_max: config.b_max,
    max_candidates: config.max_candidates,
    fixed_batch: config.b_fixed,
    d_sla_token: config.d_sla_token_s,
    d_sla_request: config.d_sla_request_s,
    latency_epsilon: config.latency_epsilon_s,
    gpu_memory: config.m_max_gb,
    model_memory: config.m_model_gb,
    kv_per_token: config.kv_gb_per_token,
    memory_margin: config.memory_margin_gb,
    bin_selection: config.bin_policy,
    bin_boundaries: config.bin_boundaries ?? undefined,
    latency: latencyOf(config.calibrated),
  };
}

function latencyOf(calibrated: boolean): LatencyModel {
  return calibrated
    ? { ...PARITY_CONSTANTS, floor: 0.001, ttft: PARITY_CONSTANTS.alpha, flat_token_time: undefined }
    : { ...UNCALIBRATED, floor: 0.001 };
}

type Columns = Readonly<Record<string, readonly number[]>>;
const parsed = new Map<string, Columns>();

/** The columns of one of the oracle's workload files. Read by hand: the trace reader is under test elsewhere. */
export function workloadColumns(trace: string): Columns {
  const known = parsed.get(trace);
  if (known !== undefined) return known;
  const lines = readFileSync(sharedPath(`data/llm/workloads/${trace}.csv`)!, 'utf8')
    .trimEnd()
    .split('\n');
  const names = lines[0]!.split(',');
  const rows = lines.slice(1).map((line) => line.split(',').map(Number));
  const columns = Object.fromEntries(names.map((name, i) => [name, rows.map((row) => row[i]!)]));
  parsed.set(trace, columns);
  return columns;
}

/** The workload of a run, predictions as recorded. */
export function oracleWorkload(config: OracleConfig): Workload {
  const columns = workloadColumns(config.trace);
  const count = Math.min(config.num_requests, columns['id']!.length);
  const take = (name: string): readonly number[] => columns[name]!.slice(0, count);
  const prompt = Int32Array.from(take('prompt'));
  const output = Int32Array.from(take('output'));
  const scaling = config.use_real_timestamps ? 1 : config.rps_scaling;
  const predicted = {
    power_law: () => Int32Array.from(take(`pred_seed${config.seed}`)),
    actual_output: () => output,
    actual_total: () => output.map((generated, i) => Math.min(4096, generated + prompt[i]!)),
  }[config.prediction]();
  return {
    count,
    arrival: Float64Array.from(take('arrival_s'), (stamp) => stamp / scaling),
    prompt,
    output,
    predicted,
  };
}
