import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import { runStudiesWaiting } from '../operations/disk-wait.ts';
import type { RunObserver } from '../run/output/observer.ts';
import { sumOfNumbers, type Progress } from '../run/output/progress.ts';
import { resolveOptions, type StudyResult } from '../run/run-options.ts';
import { StopSwitch } from '../run/stop.ts';
import { createDisplay, type ProgressDisplay } from '../terminal/progress-display.ts';
import { nextText, studyResultText } from '../terminal/run-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../wording/format-number.ts';
import { reportError, runs } from './command.ts';
import { showPlan } from './plan.ts';
import { givenOptions, resumeCommand, withRunFlags } from './run-flags.ts';

const EXAMPLES = `
Examples:
  permafrost run study.yaml                         run it, or resume it where it stopped
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

type RunFlags = Readonly<Record<string, unknown>> & { readonly dryRun?: boolean };

export function runCommand(): Command {
  const command = new Command('run')
    .description('plan, run or resume a study, and summarise it')
    .argument('<study...>', 'study files (YAML, JSON, or a module)');
  withRunFlags(command).option('--dry-run', 'only say what would be done, as plan does').addHelpText('after', EXAMPLES);
  return runs<RunFlags>(command, async (studies, flags, terminal) => {
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
  const options = resolveOptions(givenOptions(flags));
  const results = await runStudiesWaiting(studies, options, stop, screen.observer);
  for (const result of results) {
    if (result.stopped?.kind === 'error') reportError(result.stopped.error, {});
    terminal.say(studyResultText(result));
    if (result.summary !== undefined) terminal.say(`\n${result.summary.text}`);
  }
  const next = nextText(results, {
    resume: resumeCommand(studies, options),
    retry: resumeCommand(studies, { ...options, retry_failed: true }),
  });
  if (next !== '') terminal.say(next);
  const exit = results.find((result) => result.exit !== 0)?.exit ?? 0;
  const seconds = Math.max(...results.map((result) => result.seconds));
  terminal.result({ outputs: results.map(outputJson), seconds, exit });
  return exit;
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

/** Ctrl-C (or SIGTERM) once: finish nothing new, flush, say how to resume. Twice: at once; what is on disk is safe all the same. */
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
  const what = `${counted(cells_total, 'cell')}, ${at_most ? 'at most ' : ''}${counted(permutations_total, 'permutation')}, ${counted(threads, 'thread')}`;
  return `${resumed ? 'Resuming' : 'Starting'} ${output}: ${what}`;
}
