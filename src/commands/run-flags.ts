import { isDeepStrictEqual } from 'node:util';
import { Option, type Command } from 'commander';

import { FORMATS } from '../encoding/metrics-schema.ts';
import { KERNELS } from '../model/model.ts';
import { parseShard } from '../plan/share.ts';
import { QUEUE_VARIABLE, saysPassword } from '../queue/redis/address.ts';
import { DURABILITIES, ON_ERROR, resolveOptions, type ResolvedOptions, type RunOptions } from '../run/run-options.ts';
import { listenText, parseListenAt } from '../wording/listen-at.ts';
import { commandLine, pathHere } from '../wording/command-line.ts';
import { gather, gatherFiles, oneOf, percentage, positiveNumber, wholeNumber } from './option-values.ts';

/** Options of a run that the command line has: all but what only programs may say. */
export type RunFlag = Exclude<keyof RunOptions, 'compute'>;

interface Flag<Value> {
  readonly flag: string;
  /** As --help shows it; absent where the flag stands alone. */
  readonly argument?: string;
  readonly description: string;
  /** What the flag alone means, where its argument may be left out. */
  readonly preset?: string;
  /** From the text behind the flag, and the value so far where it may be given again. */
  readonly parse?: (text: string, before: Value | undefined) => Value;
  /** The words that say a value again. */
  readonly say: (flag: string, value: Value) => readonly string[];
  /** Only for the one run: a command to resume it does not say it again. */
  readonly once?: true;
}

const alone = (flag: string, on: boolean): string[] => (on ? [flag] : []);
const text = (flag: string, value: number | string): string[] => [flag, String(value)];
const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);

/**
 * The flags of a run's options, everything that the command line knows about one in one place: how it is typed, explained, parsed and printed again.
 * `plan` takes every one of them, so that any run can be planned by its own command; other commands take some.
 */
