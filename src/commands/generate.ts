import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import type { InputGenerator } from '../model/generator.ts';
import { inputGenerators } from '../models/generators.ts';
import type { ParameterSpec, ParameterValue } from '../model/model.ts';
import { allowedText, checkValue } from '../study/parameter-value.ts';
import { checkSeed, generate, parametersOf } from '../operations/generate.ts';
import { runs, type CommonOptions } from './command.ts';
import { notExpected } from '../wording/expected.ts';
import { wholeNumber } from './option-values.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface GenerateFlags {
  readonly seed: number;
  readonly into?: string;
  readonly overwrite?: boolean;
  readonly [option: string]: unknown;
}

const EXAMPLES = `
Examples:
  permafrost generate build-history --into history.csv
  permafrost generate build-history --changes 2000 --days 60 --culprit-rate 0.1 --flake-pattern bursts --seed 7 > history.csv
  permafrost generate build-history --into history.csv --json | jq .culprits

The same options and seed give the same file. Without --into it goes to stdout; its statistics go to stderr.`;

/** One subcommand per generator, its options as flags. */
export function generateCommand(): Command {
  const command = new Command('generate').usage('<what> [options]');
  for (const generator of inputGenerators) command.addCommand(generatorCommand(generator));
  return command;
}

function generatorCommand(generator: InputGenerator): Command {
  const command = new Command(generator.name).description(generator.description);
  for (const [name, spec] of Object.entries(generator.options)) {
    command.option(
      `--${flagOf(name)} <${spec.type === 'choice' ? spec.values.join('|') : spec.type}>`,
      `${spec.description ?? name} (default: ${String(spec.default)})`,
      (text: string) => optionValue(name, spec, text),
    );
  }
  command
    .option('--seed <n>', 'the same seed gives the same file', seed, 1)
    .option('--into <file>', 'write the file here instead of to stdout')
    .option('--overwrite', 'replace the file at --into')
    .addHelpText('after', EXAMPLES);
  return runs<GenerateFlags>(command, (_args, flags, terminal) => make(generator, flags, terminal));
}

async function make(
  generator: InputGenerator,
  flags: GenerateFlags & CommonOptions,
  terminal: Terminal,
): Promise<number> {
  const { into, overwrite, seed } = flags;
  if (into === undefined && terminal.json) {
    throw new EngineError('USAGE', '--json uses stdout itself: name the file with --into.', {
      path: '--into',
    });
  }
  const parameters = parametersOf(generator, parameterFlags(generator, flags), (name) => `--${flagOf(name)}`);
  const { text, statistics, statistics_text } = await generate(generator.name, { parameters, seed, into, overwrite });
  if (into === undefined) await print(text);
  // Without --into the file itself has stdout.
  if (into === undefined) terminal.say(statistics_text);
  else terminal.print(`${into}\n${statistics_text}`);
  terminal.result({ file: into, seed, options: parameters, ...statistics });
  return 0;
}

function parameterFlags({ options }: InputGenerator, flags: GenerateFlags): Record<string, ParameterValue> {
  const given = Object.keys(options).map((name) => [name, flags[camelCase(name)]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<string, ParameterValue>;
}

function optionValue(name: string, spec: ParameterSpec, text: string): ParameterValue {
  const value = spec.type === 'number' || spec.type === 'integer' ? numberOf(text) : text;
  const checked = checkValue(spec, value);
  if ('value' in checked) return checked.value;
  const flag = `--${flagOf(name)}`;
  const allowed = allowedText(spec);
  throw notExpected(flag, allowed, text);
}

function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

function seed(text: string): number {
  return checkSeed('--seed', wholeNumber('--seed', 0)(text), text);
}

/** `culprit_rate` -> `culprit-rate` on the command line, `culpritRate` in commander's options. */
function flagOf(name: string): string {
  return name.replaceAll('_', '-');
}
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** To stdout; a reader that stops early (`| head`) is not an error. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') resolve();
      else reject(error);
    });
    process.stdout.write(text, () => {
      resolve();
    });
  });
}
