import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Command, CommanderError } from 'commander';

import { modelConsole } from '../model/model-output.ts';
import { fold } from '../terminal/fold.ts';
import { screenOf } from '../terminal/screen.ts';
import { ENGINE_VERSION } from '../version.ts';
import { reportError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { outliveTerminal } from './lost-terminal.ts';

/** The command line from `process.argv` to the exit code. Imported once, by cli.ts. */

// The process is ours: the engine may ask for a collection where it leaves much garbage at once (run/collect-garbage.ts). Made ready when it does: that takes a context of its own.
if (globalThis.gc === undefined) Object.defineProperty(globalThis, 'gc', { configurable: true, get: exposedGc });

outliveTerminal();

// A model may print while this process has it in its hands.
globalThis.console = modelConsole(process.stderr);

const program = new Command('permafrost')
  .description('Crash-safe parallel Monte Carlo surfaces: kill it, run it again, get the same bytes.')
  .version(ENGINE_VERSION)
  .showHelpAfterError('(permafrost --help lists the commands, permafrost <command> --help its options and examples)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done and whole, 1 something failed or verification found something, 2 bad input,\n3 stopped but resumable, 130 interrupted (143 by SIGTERM, 129 by a\nclosed terminal, 149 by Ctrl-Break). The same command again resumes where it stopped.',
  );

for (const command of await wanted(process.argv.slice(2))) program.addCommand(command);
exitOverrides(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exposedGc(): NonNullable<typeof globalThis.gc> {
  setFlagsFromString('--expose-gc');
  const value = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
  Object.defineProperty(globalThis, 'gc', { configurable: true, value });
  return value;
}

/** A command loads what it needs, and only that: `status` opens no study. Every other word needs the list of them, to show or to compare. */
async function wanted([word = '', of = '']: readonly string[]): Promise<readonly Command[]> {
  const name = word === 'help' ? of : word;
  const listed = COMMANDS[name];
  if (listed !== undefined) return [(await listed.load()).description(listed.description)];
  return Object.entries(COMMANDS).map(([each, { description, takes }]) => {
    const command = new Command(each).description(description).option('--help');
    for (const argument of takes.split(' ').filter(Boolean)) command.argument(argument);
    return command;
  });
}

/** Usage errors of a command, and of its own commands, become exit codes here; help fits where it is read. */
function exitOverrides(command: Command): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => process.stdout.write(fold(text, screenOf(process.stdout, process.env).width)),
    getOutHelpWidth: () => screenOf(process.stdout, process.env).width,
  });
  for (const own of command.commands) exitOverrides(own);
}

/** commander has already printed its own message; help and version are not errors. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const json = process.argv.includes('--json');
    if (json) process.stdout.write(`${JSON.stringify({ error: { code: 'USAGE', message: error.message } })}\n`);
    return 2;
  }
  return reportError(error, { json: process.argv.includes('--json'), debug: process.argv.includes('--debug') });
}
