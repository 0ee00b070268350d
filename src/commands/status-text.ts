import type { RunStatus } from '../operations/status.ts';
import { isAtWork, STATE_WORDS, WHAT_TO_DO, type RunState } from '../operations/run-state.ts';
import type { Heartbeat } from '../stored/heartbeat.ts';
import { formatCount, formatDuration, inFull } from '../wording/format-number.ts';
import { queueLines } from './queue-text.ts';

/** The exit code for each state: what `run` would have ended with, and a code of its own for what only a look from outside can find. */
export const STATUS_EXIT: Readonly<Record<RunState, number>> = {
  complete: 0,
  part_done: 0,
  running: 0,
  failed: 1,
  stopped: 3,
  waiting_for_disk: 4,
  stalled: 5,
  dead: 6,
};

/** Some lines for a person. */
export function statusText(status: RunStatus): string {
  const lines = [
    `${status.name} (${status.run}): ${STATE_WORDS[status.state]}`,
    ...reasonLines(status),
    `  cells         ${inFull(status.cells_complete)} of ${inFull(status.cells_total)} complete`,
    `  permutations  ${inFull(status.permutations_done)} of ${status.at_most ? 'at most ' : ''}${inFull(status.permutations_total)}${status.scanned ? ', counted from the metrics files' : ''}`,
  ];
  if (status.heartbeat !== undefined) lines.push(`  heartbeat     ${heartbeatText(status)}`);
  if (status.queue !== undefined) lines.push(...queueLines(status.queue, isAtWork(status.state)));
  return lines.join('\n');
}

function reasonLines({ state, why, holder }: RunStatus): string[] {
  const who = holder === undefined || state === 'running' ? '' : ` (process ${holder.pid} on ${holder.host})`;
  const what = WHAT_TO_DO[state];
  return [
    ...(why === undefined ? [] : [`  why           ${why.message}${who}`]),
    ...(what === undefined ? [] : [`  what to do    ${what}`]),
  ];
}

/** One line for a person who watches. */
export function statusLine(status: RunStatus): string {
  const percent = status.permutations_total === 0 ? 100 : (100 * status.permutations_done) / status.permutations_total;
  const cells = `${formatCount(status.cells_complete)}/${formatCount(status.cells_total)} cells`;
  const state = status.state === 'running' ? '' : `${STATE_WORDS[status.state]}  `;
  return `${percent.toFixed(1)} %  ${cells}  ${state}${heartbeatText(status)}`;
}

/** A rate and a time left only where something comes of them. */
function heartbeatText({ heartbeat, heartbeat_age_seconds, state }: RunStatus): string {
  if (heartbeat === undefined || heartbeat_age_seconds === undefined) return 'none yet';
  const age = `${formatDuration(heartbeat_age_seconds)} ago`;
  if (state !== 'running') return age;
  const left = heartbeat.eta_seconds === null ? 'unknown' : formatDuration(heartbeat.eta_seconds);
  return `${age}, ${formatCount(heartbeat.sims_per_second)}/s, ${left} left, at cell ${heartbeat.current_cell_id ?? '-'}`;
}

/** The object of `--json`: the contract's fields first. */
export function statusJson(status: RunStatus): unknown {
  const { run, cells_total, cells_complete, permutations_done, permutations_total, complete, state } = status;
  const { heartbeat, queue, why = null, holder = null, heartbeat_age_seconds = null } = status;
  const rate = state === 'running' ? {} : { sims_per_second: null, eta_seconds: null };
  return {
    run,
    cells_total,
    cells_complete,
    permutations_done,
    permutations_total,
    complete,
    state,
    why,
    holder,
    heartbeat: heartbeat === undefined ? null : { ...withoutQueue(heartbeat), ...rate },
    heartbeat_age_seconds,
    ...(queue !== undefined && { queue }),
  };
}

/** It stands beside. */
function withoutQueue(heartbeat: Heartbeat): Omit<Heartbeat, 'queue'> {
  const rest = { ...heartbeat };
  delete (rest as { queue?: unknown }).queue;
  return rest;
}
