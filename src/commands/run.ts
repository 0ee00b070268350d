import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import { FORMATS, type Format } from '../encoding/metrics-schema.ts';
import { KERNELS, type Kernel } from '../model/model.ts';
import { createDisplay, type ProgressDisplay } from '../terminal/progress-display.ts';
import { runStudyWaiting } from '../operations/disk-wait.ts';
import { DURABILITIES, type Durability } from '../run/run-options.ts';
import type { RunObserver } from '../run/output/observer.ts';
import { sumOfNumbers, type Progress } from '../run/output/progress.ts';
import { parseShard, type Shard } from '../plan/share.ts';
import type { RunOptions, StudyResult } from '../run/run-options.ts';
import { runStudies } from '../operations/run.ts';
import { StopSwitch } from '../run/stop.ts';
import {
  gather,
  oneOf,
  positiveNumber,
  reportError,
  runs,
  wholeNumber,
  withStudyValues,
  type StudyValueFlags,
} from './command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { showPlan } from './plan.ts';
import { studyResultText } from '../terminal/run-text.ts';

interface RunFlags extends StudyValueFlags {
  readonly output?: string;
  readonly threads?: number;
  readonly chunk?: number | 'auto';
  readonly format?: Format;
  readonly permutations?: number;
  readonly truncate?: boolean;
  readonly cells?: string[];
  readonly step?: string[];
  readonly durability?: Durability;
  readonly maxSeconds?: number;
  readonly kernel?: Kernel;
  readonly retryFailed?: boolean;
  readonly recomputeFound?: boolean;
  readonly onError?: 'stop' | 'continue';
  readonly reuse?: string[];
  readonly dryRun?: boolean;
  readonly shard?: Shard;
  readonly diskWait?: number;
}

const EXAMPLES = `
Examples:
  permafrost run study.yaml                         run it, or go on where it stopped
  permafrost run study.yaml --threads 8 --max-seconds 3600
  permafrost run study.yaml --permutations 400000   extend every cell; nothing is computed twice
  permafrost run study.yaml --cells p_skip=0.02,shuffle_mode=permute
  permafrost run suite.yaml --step step2 step3      some steps; tables of the others stay
  permafrost run suite.yaml --step step3 --set num_gpus=16
  permafrost run suite.yaml --set max_gpus=8 --input trace=azure.csv   what the study leaves to you
  permafrost run a.yaml b.yaml                      what they have in common is computed once
  permafrost run b.yaml --reuse runs/a              rows that an earlier run holds are copied
  permafrost run study.yaml --shard 2/8 --output runs/part2   a part, for permafrost merge
  permafrost run examples/sp500/precise.yaml        precision: in the study: cells stop when they are precise enough
  permafrost run study.yaml --dry-run               what it would do`;

export function runCommand(): Command {
  const command = new Command('run')
    .description('plan, run or resume a study, and summarise it')
    .argument('<study...>', 'study files (YAML, JSON, or a module)')
    .option('--output <dir>', 'where the run lives (default: the study says)')
    .option('--threads <n>', 'worker threads (default: one per core)', wholeNumber('--threads', 1))
    .option('--chunk <n>', 'permutations per chunk, or auto; changes no result (default: auto)', (text: string) =>
      text === 'auto' ? 'auto' : wholeNumber('--chunk', 1)(text),
    )
    .option('--format <format>', 'csv or arrow, for a new output', oneOf('--format', FORMATS))
    .option(
      '--permutations <n>',
      'permutations per cell, instead of what the study says',
      wholeNumber('--permutations', 1),
    )
    .option('--truncate', 'allow fewer permutations than are there: drops computed rows')
    .option('--cells <k=v,...>', 'only the cells with these parameter values; may be given again', gather)
    .option('--step <name...>', 'only the cells of these steps')
    .option(
      '--reuse <dir...>',
      'other runs, or folders of runs: rows of the same experiments are taken from there instead of computed',
    )
    .option(
      '--durability <mode>',
      'chunk: counts only after fsync; interval: fsync every second; none (default: chunk)',
      oneOf('--durability', DURABILITIES),
    )
    .option(
      '--max-seconds <s>',
      'stop after so many seconds with a valid, resumable run (exit 3)',
      positiveNumber('--max-seconds'),
    )
    .option(
      '--kernel <kernel>',
      'auto, wasm or typescript; changes no result (default: auto)',
      oneOf('--kernel', KERNELS),
    )
    .option('--retry-failed', 'try permutations again that failed before')
    .option(
      '--recompute-found',
      'compute all rows again that are found without a checksum, not a sample of them, before they are taken',
    )
    .option(
      '--on-error <what>',
      'stop or continue after a failed permutation (default: stop)',
      oneOf('--on-error', ['stop', 'continue'] as const),
    )
    .option('--shard <i/n>', 'compute only part i of n; permafrost merge puts the parts together', parseShard)
    .option(
      '--disk-wait <minutes>',
      'where the disk is full, wait so long for space and go on by itself (default: stop, exit 3)',
      positiveNumber('--disk-wait'),
    )
    .option('--dry-run', 'only say what would be done, like plan')
    .addHelpText('after', EXAMPLES);
  return runs<RunFlags>(withStudyValues(command), async (studies, flags, terminal) => {
    if (flags.dryRun === true) return showPlan(studies, flags, terminal);
    const stop = new StopSwitch();
    const screen = createScreen(terminal);
    const release = stopOnSignals(stop, screen);
    try {
      return await runAll(studies, flags, stop, screen, terminal);
    } finally {
      release();
    }
  });
}

