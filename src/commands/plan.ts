import { Command } from 'commander';

import type { Format } from '../encoding/metrics-schema.ts';
import { FORMATS } from '../encoding/metrics-schema.ts';
import { formatBytes, formatDuration } from '../report/format-number.ts';
import { planStudy, type PlanOptions, type StudyPlan } from '../run/plan-study.ts';
import { describeRanges } from '../study/permutation-range.ts';
import { oneOf, runs, wholeNumber, type Terminal } from './command.ts';
import { overlapText } from './seeds.ts';

interface PlanFlags {
  readonly output?: string;
  readonly threads?: number;
  readonly format?: Format;
  readonly permutations?: number;
  readonly truncate?: boolean;
  readonly cells?: string[];
  readonly step?: string[];
}

/** Cells named one by one in the text; --json has them all. */
const CELL_LINES = 10;

const EXAMPLES = `
Examples:
  permafrost plan study.yaml                        what run would do, and why
  permafrost plan study.yaml --permutations 400000  what an extension would cost
  permafrost plan study.yaml --json | jq .permutations_missing`;

export function planCommand(): Command {
  const command = new Command('plan')
    .description('what run would do and why: cells, what is there, what is missing, time and disk it will take')
    .argument('<study...>', 'study files')
    .option('--output <dir>', 'where the run lives (default: the study says)')
    .option('--threads <n>', 'worker threads to plan for (default: one per core)', wholeNumber('--threads', 1))
    .option('--format <format>', 'csv or arrow, for a new output', oneOf('--format', FORMATS))
    .option('--permutations <n>', 'permutations per cell, instead of what the study says', wholeNumber('--permutations', 1))
    .option('--truncate', 'allow fewer permutations than are there')
    .option('--cells <k=v,...>', 'only the cells with these parameter values; may be given again', (text: string, before: string[] = []) => [...before, text])
    .option('--step <name...>', 'only the cells of these steps')
    .addHelpText('after', EXAMPLES);
  return runs<PlanFlags>(command, planStudies);
}

/** Also what `run --dry-run` does. */
export async function planStudies(studies: readonly string[], flags: PlanFlags, terminal: Terminal): Promise<number> {
  const plans: StudyPlan[] = [];
  for (const study of studies) {
    const plan = await planStudy(study, planOptions(flags));
    plans.push(plan);
    terminal.say(planText(plan));
  }
  const sum = (value: (plan: StudyPlan) => number): number => plans.reduce((total, plan) => total + value(plan), 0);
  const total = sum((plan) => plan.permutations_total);
  const shared_streams = sum((plan) => plan.overlap.shared_streams);
  terminal.result({
    cells: sum((plan) => plan.cells.length),
    cells_folded: sum((plan) => plan.experiment.cells.folded),
    permutations_total: total,
    permutations_done: sum((plan) => plan.permutations_done),
    permutations_missing: sum((plan) => plan.permutations_missing),
    seed_overlap: { pairs: sum((plan) => plan.overlap.pairs), shared_streams, fraction: total === 0 ? 0 : shared_streams / total },
    forecast: plans.length === 1 ? (plans[0]!.forecast ?? null) : plans.map((plan) => plan.forecast ?? null),
    by_cell: plans.flatMap((plan) =>
      plan.cells.map(({ cell_id, n_done, missing }) => ({ cell_id, n_done, missing: missing.map(({ from, to }) => [from, to]) })),
    ),
  });
  return 0;
}

function planOptions(flags: PlanFlags): PlanOptions {
  const { output, format, permutations, cells, step, threads, truncate } = flags;
  return {
    overrides: { ...(output !== undefined && { output }), ...(format !== undefined && { format }), ...(permutations !== undefined && { permutations }) },
    selection: { ...(cells && { cells }), ...(step && { steps: step }) },
    ...(threads !== undefined && { threads }),
    ...(truncate !== undefined && { truncate }),
  };
}

function planText(plan: StudyPlan): string {
  const { experiment, cells, permutations_total, permutations_done, permutations_missing, overlap, forecast } = plan;
  const { study } = experiment;
  const count = (n: number): string => n.toLocaleString('en');
  const complete = cells.filter((cell) => cell.missing.length === 0).length;
  const { folded, points } = experiment.cells;
  const lines = [
    `${study.name}: model ${study.model.name}, ${count(cells.length)} cells x ${count(study.permutations)} permutations -> ${study.output}`,
    folded > 0 ? `  ${count(points)} grid points; ${count(folded)} differ only in parameters that are inactive there and are folded` : undefined,
    `  done      ${count(permutations_done)} of ${count(permutations_total)} permutations, ${count(complete)} of ${count(cells.length)} cells complete`,
    `  missing   ${count(permutations_missing)} permutations`,
    forecast === undefined
      ? '  nothing to compute'
      : `  forecast  about ${formatDuration(forecast.seconds)} on ${forecast.threads} threads, ${formatBytes(forecast.bytes)} of disk (measured just now)`,
    ...cells
      .filter((cell) => cell.n_done > 0 && cell.missing.length > 0)
      .slice(0, CELL_LINES)
      .map((cell) => `  cell ${cell.cell_id}: missing ${describeRanges(cell.missing)}`),
    `  seeds     ${overlapText(overlap)}`,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
