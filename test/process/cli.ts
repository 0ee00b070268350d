import { execa, type ResultPromise } from 'execa';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The built command, as a user starts it. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

export interface Finished {
  readonly exit: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON object on stdout. */
  json<T = Record<string, unknown>>(): T;
}

/** Starts the command; kill it, signal it or wait for `finished`. */
export function start(args: readonly string[], options: { readonly cwd?: string; readonly env?: Record<string, string> } = {}): ResultPromise {
  return execa(process.execPath, [CLI, ...args], {
    reject: false,
    stdin: 'ignore',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { NO_COLOR: '1', ...options.env },
  });
}

export async function finished(child: ResultPromise): Promise<Finished> {
  const result = await child;
  const stdout = String(result.stdout);
  return {
    exit: result.exitCode,
    signal: result.signal,
    stdout,
    stderr: String(result.stderr),
    json: <T>() => JSON.parse(stdout) as T,
  };
}

export function permafrost(args: readonly string[], options: { readonly cwd?: string; readonly env?: Record<string, string> } = {}): Promise<Finished> {
  return finished(start(args, options));
}

/** A new folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'permafrost-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The digest over all rows of a run, as `verify` computes it from the files. */
export async function digestOf(run: string): Promise<string> {
  const verified = await permafrost(['verify', run, '--json']);
  return verified.json<{ digest: string }>().digest;
}

/** A small generator for the moments of kills: seeded, so that a failing test can be run again. */
export function seededUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
