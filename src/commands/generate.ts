import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import type { InputGenerator } from '../model/generator.ts';
import { inputGenerators } from '../models/generators.ts';
import type { ParameterSpec, ParameterValue } from '../model/model.ts';
import { createStreams } from '../random/streams.ts';
import { disk } from '../files/disk.ts';
import { makeFolder } from '../files/folder.ts';
import { writeSmallFile } from '../files/small-file.ts';
import { allowedText, checkValue } from '../study/parameter-value.ts';
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
  const command = new Command('generate')
    .description('make an input file, for trying things')
    .usage('<what> [options]');
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
    .option('--into <file>', 'write it there instead of to stdout')
    .option('--overwrite', 'replace what is at --into')
    .addHelpText('after', EXAMPLES);
  return runs<GenerateFlags>(command, (_args, flags, terminal) => generate(generator, flags, terminal));
}

async function generate(
  generator: InputGenerator,
  flags: GenerateFlags & CommonOptions,
  terminal: Terminal,
): Promise<number> {
  const { into, overwrite, seed: base_seed } = flags;
  if (into === undefined && terminal.json) {
    throw new EngineError('USAGE', '--json takes stdout for itself: say with --into where the file goes.', {
      path: '--into',
    });
  }
  if (into !== undefined) refuseToReplace(into, overwrite === true);
  const options = optionsOf(generator, flags);
  const rng = createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed }, 0, 1).rng(0);
  const { text, statistics, statistics_text } = generator.generate(options, rng);
  if (into === undefined) await print(text);
  else {
    await makeFolder(disk, dirname(into));
    await writeSmallFile(disk, into, text);
  }
  terminal.say(into === undefined ? statistics_text : `${into}\n${statistics_text}`);
  terminal.result({ file: into, seed: base_seed, options, ...statistics });
  return 0;
}

/** A link counts as what it is: a file that is there. */
function refuseToReplace(into: string, overwrite: boolean): void {
  const found = lstatSync(into, { throwIfNoEntry: false });
  if (found === undefined || (overwrite && !found.isDirectory())) return;
  const way_out = found.isDirectory() ? 'is a folder: name a file' : 'is there already: --overwrite replaces it';
  throw new EngineError('USAGE', `${into} ${way_out}.`, { path: '--into', value: into });
}

function optionsOf(generator: InputGenerator, flags: GenerateFlags): Record<string, ParameterValue> {
  const options = Object.fromEntries(
    Object.entries(generator.options).map(([name, spec]) => [
      name,
      (flags[camelCase(name)] ?? spec.default) as ParameterValue,
    ]),
  );
  const problem = generator.check?.(options)[0];
  if (problem === undefined) return options;
  const flag = `--${flagOf(problem.parameter)}`;
  throw new EngineError('USAGE', `${flag}: ${problem.message}.`, { path: flag, value: options[problem.parameter] });
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

const LARGEST_SEED = 2 ** 32 - 1;

function seed(text: string): number {
  const value = wholeNumber('--seed', 0)(text);
  if (value <= LARGEST_SEED) return value;
  throw notExpected('--seed', `a whole number from 0 to ${LARGEST_SEED}`, text);
}

/** `culprit_rate` -> `culprit-rate` on the command line, `culpritRate` in commander's options. */
function flagOf(name: string): string {
  return name.replaceAll('_', '-');
}
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** To stdout; a reader that has enough (`| head`) is no error. */
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