async function runAll(
  studies: readonly string[],
  flags: RunFlags,
  stop: StopSwitch,
  screen: Screen,
  terminal: Terminal,
): Promise<number> {
  const results = await runAndWait(studies, flags, stop, screen.observer);
  for (const result of results) {
    if (result.stopped?.kind === 'error') reportError(result.stopped.error, {});
    terminal.say(studyResultText(result, flags));
    if (result.summary !== undefined) terminal.say(`\n${result.summary.text}`);
  }
  const exit = results.find((result) => result.exit !== 0)?.exit ?? 0;
  const seconds = Math.max(...results.map((result) => result.seconds));
  terminal.result({ outputs: results.map(outputJson), seconds, exit });
  return exit;
}

async function runAndWait(
  studies: readonly string[],
  flags: RunFlags,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  if (flags.diskWait === undefined) return runStudies(studies, runOptions(flags), stop, observer);
  if (studies.length > 1) {
    throw new EngineError('USAGE', '--disk-wait waits for the disk of one study: give one study file.', {
      path: '--disk-wait',
    });
  }
  return [await runStudyWaiting(studies[0]!, runOptions(flags), flags.diskWait, stop, observer)];
}

function runOptions(flags: RunFlags): RunOptions {
  const {
    output,
    threads,
    chunk,
    format,
    permutations,
    truncate,
    durability,
    kernel,
    cells,
    step,
    maxSeconds,
    retryFailed,
    recomputeFound,
    onError,
    reuse,
    set,
    input,
    shard,
  } = flags;
  return {
    ...(output !== undefined && { output }),
    ...(threads !== undefined && { threads }),
    ...(chunk !== undefined && { chunk }),
    ...(format !== undefined && { format }),
    ...(permutations !== undefined && { permutations }),
    ...(truncate !== undefined && { truncate }),
    ...(durability !== undefined && { durability }),
    ...(kernel !== undefined && { kernel }),
    ...((cells !== undefined || step !== undefined) && {
      selection: { ...(cells && { cells }), ...(step && { steps: step }) },
    }),
    ...(maxSeconds !== undefined && { max_seconds: maxSeconds }),
    ...(retryFailed !== undefined && { retry_failed: retryFailed }),
    ...(recomputeFound !== undefined && { recompute_found: recomputeFound }),
    ...(onError !== undefined && { on_error: onError }),
    ...(reuse !== undefined && { reuse }),
    ...(set !== undefined && { settings: set }),
    ...(input !== undefined && { inputs: input }),
    ...(shard !== undefined && { shard }),
  };
}

function outputJson(result: StudyResult): unknown {
  const { output, cells, complete, permutations_computed, permutations_reused, permutations_total, summary, stopped } =
    result;
  const error = stopped?.kind === 'error' && stopped.error instanceof EngineError ? stopped.error : undefined;
  return {
    output,
    cells,
    complete,
    permutations_computed,
    permutations_reused,
    permutations_total,
    notes: result.notes,
    ...(summary !== undefined && { summary: summary.data }),
    ...(error !== undefined && { error: { code: error.code, message: error.message } }),
  };
}

/** Ctrl-C (or SIGTERM) once: finish nothing new, flush, say how to go on. Twice: at once; what is on disk is safe all the same. */
function stopOnSignals(stop: StopSwitch, screen: Screen): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      if (stop.reason !== undefined) process.exit(signal === 'SIGINT' ? 130 : 143);
      screen.line('Stopping: what is computed is being written. Once more stops at once.');
      stop.stop({ kind: 'interrupted', signal });
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}

/** What a person sees of runs on stderr: one display at a time, and lines above it. */
interface Screen {
  readonly observer: RunObserver;
  line(text: string): void;
}

function createScreen(terminal: Terminal): Screen {
  let display: ProgressDisplay | undefined;
  const outputs: Progress[] = [];
  const line = (text: string): void => {
    if (display === undefined) terminal.say(text);
    else display.line(text);
  };
  const observer: RunObserver = {
    started: (run) => {
      const { progress } = run;
      line(startText(run));
      outputs.push(progress);
      display ??= createDisplay(process.stderr, () => sumOfNumbers(outputs.map((each) => each.numbers())));
    },
    cellStarted: (cell_id, n_missing, n_target) => display?.cellStarted(cell_id, n_target - n_missing, n_target),
    acknowledged: (cell_id, rows) => display?.cellAdvanced(cell_id, rows),
    cellFinished: (cell_id) => display?.cellFinished(cell_id),
    warning: (text) => {
      line(`warning: ${text}`);
    },
    note: ({ message }) => {
      line(`note: ${message}`);
    },
    finished: () => {
      display?.stop();
      display = undefined;
      outputs.length = 0;
    },
  };
  return { observer, line };
}

function startText({ output, threads, progress, resumed, at_most }: Parameters<RunObserver['started']>[0]): string {
  const { cells_total, permutations_total } = progress.numbers();
  const what = `${cells_total.toLocaleString('en')} cells, ${at_most ? 'at most ' : ''}${permutations_total.toLocaleString('en')} permutations, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return `${resumed ? 'Going on with' : 'Starting'} ${output}: ${what}`;
}
