import type { FilePort } from '../files/port.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { readAdvisory } from './advisory-file.ts';
import { queueReportOf, type QueueReport } from './queue-report.ts';

/** A run writes its heartbeat this often [ms]; the contract asks for 30 s at most. */
export const HEARTBEAT_MS = 10_000;

/** How a run ended. `part_done`: what it was asked for is complete (a shard, some cells or steps), and other cells are not. */
export const ENDS = ['complete', 'part_done', 'stopped', 'failed'] as const;
/** How a run ended. */
export type RunEnd = (typeof ENDS)[number];

/** Why a run ended before its work was done: a signal, a code of errors.ts, TIME or ABORTED. */
export interface EndReason {
  readonly code: string;
  readonly message: string;
}

/** What aggregated/heartbeat.json says besides its counts; earlier versions wrote nothing from `state` on. */
export interface Heartbeat {
  /** ISO 8601, in UTC, like every time here. */
  readonly timestamp: string;
  readonly current_cell_id: string | null;
  readonly sims_per_second: number;
  readonly eta_seconds: number | null;
  readonly uptime_seconds?: number;
  /** Threads of this machine that compute; 0 where only workers of a queue do. */
  readonly threads?: number;
  /** What the missing rows will take, from those computed so far [bytes]; absent before the first. */
  readonly disk_needed_bytes?: number;
  /** `running` until the run has ended. */
  readonly state?: 'running' | RunEnd;
  /** When the last row or cell counted. */
  readonly advanced_at?: string;
  /** The longest time between two of those so far. */
  readonly longest_wait_seconds?: number;
  /** Why it ended; absent while it runs, and where nothing was left to do. */
  readonly why?: EndReason;
  /** Of a run over a queue. */
  readonly queue?: QueueReport;
}

/** The last heartbeat of a run; undefined where there is none that can be read. */
export function readHeartbeat(port: FilePort, output: string): Heartbeat | undefined {
  return readAdvisory(port, layoutOf(output).heartbeat, (text) => {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? heartbeatOf(found as Record<string, unknown>) : undefined;
  });
}

/** Anybody may have written it: fields of the wrong type are left out. */
function heartbeatOf(found: Readonly<Record<string, unknown>>): Heartbeat | undefined {
  const { timestamp, current_cell_id, sims_per_second, eta_seconds, state, advanced_at, longest_wait_seconds } = found;
  if (!isTime(timestamp)) return undefined;
  const { uptime_seconds, threads, disk_needed_bytes } = found;
  const known = [...ENDS, 'running' as const].find((each) => each === state);
  const why = reasonOf(found['why']);
  const queue = queueReportOf(found['queue']);
  return {
    timestamp,
    current_cell_id: typeof current_cell_id === 'string' ? current_cell_id : null,
    sims_per_second: typeof sims_per_second === 'number' ? sims_per_second : 0,
    eta_seconds: typeof eta_seconds === 'number' ? eta_seconds : null,
    ...(typeof uptime_seconds === 'number' && { uptime_seconds }),
    ...(typeof threads === 'number' && { threads }),
    ...(typeof disk_needed_bytes === 'number' && { disk_needed_bytes }),
    ...(known !== undefined && { state: known }),
    ...(isTime(advanced_at) && { advanced_at }),
    ...(typeof longest_wait_seconds === 'number' && { longest_wait_seconds }),
    ...(why !== undefined && { why }),
    ...(queue !== undefined && { queue }),
  };
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && Number.isFinite(Date.parse(value));
}

function reasonOf(value: unknown): EndReason | undefined {
  const { code, message } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
}
