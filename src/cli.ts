#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Command, CommanderError } from 'commander';

import { benchCommand } from './commands/bench.ts';
import { reportError } from './commands/command.ts';
import { exportCommand } from './commands/export.ts';
import { generateCommand } from './commands/generate.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { mergeCommand } from './commands/merge.ts';
import { planCommand } from './commands/plan.ts';
import { replayCommand } from './commands/replay.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { seedsCommand } from './commands/seeds.ts';
import { statusCommand } from './commands/status.ts';
import { summarizeCommand } from './commands/summarize.ts';
import { verifyCommand } from './commands/verify.ts';
import { ENGINE_VERSION } from './version.ts';

// The process is ours: the engine may ask for a collection where it leaves much garbage at once (run/collect-garbage.ts).
setFlagsFromString('--expose-gc');
globalThis.gc ??= runInNewContext('gc') as NonNullable<typeof globalThis.gc>;

const program = new Command('permafrost')
  .description('Crash-safe parallel Monte Carlo surfaces: kill it, run it again, get the same bytes.')
  .version(ENGINE_VERSION)
  .showHelpAfterError('(permafrost --help lists the commands, permafrost <command> --help its options and examples)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done and whole, 1 something failed or verification found something, 2 bad input,\n3 stopped but resumable, 130 interrupted. The same command again resumes where it stopped.',
  );

for (const command of [
  runCommand(),
  planCommand(),
  statusCommand(),
  verifyCommand(),
  replayCommand(),
  seedsCommand(),
  exportCommand(),
  mergeCommand(),
  summarizeCommand(),
  reportCommand(),
  benchCommand(),
  inspectCommand(),
  importCommand(),
  generateCommand(),
]) {
  program.addCommand(command);
}
exitOverrides(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Usage errors of a command, and of its own commands, become exit codes here. */
function exitOverrides(command: Command): void {
  command.exitOverride();
  for (const own of command.commands) exitOverrides(own);
}

/** commander has already printed its own message; help and version are no errors. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const json = process.argv.includes('--json');
    if (json) process.stdout.write(`${JSON.stringify({ error: { code: 'USAGE', message: error.message } })}\n`);
    return 2;
  }
  return reportError(error, { json: process.argv.includes('--json'), debug: process.argv.includes('--debug') });
}
