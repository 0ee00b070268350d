import { Command } from 'commander';

import { plan as planRun, type StudyPlan } from '../operations/plan.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { runs } from './command.ts';
import { planText, togetherText } from './plan-text.ts';
import { givenOptions, withRunFlags } from './run-flags.ts';

const EXAMPLES = `
Examples:
  permafrost plan study.yaml                        what run would do, and why
  permafrost plan study.yaml --permutations 400000  what an extension would cost
  permafrost plan a.yaml b.yaml                     shared cells are counted once
  permafrost plan study.yaml --shard 2/8            any options of run: what that run would do
  permafrost plan study.yaml --json | jq .permutations_missing`;

/** Options of `run` that change nothing of what is computed: `plan` takes them, so that every command with `run` may be planned as it is. */
const NOT_PLANNED = [
  'chunk',
  'audit',
  'metrics_port',
  'board_port',
  'on_error',
  'permutation_timeout_seconds',
  'durability',
  'max_seconds',
  'disk_wait_minutes',
  'on_event',
] as const;

export function planCommand(): Command {
  const command = new Command('plan').argument('<study...>', 'study files');
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
  for (const study of plan.studies) terminal.print(planText(study, options, terminal.page));
  if (files.length > 1 || options.reuse !== undefined) terminal.print(togetherText(plan));
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
