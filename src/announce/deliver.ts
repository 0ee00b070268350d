import { spawn } from 'node:child_process';

import type { Announcement } from './announcement.ts';
import type { Target } from './target.ts';

/** Gives an announcement to whom it is for. Resolves to why that failed, undefined where it did not. Aborted, it ends at once. */
export function deliver(target: Target, announcement: Announcement, signal: AbortSignal): Promise<string | undefined> {
  const json = JSON.stringify(announcement);
  return target.kind === 'command' ? runCommand(target.words, json, signal) : post(target, json, signal);
}

/** The event is on its stdin and in PERMAFROST_EVENT. What it prints is not read. */
function runCommand(
  [program, ...words]: readonly [string, ...string[]],
  json: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // A group of its own: Ctrl-C, which stops the run, must not end the message that says so.
  const own_group = process.platform !== 'win32';
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, PERMAFROST_EVENT: json },
      detached: own_group,
      windowsHide: true,
    });
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        if (own_group) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        return; // it has just ended by itself
      }
    };
    const settle = (why: string | undefined): void => {
      signal.removeEventListener('abort', end);
      resolve(why);
    };
    signal.addEventListener('abort', end);
    child.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      settle(code === 'ENOENT' ? 'there is no such program' : (code ?? message));
    });
    child.once('exit', (code, killed) => {
      if (signal.aborted) settle('it took too long, and was ended');
      else settle(code === 0 ? undefined : `it ended with ${code ?? killed ?? 'an error'}`);
    });
    // A program need not read what it is given.
    child.stdin.once('error', () => undefined);
    child.stdin.end(`${json}\n`);
  });
}

/** A redirect is not followed: it might lead anywhere. */
async function post(
  { url, headers }: Extract<Target, { readonly kind: 'webhook' }>,
  json: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', 'User-Agent': 'permafrost' },
      body: json,
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    return response.ok ? undefined : `it answered ${response.status}`;
  } catch (error) {
    return signal.aborted ? 'it took too long' : reasonOf(error);
  }
}

/** What fetch throws says nothing but its cause, whose message may hold the address; its code does not. */
function reasonOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === undefined ? 'it cannot be reached' : `it cannot be reached (${code})`;
}
