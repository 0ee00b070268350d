import { Command } from 'commander';

import type { Format } from '../encoding/metrics-schema.ts';
import { FORMATS } from '../encoding/metrics-schema.ts';
import { formatBytes, formatDuration } from '../wording/format-number.ts';
import { inputNotes } from '../study/loaded-study.ts';
import { planStudies, type PlanOptions, type RunPlan, type StudyPlan } from '../operations/plan.ts';
import { describeRanges } from '../study/permutation-range.ts';
import { gather, oneOf, runs, wholeNumber, withStudyValues, type StudyValueFlags } from './command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { overlapText } from './seeds.ts';

interface PlanFlags extends StudyValueFlags {
  readonly output?: string;
  readonly threads?: number;
  readonly format?: Format;
  readonly permutations?: number;
  readonly truncate?: boolean;
  readonly cells?: string[];
  readonly step?: string[];
  readonly reuse?: string[];
}

/** Cells named one by one in the text; --json has them all. */
const CELL_LINES = 10;

const EXAMPLES = `
Examples:
  permafrost plan study.yaml                        what run would do, and why
  permafrost plan study.yaml --permutations 400000  what an extension would cost
  permafrost plan a.yaml b.yaml                     what they share is counted once
  permafrost plan study.yaml --json | jq .permutations_missing`;

export function planCommand(): Command {
  const command = new Command('plan')
    .description('what run would do and why: cells, what is there, what is missing, time and disk it will take')
    .argument('<study...>', 'study files')
    .option('--output <dir>', 'where the run lives (default: the study says)')
    .option('--threads <n>', 'worker threads to plan for (default: one per core)', wholeNumber('--threads', 1))
    .option('--format <format>', 'csv or arrow, for a new output', oneOf('--format', FORMATS))
    .option(
      '--permutations <n>',
      'permutations per cell, instead of what the study says',
      wholeNumber('--permutations', 1),
    )
    .option('--truncate', 'allow fewer permutations than are there')
    .option('--cells <k=v,...>', 'only the cells with these parameter values; may be given again', gather)
    .option('--step <name...>', 'only the cells of these steps')
    .option('--reuse <dir...>', 'other runs whose rows are taken instead of computed')
    .addHelpText('after', EXAMPLES);
  return runs<PlanFlags>(withStudyValues(command), showPlan);
}

/** Also what `run --dry-run` does. */
export async function showPlan(files: readonly string[], flags: PlanFlags, terminal: Terminal): Promise<number> {
  const plan = await planStudies(files, planOptions(flags));
  // Studies often have their inputs in common: each sentence once.
  const all = plan.studies.flatMap(({ experiment }) => inputNotes(experiment));
  const notes = [...new Map(all.map((note) => [note.message, note])).values()];
  for (const { message } of notes) terminal.say(`note: ${message}`);
  for (const study of plan.studies) terminal.say(planText(study));
  if (files.length > 1 || flags.reuse !== undefined) terminal.say(togetherText(plan));
  const { studies, cells, cells_shared, permutations_total, permutations_done, permutations_missing } = plan;
  const sum = (value: (study: StudyPlan) => number): number =>
    studies.reduce((total, study) => total + value(study), 0);
  const shared_streams = sum((study) => study.overlap.shared_streams);
  terminal.result({
    cells,
    cells_folded: sum((study) => study.experiment.cells.folded),
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
      output: study.experiment.study.output,
      cells: study.cells.length,
      cells_shared: study.cells_shared,
      permutations_total: study.permutations_total,
      permutations_done: study.permutations_done,
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

function togetherText(plan: RunPlan): string {
  const count = (n: number): string => n.toLocaleString('en');
  const reached = plan.studies.reduce((sum, study) => sum + study.permutations_missing, 0);
  return `together: ${count(plan.cells)} distinct experiments, ${count(plan.cells_shared)} of them in more than one study; ${count(plan.permutations_missing)} permutations are computed, ${count(reached - plan.permutations_missing)} rows are copied or shared`;
}

function planOptions(flags: PlanFlags): PlanOptions {
  const { output, format, permutations, cells, step, threads, truncate, reuse, set, input } = flags;
  return {
    overrides: {
      ...(output !== undefined && { output }),
      ...(format !== undefined && { format }),
      ...(permutations !== undefined && { permutations }),
      ...(input !== undefined && { inputs: input }),
    },
    selection: { ...(cells && { cells }), ...(step && { steps: step }) },
    ...(threads !== undefined && { threads }),
    ...(truncate !== undefined && { truncate }),
    ...(reuse !== undefined && { reuse }),
    ...(set !== undefined && { settings: set }),
    process_seconds: performance.now() / 1000,
  };
}

function planText(plan: StudyPlan): string {
  const { experiment, cells, permutations_total, permutations_done, permutations_missing, permutations_computed } =
    plan;
  const { overlap, forecast } = plan;
  const at_most = plan.at_most ? 'at most ' : '';
  const { study } = experiment;
  const count = (n: number): string => n.toLocaleString('en');
  const complete = cells.filter((cell) => cell.missing.length === 0).length;
  const { folded, points } = experiment.cells;
  const lines = [
    `${study.name}: model ${study.model.name}, ${count(cells.length)} cells x ${study.precision.length > 0 ? 'at most ' : ''}${count(study.permutations)} permutations -> ${study.output}`,
    folded > 0
      ? `  ${count(points)} grid points; ${count(folded)} differ only in parameters that are inactive there and are folded`
      : undefined,
    `  done      ${count(permutations_done)} of ${at_most}${count(permutations_total)} permutations, ${count(complete)} of ${count(cells.length)} cells complete`,
    `  missing   ${at_most}${count(permutations_missing)} permutations${permutations_computed < permutations_missing ? `, ${count(permutations_computed)} of them computed for this output, the others copied or shared` : ''}`,
    forecast === undefined
      ? '  nothing to compute'
      : `  forecast  ${plan.at_most ? 'at most ' : ''}about ${formatDuration(forecast.seconds)} on ${forecast.threads} threads, ${formatBytes(forecast.bytes)} of disk (measured just now)`,
    ...cells
      .filter((cell) => cell.n_done > 0 && cell.missing.length > 0)
      .slice(0, CELL_LINES)
      .map((cell) => `  cell ${cell.cell_id}: missing ${describeRanges(cell.missing)}`),
    ...plan.waiting.map(
      ({ step, parameter, from }) =>
        `  ${step} waits for ${from}, which decides its ${parameter}: its cells are not counted yet`,
    ),
    `  seeds     ${overlapText(overlap)}`,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
