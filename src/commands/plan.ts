import { Command } from 'commander';

import { plan as planRun, type RunPlan, type StudyPlan } from '../operations/plan.ts';
import type { RunOptions } from '../run/run-options.ts';
import { describeRanges } from '../study/permutation-range.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { fixedParametersText } from '../wording/fixed-parameters-text.ts';
import { counted, formatBytes, formatDuration } from '../wording/format-number.ts';
import { runs } from './command.ts';
import { givenOptions, withRunFlags } from './run-flags.ts';
import { overlapText } from './seeds.ts';

/** Cells named one by one in the text; --json has them all. */
const CELL_LINES = 10;

const EXAMPLES = `
Examples:
  permafrost plan study.yaml                        what run would do, and why
  permafrost plan study.yaml --permutations 400000  what an extension would cost
  permafrost plan a.yaml b.yaml                     what they share is counted once
  permafrost plan study.yaml --shard 2/8            any options of run: what that run would compute
  permafrost plan study.yaml --json | jq .permutations_missing`;

/** Options of `run` that change nothing of what is computed: `plan` takes them, so that every command with `run` may be planned as it is. */
const NOT_PLANNED = ['chunk', 'on_error', 'durability', 'max_seconds', 'disk_wait_minutes'] as const;

export function planCommand(): Command {
  const command = new Command('plan')
    .description('what run with the same options would do, and why: cells, what is missing, time and disk it will take')
    .argument('<study...>', 'study files');
  withRunFlags(command, undefined, NOT_PLANNED).addHelpText('after', EXAMPLES);
  return runs<Readonly<Record<string, unknown>>>(command, showPlan);
}

/** Also what `run --dry-run` does. */
export async function showPlan(
  files: readonly string[],
  flags: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<number> {
  const options = givenOptions(flags);
  const plan = await planRun(files, { ...options, process_seconds: performance.now() / 1000 });
  // Studies often have their inputs in common: each sentence once.
  const all = plan.studies.flatMap((study) => study.notes);
  const notes = [...new Map(all.map((note) => [note.message, note])).values()];
  for (const { message } of notes) terminal.say(`note: ${message}`);
  for (const study of plan.studies) terminal.say(planText(study, options));
  if (files.length > 1 || options.reuse !== undefined) terminal.say(togetherText(plan));
  const { studies, cells, cells_shared, permutations_total, permutations_done, permutations_missing } = plan;
  const sum = (value: (study: StudyPlan) => number): number =>
    studies.reduce((total, study) => total + value(study), 0);
  const shared_streams = sum((study) => study.overlap.shared_streams);
  terminal.result({
    cells,
    cells_folded: sum((study) => study.cells_folded),
    cells_shared,
    permutations_total,
    permutations_done,
    permutations_missing,
    seed_overlap: {
      pairs: sum((study) => study.overlap.pairs),
      shared_streams,
      // Counted by pairs: of three cells with the same streams there are three.
      fraction: permutations_total === 0 ? 0 : Math.min(1, shared_streams / permutations_total),
    },
    forecast: studies.length === 1 ? (studies[0]!.forecast ?? null) : studies.map((study) => study.forecast ?? null),
    outputs: studies.map((study) => ({
      output: study.output,
      cells: study.cells.length,
      cells_shared: study.cells_shared,
      permutations_total: study.permutations_total,
      permutations_done: study.permutations_done,
      permutations_failed: study.permutations_failed,
      permutations_missing: study.permutations_missing,
      permutations_computed: study.permutations_computed,
    })),
    notes,
    by_cell: studies.flatMap((study) =>
      study.cells.map(({ cell_id, n_done, missing }) => ({
        cell_id,
        n_done,
        missing: missing.map(({ from, to }) => [from, to]),
      })),
    ),
  });
  return 0;
}

function indented(text: string): string | undefined {
  return text === '' ? undefined : text.replaceAll(/^/gm, '  ');
}

function togetherText(plan: RunPlan): string {
  const reached = plan.studies.reduce((sum, study) => sum + study.permutations_missing, 0);
  return `together: ${counted(plan.cells, 'distinct experiment')}, ${plan.cells_shared.toLocaleString('en')} of them in more than one study; ${counted(plan.permutations_missing, 'permutation')} to compute, ${counted(reached - plan.permutations_missing, 'row')} to copy or share`;
}

function planText(plan: StudyPlan, { shard }: RunOptions): string {
  const { cells, permutations_total, permutations_done, permutations_missing, permutations_computed } = plan;
  const { overlap, forecast, grid_points, cells_folded } = plan;
  const at_most = plan.at_most ? 'at most ' : '';
  const count = (n: number): string => n.toLocaleString('en');
  const complete = cells.filter(({ n_done, n_target }) => n_done === n_target).length;
  const part = shard === undefined ? '' : `, shard ${shard.index} of ${shard.of}`;
  const lines = [
    `${plan.name}: model ${plan.model}, ${counted(cells.length, 'cell')} x ${plan.precision.length > 0 ? 'at most ' : ''}${counted(plan.permutations, 'permutation')}${part} -> ${plan.output}`,
    cells_folded > 0
      ? `  ${counted(grid_points, 'grid point')}; ${count(cells_folded)} differ only in parameters that are inactive there and are folded`
      : undefined,
    `  done      ${count(permutations_done)} of ${at_most}${counted(permutations_total, 'permutation')}${shard === undefined ? '' : ' of the shard'}, ${count(complete)} of ${counted(cells.length, 'cell')} complete${shard === undefined ? '' : ' in it'}`,
    plan.permutations_failed > 0
      ? `  failed    ${counted(plan.permutations_failed, 'permutation')} failed before; only --retry-failed tries them again`
      : undefined,
    `  missing   ${at_most}${counted(permutations_missing, 'permutation')}${permutations_computed < permutations_missing ? `, ${count(permutations_computed)} of them computed for this output, the others copied or shared` : ''}`,
    forecast === undefined
      ? '  nothing to compute'
      : `  forecast  ${plan.at_most ? 'at most ' : ''}about ${formatDuration(forecast.seconds)} on ${counted(forecast.threads, 'thread')}, ${formatBytes(forecast.bytes)} of disk (measured just now)`,
    ...cells
      .filter((cell) => cell.n_done > 0 && cell.missing.length > 0)
      .slice(0, CELL_LINES)
      .map((cell) => `  cell ${cell.cell_id}: missing ${describeRanges(cell.missing)}`),
    ...plan.waiting.map(
      ({ step, parameter, from }) =>
        `  ${step} waits for ${from}, which decides its ${parameter}: its cells are not counted yet`,
    ),
    `  seeds     ${overlapText(overlap)}`,
    indented(fixedParametersText(plan.fixed, 78)),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