const FLAGS: { readonly [Name in RunFlag]: Flag<NonNullable<RunOptions[Name]>> } = {
  output: {
    flag: '--output',
    argument: '<dir>',
    description: 'where the run lives (default: the study says)',
    say: (flag, path) => [flag, pathHere(path)],
  },
  threads: {
    flag: '--threads',
    argument: '<n>',
    description: 'worker threads (default: one per core)',
    // None: with a queue, where workers compute.
    parse: (given) => (given === '0' ? 0 : wholeNumber('--threads', 1)(given)),
    say: text,
  },
  queue: {
    flag: '--queue',
    argument: '[url]',
    description: `workers on other machines compute, too: redis://host:6379, or file:PATH, a file that holds the URL; without either, the URL in ${QUEUE_VARIABLE}`,
    preset: `env:${QUEUE_VARIABLE}`,
    // Whoever resumes says the password again.
    say: (flag, reference) =>
      saysPassword(reference) || reference === `env:${QUEUE_VARIABLE}` ? [flag] : [flag, reference],
  },
  namespace: {
    flag: '--namespace',
    argument: '<name>',
    description: 'the part of the queue that this run and its workers have for themselves (default: default)',
    say: text,
  },
  audit: {
    flag: '--audit',
    argument: '<p%>',
    description:
      'with a queue: compute this share of what workers send again here, and put a worker out whose rows differ in a bit (default: none)',
    parse: percentage('--audit'),
    say: (flag, percent) => [flag, `${percent}%`],
  },
  metrics_port: {
    flag: '--metrics-port',
    argument: '<[host:]port>',
    description: 'serve the numbers of the run to Prometheus while it lasts, on 127.0.0.1 unless a host is named',
    parse: (given) => parseListenAt('--metrics-port', given),
    say: (flag, at) => [flag, listenText(at)],
  },
  board_port: {
    flag: '--board-port',
    argument: '<[host:]port>',
    description: 'with a queue: show it in a browser while the run lasts, by bull-board, which is installed beside',
    parse: (given) => parseListenAt('--board-port', given),
    say: (flag, at) => [flag, listenText(at)],
  },
  chunk: {
    flag: '--chunk',
    argument: '<n>',
    description: 'permutations per chunk, or auto; changes no result (default: auto)',
    parse: (given) => (given === 'auto' ? given : wholeNumber('--chunk', 1)(given)),
    say: text,
  },
  format: {
    flag: '--format',
    argument: '<format>',
    description: `${FORMATS.join(' or ')}, for a new output`,
    parse: oneOf('--format', FORMATS),
    say: text,
  },
  permutations: {
    flag: '--permutations',
    argument: '<n>',
    description: 'permutations per cell, instead of what the study says',
    parse: wholeNumber('--permutations', 1),
    say: text,
  },
  truncate: {
    flag: '--truncate',
    description: 'allow fewer permutations than the run has: drops computed rows',
    say: alone,
    once: true,
  },
  cells: {
    flag: '--cells',
    argument: '<k=v,...>',
    description: 'only the cells with these parameter values; repeatable',
    parse: gather,
    say: each,
  },
  steps: { flag: '--step', argument: '<name...>', description: 'only the cells of these steps', say: each },
  settings: {
    flag: '--set',
    argument: '<name=value>',
    description:
      'a setting of the study, or a parameter that a step takes from an earlier one (step.name=value for one step); repeatable',
    parse: gather,
    say: each,
  },
  inputs: {
    flag: '--input',
    argument: '<name=path>',
    description: 'an input file in place of the one (or none) that the study names, relative to here; repeatable',
    parse: gatherFiles,
    say: (flag, inputs) => Object.entries(inputs).flatMap(([name, path]) => [flag, `${name}=${path}`]),
  },
  reuse: {
    flag: '--reuse',
    argument: '<dir...>',
    description:
      'other runs, or folders of runs: rows of the same experiments are copied from there instead of computed',
    say: each,
  },
  shard: {
    flag: '--shard',
    argument: '<i/n>',
    description:
      'compute only part i of n; permafrost merge puts the parts together. auto/n: the part of this task of a job array (SLURM, Kubernetes)',
    parse: (given) => parseShard(given),
    say: (flag, { index, of }) => [flag, `${index}/${of}`],
  },
  retry_failed: {
    flag: '--retry-failed',
    description: 'retry permutations that failed before',
    say: alone,
  },
  on_error: {
    flag: '--on-error',
    argument: '<what>',
    description: 'stop or continue after a failed permutation or cell (default: stop)',
    parse: oneOf('--on-error', ON_ERROR),
    say: text,
  },
  permutation_timeout_seconds: {
    flag: '--permutation-timeout',
    argument: '<s>',
    description:
      'a permutation of a model of your own that takes longer than this many seconds has failed (default: none is ended)',
    parse: positiveNumber('--permutation-timeout'),
    say: text,
  },
  recompute_found: {
    flag: '--recompute-found',
    description: 'recompute every row found without a checksum before it is used, not only a sample',
    say: alone,
  },
  purity_check: {
    flag: '--no-purity-check',
    description: 'do not check that a model of your own gives the same rows when some are computed again',
    say: (flag, on) => alone(flag, !on),
  },
  durability: {
    flag: '--durability',
    argument: '<mode>',
    description: 'chunk: counts only after fsync; interval: fsync every second; none (default: chunk)',
    parse: oneOf('--durability', DURABILITIES),
    say: text,
  },
  on_event: {
    flag: '--on-event',
    argument: '<command|url>',
    description:
      'when the run is over, stalls, or the disk gets full, run this command or post to this URL; env:NAME or file:PATH says where it is; repeatable',
    parse: gather,
    // A URL is often a secret: who resumes gives it again.
    say: (flag, given) =>
      each(
        flag,
        given.filter((target) => !/^https?:/i.test(target)),
      ),
  },
  kernel: {
    flag: '--kernel',
    argument: '<kernel>',
    description: 'auto, wasm or typescript; changes no result (default: auto)',
    parse: oneOf('--kernel', KERNELS),
    say: text,
  },
  max_seconds: {
    flag: '--max-seconds',
    argument: '<s>',
    description: 'stop after this many seconds with a valid, resumable run (exit 3)',
    parse: positiveNumber('--max-seconds'),
    say: text,
    once: true,
  },
  disk_wait_minutes: {
    flag: '--disk-wait',
    argument: '<minutes>',
    description: 'where the disk is full, wait this long for space and resume by itself (default: stop, exit 3)',
    parse: positiveNumber('--disk-wait'),
    say: text,
  },
};

const ALL = Object.keys(FLAGS) as RunFlag[];

/** Gives a command the flags of these options of a run. `hidden`: those of them that its --help leaves out. */
export function withRunFlags(
  command: Command,
  names: readonly RunFlag[] = ALL,
  hidden: readonly RunFlag[] = [],
): Command {
  for (const name of names) command.addOption(optionOf(FLAGS[name] as Flag<unknown>).hideHelp(hidden.includes(name)));
  return command;
}

function optionOf({ flag, argument, description, parse, preset }: Flag<unknown>): Option {
  const option = new Option(argument === undefined ? flag : `${flag} ${argument}`, description);
  if (preset !== undefined) option.preset(preset);
  return parse === undefined ? option : option.argParser(parse);
}

/** What commander read of these options. */
export function givenOptions(values: Readonly<Record<string, unknown>>, names: readonly RunFlag[] = ALL): RunOptions {
  return Object.fromEntries(names.map((name) => [name, values[new Option(FLAGS[name].flag).attributeName()]]));
}

/**
 * The command that resumes a run of these studies: everything that decides what is computed, and how, as far as it differs from the defaults. Not repeated is
 * what was for the one run: its time limit, and the leave to drop rows, which are dropped.
 */
export function resumeCommand(studies: readonly string[], options: ResolvedOptions): string {
  const defaults = resolveOptions();
  const said = ALL.filter((name) => FLAGS[name].once !== true && !isDeepStrictEqual(options[name], defaults[name]));
  const words = said.flatMap((name) => {
    const { flag, say } = FLAGS[name] as Flag<unknown>;
    return say(flag, options[name]);
  });
  return commandLine(['run', ...studies.map(pathHere), ...words]);
}
