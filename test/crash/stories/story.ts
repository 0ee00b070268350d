import { EngineError } from '../../../src/errors.ts';
import type { FilePort } from '../../../src/files/port.ts';
import { merge as mergeRuns } from '../../../src/operations/merge.ts';
import { repair as repairRun } from '../../../src/operations/repair.ts';
import { run as runStudies } from '../../../src/operations/run.ts';
import type { RunOptions } from '../../../src/run/run-options.ts';
import type { Life } from './life.ts';

/** A whole study, or several, from the first command to the last. */
export interface Story {
  readonly name: string;
  /** Study files by name, as YAML. Each writes to `/runs/<name>`, if it does not say otherwise. */
  readonly studies: Readonly<Record<string, string>>;
  readonly acts: readonly Act[];
}

/** One command, or something that happens between two. */
export type Act = Command | Event;

export interface Command {
  readonly name: string;
  /** Resolves with the exit code, and with what stopped it. */
  run(life: Life): Promise<Ended>;
}

export interface Event {
  readonly name: string;
  /** To the files, between two commands. */
  happen(port: FilePort): void;
}

export interface Ended {
  readonly exit: number;
  readonly errors: readonly unknown[];
}

export function outputOf(study: string): string {
  return `/runs/${study}`;
}

/** Chunks of so many permutations: several for each cell. */
const CHUNK = 8;

export function run(studies: string | readonly string[], options: RunOptions = {}): Command {
  const files = [studies].flat();
  const given = Object.entries(options).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return {
    name: ['run', ...files, ...given].join(' '),
    run: async (life) => {
      const { outputs } = await runStudies(
        files.map((name) => life.study(name)),
        { threads: 1, kernel: 'typescript', chunk: CHUNK, ...options, onEvent: life.tell },
        life.host,
      );
      return {
        exit: Math.max(...outputs.map(({ exit }) => exit)),
        errors: outputs.flatMap(({ stopped }) => (stopped?.kind === 'error' ? [stopped.error] : [])),
      };
    },
  };
}

export function repair(output: string): Command {
  return {
    name: `verify --repair ${output}`,
    run: async ({ host }) => {
      const { exit, stopped } = await repairRun(output, {}, host);
      return { exit, errors: stopped?.kind === 'error' ? [stopped.error] : [] };
    },
  };
}

export function merge(from: readonly string[], into: string): Command {
  return done(`merge ${from.join(' ')} --into ${into}`, ({ host }) => mergeRuns(from, into, {}, host));
}

/** A command that succeeds or throws. */
export function done(name: string, work: (life: Life) => Promise<unknown>): Command {
  return {
    name,
    run: async (life) => {
      await work(life);
      return { exit: 0, errors: [] };
    },
  };
}

/** Performs a command as the command line does: what is thrown decides the exit code. */
export async function perform(command: Command, life: Life): Promise<Ended> {
  try {
    return await command.run(life);
  } catch (error) {
    return { exit: error instanceof EngineError ? error.exit : 1, errors: [error] };
  }
}
