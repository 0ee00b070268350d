import { describe, expect, it, test } from 'vitest';

import { isAtWork, judgeRun, type RunState, type Signs } from '../../src/operations/run-state.ts';
import type { Heartbeat } from '../../src/stored/heartbeat.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z');
const ago = (seconds: number): string => new Date(NOW_MS - 1000 * seconds).toISOString();

function beat(seconds: number, more: Partial<Heartbeat> = {}): Heartbeat {
  const timestamp = ago(seconds);
  return { timestamp, current_cell_id: null, sims_per_second: 9, eta_seconds: 1, state: 'running', ...more };
}
const BEFORE_THIS_VERSION = { timestamp: ago(5), current_cell_id: null, sims_per_second: 9, eta_seconds: 1 };
const FULL = { code: 'DISK_FULL', message: 'the disk is full' };

/** A run that began a day ago, and what is different in it. */
function signs(more: Partial<Signs>): Signs {
  return {
    lock: 'alive',
    since: ago(86_400),
    heartbeat: beat(5),
    complete: false,
    done: false,
    cells: new Set(['running', 'waiting'] as const),
    now_ms: NOW_MS,
    ...more,
  };
}
const cells = (...statuses: readonly string[]): { cells: ReadonlySet<string> } => ({ cells: new Set(statuses) });

const CASES: readonly (readonly [string, RunState, Partial<Signs>])[] = [
  ['a run at work', 'running', {}],
  ['its first seconds, before any heartbeat', 'running', { heartbeat: undefined, since: ago(3) }],
  [
    'a resumed run, before its first heartbeat',
    'running',
    { heartbeat: beat(9000, { state: 'stopped' }), since: ago(3) },
  ],
  ['a merge or a repair, which has no heartbeat', 'running', { heartbeat: undefined, since: ago(500) }],
  ['between two stages of a suite', 'running', { heartbeat: beat(70, { state: 'part_done' }) }],
  [
    'one of several studies of a run that goes on with the others',
    'complete',
    { heartbeat: beat(70, { state: 'complete' }), complete: true, done: true },
  ],
  ['60 s without a heartbeat', 'running', { heartbeat: beat(60) }],
  ['61 s without one', 'stalled', { heartbeat: beat(61) }],
  ['heartbeats, and no row for ten minutes', 'running', { heartbeat: beat(0, { advanced_at: ago(600) }) }],
  ['heartbeats, and no row for longer', 'stalled', { heartbeat: beat(0, { advanced_at: ago(601) }) }],
  [
    'a model that took five minutes for a chunk before has twenty',
    'running',
    { heartbeat: beat(0, { advanced_at: ago(1200), longest_wait_seconds: 300 }) },
  ],
  ['and no more', 'stalled', { heartbeat: beat(0, { advanced_at: ago(1201), longest_wait_seconds: 300 }) }],
  ['a heartbeat of an earlier version', 'running', { heartbeat: BEFORE_THIS_VERSION }],
  ['a clock that was set back', 'running', { heartbeat: beat(-500) }],
  ['a full disk that is waited for', 'waiting_for_disk', { heartbeat: beat(900, { state: 'stopped', why: FULL }) }],
  ['a killed process, five seconds later', 'dead', { lock: 'dead' }],
  ['a killed process, all of whose rows are there', 'dead', { lock: 'dead', complete: true }],
  ['a process killed after its very last file', 'complete', { lock: 'dead', complete: true, done: true }],
  ['a lock that was removed by hand', 'dead', { lock: 'free' }],
  ['another machine, with heartbeats', 'running', { lock: 'unknown' }],
  ['another machine, silent', 'stalled', { lock: 'unknown', heartbeat: beat(61) }],
  ['another machine, silent from the start', 'stalled', { lock: 'unknown', heartbeat: undefined }],
  [
    'a copy made while another machine ended the run',
    'stopped',
    { lock: 'unknown', heartbeat: beat(61, { state: 'stopped' }) },
  ],
  ['stopped', 'stopped', { lock: 'free', heartbeat: beat(9, { state: 'stopped' }) }],
  ['failed', 'failed', { lock: 'free', heartbeat: beat(9, { state: 'failed' }) }],
  ['a shard', 'part_done', { lock: 'free', heartbeat: beat(9, { state: 'part_done' }) }],
  ['complete', 'complete', { lock: 'free', heartbeat: beat(9, { state: 'complete' }), complete: true, done: true }],
  [
    'completed by the last of several parts',
    'complete',
    { lock: 'free', heartbeat: beat(9, { state: 'part_done' }), complete: true },
  ],
  [
    'every row there, and the tables refused',
    'stopped',
    { lock: 'free', heartbeat: beat(9, { state: 'stopped' }), complete: true },
  ],
  [
    'the same, mended since',
    'complete',
    { lock: 'free', heartbeat: beat(9, { state: 'stopped' }), complete: true, done: true },
  ],
  ['complete, then extended by the study', 'stopped', { lock: 'free', heartbeat: undefined, ...cells('stopped') }],
  ['an earlier version, stopped', 'stopped', { lock: 'free', heartbeat: BEFORE_THIS_VERSION }],
  ['an earlier version, complete', 'complete', { lock: 'free', heartbeat: BEFORE_THIS_VERSION, complete: true }],
  [
    'an earlier version, failed',
    'failed',
    { lock: 'free', heartbeat: BEFORE_THIS_VERSION, ...cells('failed', 'complete') },
  ],
  [
    'an earlier version, a shard',
    'part_done',
    { lock: 'free', heartbeat: BEFORE_THIS_VERSION, ...cells('shared', 'complete') },
  ],
  ['nothing but a manifest', 'stopped', { lock: 'free', heartbeat: undefined, since: undefined, ...cells('waiting') }],
];

test.each(CASES)('%s: %s', (_, state, more) => {
  expect(judgeRun(signs(more)).state).toBe(state);
});

describe('a run that is watched', () => {
  it.each([
    ['running', true],
    ['waiting_for_disk', true],
    ['stalled', true],
    ['dead', false],
    ['stopped', false],
    ['failed', false],
    ['part_done', false],
    ['complete', false],
  ] as const)('%s is waited for: %s', (state, waits) => {
    expect(isAtWork(state)).toBe(waits);
  });
});

it('says why', () => {
  expect(judgeRun(signs({ heartbeat: beat(300) })).why?.message).toContain('no heartbeat for 5 min');
  expect(judgeRun(signs({ heartbeat: beat(1, { advanced_at: ago(1501) }) })).why?.message).toContain('25 min');
  const why = { code: 'SIGTERM', message: 'stopped by SIGTERM' };
  expect(judgeRun(signs({ lock: 'free', heartbeat: beat(9, { state: 'stopped', why }) })).why).toBe(why);
});
