import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { discard, scratch, started } from './real-run.ts';
import type { Ended } from './real-run.ts';

/**
 * strace as the hand that disturbs: at the k-th call of a kind that concerns the output it kills the process just before the call, or
 * lets the call fail. Its counters are per call and per thread, so the thread pool has one thread, and a case counts only when its log
 * says that it happened.
 */

/** Every call by which a run changes the disk, and those that come before and after. */
export const CALLS = [
  'pwrite64',
  'write',
  'openat',
  'open',
  'mkdir',
  'rename',
  'link',
  'unlink',
  'ftruncate',
  'fsync',
  'fdatasync',
  'close',
] as const;
export type Call = (typeof CALLS)[number];

export interface Injection {
  readonly call: Call;
  /** From 1. */
  readonly k: number;
  readonly what: 'SIGKILL' | 'EIO' | 'ENOSPC' | 'EINTR';
  /** Every later call of the kind too. */
  readonly forGood: boolean;
}

const QUIET = ['-f', '-qq', '-y'];
/** One pool thread; and no io_uring, whose writes strace does not see. */
const ENV = { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };

/** Why there is no strace here, or undefined. */
export function noStrace(): string | undefined {
  const tried = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (tried.error !== undefined) return 'strace is not installed';
  return tried.status === 0 ? undefined : `strace cannot trace here: ${tried.stderr.trim()}`;
}

/** What an undisturbed run does to its output: the paths, and for every call how often the thread that makes most of them makes it. */
export async function census(
  command: readonly string[],
  output: string,
): Promise<{ readonly paths: string[]; readonly counts: Map<Call, number> }> {
  const folder = scratch();
  const log = join(folder, 'log');
  const ended = await started(
    ['strace', ...QUIET, '-s', '512', '-o', log, '-e', `trace=${CALLS.join(',')}`, ...command],
    ENV,
  );
  if (ended.exit !== 0) throw new Error(`the undisturbed run ended with ${ended.exit}: ${ended.stderr}`);
  const paths = new Set<string>();
  const byThread = new Map<string, number>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [thread, rest = ''] = line.split(/ +(.*)/s);
    const call = /^([a-z0-9]+)\(/.exec(rest)?.[1];
    if (call === undefined || !rest.includes(output)) continue;
    // The content of a write may hold paths too: only a descriptor's or an argument's is one of the call.
    const own = call === 'write' || call === 'pwrite64' ? rest.slice(0, rest.indexOf(',')) : rest;
    const named = [...own.matchAll(/[<"](\/[^<>"]*)[>"]/g)].map((match) => match[1]!);
    const mine = named.filter((path) => path === output || path.startsWith(`${output}/`));
    if (mine.length === 0) continue;
    for (const path of mine) paths.add(path);
    const key = `${thread} ${call}`;
    byThread.set(key, (byThread.get(key) ?? 0) + 1);
  }
  discard(folder);
  const counts = new Map<Call, number>();
  for (const [key, n] of byThread) {
    const call = key.split(' ')[1] as Call;
    counts.set(call, Math.max(counts.get(call) ?? 0, n));
  }
  return { paths: [...paths], counts };
}

/** Runs the command under one injection into calls that concern `paths`. `reached`: it happened. */
export async function disturbed(
  command: readonly string[],
  paths: readonly string[],
  { call, k, what, forGood }: Injection,
): Promise<Ended & { readonly reached: boolean }> {
  const folder = scratch();
  const log = join(folder, 'log');
  const effect = what === 'SIGKILL' ? 'signal=SIGKILL' : `error=${what}`;
  const inject = `inject=${call}:${effect}:when=${k}${forGood ? '+' : ''}`;
  const places = paths.flatMap((path) => ['-P', path]);
  const ended = await started(
    ['strace', ...QUIET, '-o', log, ...places, '-e', `trace=${call}`, '-e', inject, ...command],
    ENV,
  );
  const reached =
    what === 'SIGKILL'
      ? ended.signal === 'SIGKILL' || ended.exit === 137
      : readFileSync(log, 'utf8').includes('(INJECTED)');
  discard(folder);
  return { ...ended, reached };
}
