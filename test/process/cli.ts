import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

export { temporaryFolder } from '../temporary-folder.ts';

/** The built command, as a user starts it. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

export interface Finished {
  readonly exit: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON object on stdout. */
  readonly json: () => unknown;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Starts the command; kill it, signal it or wait for `finished`. */
export function start(args: readonly string[], options: StartOptions = {}) {
  return execa(process.execPath, [CLI, ...args], {
    reject: false,
    stdin: 'ignore',
    // Five seconds after a SIGTERM it would send SIGKILL by itself: on a busy machine before a process has ended in order.
    forceKillAfterDelay: false,
    cwd: options.cwd ?? process.cwd(),
    env: { NO_COLOR: '1', ...options.env },
  });
}

export async function finished(child: ReturnType<typeof start>): Promise<Finished> {
  const { exitCode, signal, stdout, stderr } = await child;
  return { exit: exitCode, signal, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
}

export function permafrost(args: readonly string[], options: StartOptions = {}): Promise<Finished> {
  return finished(start(args, options));
}

/** The digest over all rows of a run, as `verify` computes it from the files. */
export async function digestOf(run: string): Promise<string> {
  const verified = await permafrost(['verify', run, '--json']);
  return (verified.json() as { digest: string }).digest;
}

/** A small generator for the moments of kills: seeded, so that a failing test can be run again. */
export function seededUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
