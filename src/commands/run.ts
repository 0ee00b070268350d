import { Command } from 'commander';

import { FORMATS, type Format } from '../encoding/metrics-schema.ts';
import { KERNELS, type Kernel } from '../models/model.ts';
import { createDisplay, type ProgressDisplay } from '../report/progress-display.ts';
import { DURABILITIES, type Durability } from '../run/group-sync.ts';
import type { RunObserver } from '../run/observer.ts';
import type { Progress } from '../run/progress.ts';
import { runStudy, type RunOptions, type StudyResult } from '../run/run-study.ts';
import { StopSwitch } from '../run/stop.ts';
import { gather, oneOf, positiveNumber, reportError, runs, wholeNumber, type Terminal } from './command.ts';
import { planStudies } from './plan.ts';
import { studyResultText } from './run-text.ts';

interface RunFlags {
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
  readonly onError?: 'stop' | 'continue';
  readonly dryRun?: boolean;
}

const EXAMPLES = `
Examples:
  permafrost run study.yaml                         run it, or go on where it stopped
  permafrost run study.yaml --threads 8 --max-seconds 3600
  permafrost run study.yaml --permutations 400000   extend every cell; nothing is computed twice
  permafrost run study.yaml --cells p_skip=0.02,shuffle_mode=permute
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
      '--on-error <what>',
      'stop or continue after a failed permutation (default: stop)',
      oneOf('--on-error', ['stop', 'continue'] as const),
    )
    .option('--dry-run', 'only say what would be done, like plan')
    .addHelpText('after', EXAMPLES);
  return runs<RunFlags>(command, async (studies, flags, terminal) => {
    if (flags.dryRun === true) return planStudies(studies, flags, terminal);
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
  const results: StudyResult[] = [];
  for (const study of studies) {
    if (stop.reason !== undefined) break;
    const result = await runStudy(study, runOptions(flags), stop, screen.observer);
    results.push(result);
    if (result.stopped?.kind === 'error') reportError(result.stopped.error, {});
    terminal.say(studyResultText(result));
  }
  const exit = results.find((result) => result.exit !== 0)?.exit ?? 0;
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  terminal.result({ outputs: results.map(outputJson), seconds, exit });
  return exit;
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
    onError,
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
    ...(onError !== undefined && { on_error: onError }),
  };
}

function outputJson(result: StudyResult): unknown {
  const { output, cells, complete, permutations_computed, permutations_reused, permutations_total } = result;
  return { output, cells, complete, permutations_computed, permutations_reused, permutations_total };
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
  const line = (text: string): void => {
    if (display === undefined) terminal.say(text);
    else display.line(text);
  };
  const observer: RunObserver = {
    started: ({ output, threads, progress, resumed }) => {
      terminal.say(startText(output, threads, progress, resumed));
      display = createDisplay(process.stderr, () => progress.numbers());
    },
    cellStarted: (cell_id, n_missing, n_target) => display?.cellStarted(cell_id, n_target - n_missing, n_target),
    acknowledged: (cell_id, rows) => display?.cellAdvanced(cell_id, rows),
    cellFinished: (cell_id) => display?.cellFinished(cell_id),
    warning: (text) => {
      line(`warning: ${text}`);
    },
    finished: () => {
      display?.stop();
      display = undefined;
    },
  };
  return { observer, line };
}

function startText(output: string, threads: number, progress: Progress, resumed: boolean): string {
  const { cells_total, permutations_total } = progress.numbers();
  const what = `${cells_total.toLocaleString('en')} cells, ${permutations_total.toLocaleString('en')} permutations, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return `${resumed ? 'Going on with' : 'Starting'} ${output}: ${what}`;
}
