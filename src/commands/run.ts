import { Command } from 'commander';

import { EngineError } from '../errors.ts';
import { run } from '../operations/run.ts';
import type { RunEvent } from '../run/output/events.ts';
import { sumOfNumbers, type ProgressNumbers } from '../run/output/progress.ts';
import { resolveOptions, type FirstFailure, type StudyResult } from '../run/run-options.ts';
import { withErrorNote } from '../terminal/error-note.ts';
import { createDisplay, progressInterval, type ProgressDisplay } from '../terminal/progress-display.ts';
import { nextText, studyResultText } from '../terminal/run-text.ts';
import { styled } from '../terminal/style.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, formatDuration } from '../wording/format-number.ts';
import { printStack, reportError, runs, type CommonOptions } from './command.ts';
import { showPlan } from './plan.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { givenOptions, resumeCommand, withRunFlags } from './run-flags.ts';

const EXAMPLES = `
Examples:
  permafrost run study.yaml                         run it, or resume it where it stopped
  permafrost run study.yaml --threads 8 --max-seconds 3600
  permafrost run study.yaml --permutations 400000   extend every cell; nothing is computed twice
  permafrost run study.yaml --cells p_skip=0.02,shuffle_mode=permute
  permafrost run suite.yaml --step step2 step3      some steps; the other tables stay
  permafrost run suite.yaml --step step3 --set num_gpus=16
  permafrost run suite.yaml --set max_gpus=8 --input trace=azure.csv   settings that the study leaves open
  permafrost run a.yaml b.yaml                      shared cells are computed once
  permafrost run b.yaml --reuse runs/a              copy the rows that an earlier run has
  permafrost run study.yaml --shard 2/8 --output runs/part2   a part, for permafrost merge
  permafrost run examples/sp500/precise.yaml        with precision: in the study, cells stop once precise enough
  permafrost run study.yaml --on-event 'notify-send permafrost' --on-event env:WEBHOOK_URL
  permafrost run study.yaml --dry-run               what it would do`;

type RunFlags = Readonly<Record<string, unknown>> & { readonly dryRun?: boolean };

export function runCommand(): Command {
  const command = new Command('run').argument('<study...>', 'study files (YAML, JSON, or a module)');
  withRunFlags(command)
    .option('--dry-run', 'only show what would be done, as plan does')
    .addHelpText('after', EXAMPLES);
  return runs<RunFlags>(command, async (studies, flags, terminal) => {
    if (flags.dryRun === true) return showPlan(studies, flags, terminal);
    const screen = createScreen(terminal);
    const controller = new AbortController();
    // Once: finish nothing new, flush, say how to resume. Twice: at once; what is on disk is safe all the same.
    const release = abortOnSignals(controller, () => {
      screen.line('Stopping: writing the rows computed so far. Interrupt again to stop at once.');
    });
    try {
      return await runAll(studies, flags, controller.signal, screen, terminal);
    } finally {
      release();
    }
  });
}

async function runAll(
  studies: readonly string[],
  flags: RunFlags & CommonOptions,
  signal: AbortSignal,
  screen: Screen,
  terminal: Terminal,
): Promise<number> {
  const options = resolveOptions(givenOptions(flags));
  const { onEvent, progress_ms } = screen;
  const { outputs: results, seconds, exit } = await run(studies, { ...options, signal, onEvent, progress_ms });
  const texts: string[] = [];
  for (const result of results) {
    if (result.stopped?.kind === 'error') reportError(result.stopped.error, { debug: flags.debug === true });
    if (flags.debug === true) printStack(result.first_failure?.error);
    texts.push(studyResultText(result, terminal.page));
    if (result.summary !== undefined) texts.push(result.summary.text);
  }
  const next = nextText(results, {
    resume: resumeCommand(studies, options),
    retry: resumeCommand(studies, { ...options, retry_failed: true }),
  });
  if (next !== '') texts.push(next);
  terminal.print(withErrorNote(texts.join('\n\n')));
  terminal.result({ outputs: results.map(outputJson), seconds, exit });
  return exit;
}

function outputJson(result: StudyResult): unknown {
  const { output, cells, complete, permutations_computed, permutations_reused, permutations_total, summary, stopped } =
    result;
  const { n_failures, first_failure } = result;
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
    ...(first_failure !== undefined && { n_failures, first_failure: failureJson(first_failure) }),
    ...(error !== undefined && { error: { code: error.code, message: error.message } }),
  };
}

function failureJson({ cell_id, failure, at, of_prepare }: FirstFailure): unknown {
  return { cell_id, ...failure, of_prepare, at: at ?? null };
}

/** What a person sees of runs on stderr: one display at a time, and lines above it. */
interface Screen {
  readonly onEvent: (event: RunEvent) => void;
  readonly progress_ms: number;
  line(text: string): void;
}

function createScreen(terminal: Terminal): Screen {
  let display: ProgressDisplay | undefined;
  const outputs = new Map<string, ProgressNumbers>();
  const at_work = new Set<string>();
  const line = (text: string): void => {
    if (display === undefined) terminal.say(text);
    else display.line(text);
  };
  const onEvent = (event: RunEvent): void => {
    switch (event.type) {
      case 'started':
        line(startText(event));
        at_work.add(event.output);
        outputs.set(event.output, event);
        display ??= createDisplay(process.stderr, terminal.side, () => sumOfNumbers([...outputs.values()]));
        return;
      case 'progress':
        outputs.set(event.output, event);
        return;
      case 'cell-decided':
        return; // the bars follow the numbers
      case 'cell-started':
        display?.cellStarted(event.cell_id, event.n_done, event.n_target);
        return;
      case 'acknowledged':
        display?.cellAdvanced(event.cell_id, event.rows);
        return;
      case 'cell-finished':
        display?.cellFinished(event.cell_id);
        return;
      case 'stalled':
        line(stallText(event, terminal));
        return;
      case 'low-disk':
        return; // a warning says it
      case 'warning':
      case 'note':
        line(
          `${styled(event.type === 'warning' ? 'yellow' : 'dim', `${event.type}:`, terminal.side.color)} ${event.message}`,
        );
        return;
      case 'finished':
        outputs.set(event.output, event);
        at_work.delete(event.output);
        if (at_work.size > 0) return;
        display?.stop();
        display = undefined;
        outputs.clear();
    }
  };
  return { onEvent, progress_ms: progressInterval(terminal.side), line };
}

function stallText(
  { output, idle_seconds }: Extract<RunEvent, { readonly type: 'stalled' }>,
  { side }: Terminal,
): string {
  const text = `no row or cell of ${output} was finished for ${formatDuration(idle_seconds)}: the model hangs, or a chunk takes very long`;
  return `${styled('yellow', 'warning:', side.color)} ${text}`;
}

function startText(started: Extract<RunEvent, { readonly type: 'started' }>): string {
  const { output, threads, resumed, at_most, cells_total, permutations_total } = started;
  const what = `${counted(cells_total, 'cell')}, ${at_most ? 'at most ' : ''}${counted(permutations_total, 'permutation')}, ${counted(threads, 'thread')}`;
  return `${resumed ? 'Resuming' : 'Starting'} ${output}: ${what}`;
}
