import type { Command } from 'commander';

import { EngineError } from '../errors.ts';
import { diskError } from '../files/disk-error.ts';
import { createTerminal, type Terminal } from '../terminal/terminal.ts';
import type { StudyPlace } from '../operations/given-study.ts';
import { readableStack } from '../model/model-source.ts';
import { printable } from '../wording/printable.ts';
import { gatherFiles } from './option-values.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What a command's action returns: the process exit code. */
export type Action<Options> = (
  args: readonly string[],
  options: Options & CommonOptions,
  terminal: Terminal,
) => Promise<number>;

/**
 * Adds the common options to a command and runs its action: an `EngineError` becomes one message and its exit code, anything else is a bug
 * and says so. Stack traces only with `--debug`.
 */
export function runs<Options>(command: Command, action: Action<Options>): Command {
  return command
    .option('--json', 'print one JSON object on stdout')
    .option('--debug', 'show where an error came from')
    .action(async (...given: unknown[]) => {
      const options = command.opts<Options & CommonOptions>();
      const args = given
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => typeof arg === 'string');
      process.exitCode = await perform(() => action(args, options, createTerminal(options.json === true)), options);
    });
}

async function perform(action: () => Promise<number>, options: CommonOptions): Promise<number> {
  try {
    return await action();
  } catch (error) {
    return reportError(error, options);
  }
}

/** Prints an error for a person and, with `--json`, for a program. Returns the exit code. */
export function reportError(thrown: unknown, options: CommonOptions): number {
  // An error of the operating system is not a bug, wherever it occurred.
  const { path: file = 'a file', syscall = 'use' } = (thrown ?? {}) as NodeJS.ErrnoException;
  const error = diskError(thrown, syscall, file);
  const known = error instanceof EngineError;
  const message = error instanceof Error ? error.message : String(error);
  const terminal = createTerminal(options.json === true);
  terminal.fail(
    known
      ? message
      : `internal error: ${message}\n  This is a bug in permafrost: please report it with the output of --debug. Rows on disk are safe.`,
  );
  if (options.debug === true) printStack(error);
  const { code, path, value, allowed } = known
    ? error
    : { code: 'INTERNAL', path: undefined, value: undefined, allowed: undefined };
  terminal.result({ error: { code, message, path, value, allowed } });
  return known ? error.exit : 1;
}

/** With `--debug`: where an error came from, and what caused it, in lines of the user's own source where it came from there. */
export function printStack(error: unknown): void {
  let indent = '';
  for (let each = error; each instanceof Error; each = each.cause) {
    process.stderr.write(`${indent}${printable(readableStack(String(each.stack)))}\n`);
    indent = 'caused by ';
  }
}

/** What commander read of the options of commands that need the study of a run. */
export interface StudyFileFlags {
  readonly study?: string;
  readonly input?: Readonly<Record<string, string>>;
  readonly trust?: boolean;
}

/** Options of commands that need the study of a run. */
export function withStudyFiles(command: Command): Command {
  return command
    .option('--study <file>', 'the study file, if it has moved since the run')
    .option('--input <name=path>', 'an input file, if it has moved since the run; repeatable', gatherFiles);
}

/** The same for commands that only read a run, and load no code that its folder points to unless asked to. */
export function withTrust(command: Command): Command {
  return withStudyFiles(command).option(
    '--trust',
    "allow the run folder's manifest to load code (your own model or study module); without it, the folder is treated as data",
  );
}

export function studyFiles({ study, input, trust }: StudyFileFlags): StudyPlace {
  return { study, inputs: input, trust };
}
