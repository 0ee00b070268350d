import { Command } from 'commander';

import type { WishedPrecision } from '../analysis/needed.ts';
import { analysisText } from '../terminal/analysis-text.ts';
import { withErrorNote } from '../terminal/error-note.ts';
import { partialTable } from '../terminal/partial-table.ts';
import { surfaceTexts } from '../terminal/run-text.ts';
import type { Page } from '../terminal/table.ts';
import { counted, inFull } from '../wording/format-number.ts';
import { summarize, type Summarized } from '../operations/summarize.ts';
import type { SummaryFormat } from '../tables/grid-summary-table.ts';
import {
  gatherBetter,
  gatherFormats,
  gatherLevels,
  gatherTolerances,
  quantityFrom,
  wishedPrecision,
} from './analysis-flags.ts';
import { gather } from './option-values.ts';
import { runs, type StudyFileFlags, studyFiles, withTrust } from './command.ts';
import { withRunFlags } from './run-flags.ts';

interface SummarizeFlags extends StudyFileFlags {
  readonly threads?: number;
  readonly to?: readonly SummaryFormat[];
  readonly of?: readonly string[];
  readonly better?: Readonly<Record<string, 'highest' | 'lowest'>>;
  readonly level?: Readonly<Record<string, readonly number[]>>;
  readonly tolerance?: Readonly<Record<string, number>>;
  readonly halfWidth?: WishedPrecision;
  readonly exact?: boolean;
}

const FAILURE_BOUNDS = 'aggregated/failure_bounds.csv';
const PARTIAL_SUMMARY = 'aggregated/partial_summary.csv';
/** Cells listed in the text; verify lists them all. */
const LISTED = 10;

const EXAMPLES = `
Examples:
  permafrost summarize runs/study          rewrite summary.json of every complete cell, and grid_summary.csv; statistics of incomplete cells go to partial_summary.csv, with n and n_target
  permafrost summarize runs/study --to parquet         grid_summary.parquet beside grid_summary.csv
  permafrost summarize runs/study --of profit_factor:p05 --better profit_factor:highest --level profit_factor:1
  permafrost summarize runs/study --half-width 0.5%    how many permutations give intervals of half a percent to either side
  permafrost summarize runs/study --study moved/study.yaml   if a cell has lost its summary and the study has moved

What the cells say together goes to aggregated/analysis: which axis matters, contrasts of neighbours and with the best cell, plateaus, break-evens, the Pareto front, permutations needed, where the baseline lies. Quantities are written METRIC or METRIC:STATISTIC: mean (the default), p01, p05, p25, p50, p75, p95, p99, cvar05, cvar95, or p_gt_T for a threshold T of the study.`;

export function summarizeCommand(): Command {
  const command = new Command('summarize').argument('<run>', 'output folder of a run');
  withRunFlags(withTrust(command), ['threads'])
    .option('--to <format>', 'grid_summary in this format as well: arrow or parquet; repeatable', gatherFormats)
    .option(
      '--of <quantity>',
      'analyse this quantity, METRIC or METRIC:STATISTIC (default: what the model leads with); repeatable',
      gather,
    )
    .option(
      '--better <metric:way>',
      'which way is good: METRIC:highest or METRIC:lowest (default: as the model says); repeatable',
      gatherBetter,
    )
    .option(
      '--level <metric:value>',
      'a value that decides: break-evens are where it is crossed (default: thresholds of the study); repeatable',
      gatherLevels,
    )
    .option(
      '--tolerance <metric:value>',
      'differences up to this are none to a plateau (default: those within their error); repeatable',
      gatherTolerances,
    )
    .option(
      '--half-width <width>',
      'for how narrow an interval permutations are counted: 0.5, or 1% of the value (default: 1%)',
      wishedPrecision,
    )
    .option('--exact', 'exact intervals of the probabilities of thresholds, too (Clopper and Pearson)')
    .addHelpText('after', EXAMPLES);
  return runs<SummarizeFlags>(command, async ([run], flags, terminal) => {
    const { threads, to, of, better, level, tolerance, halfWidth, exact, ...moved } = flags;
    const quantities = of?.map((text) => quantityFrom(text));
    const questions = { quantities, better, levels: level, tolerance, wished: halfWidth, exact };
    const done = await summarize(run!, { threads, to, ...questions, ...studyFiles(moved) });
    const { output, files, cells, rows } = done;
    const partial = done.partial.map(({ cell_id, n, n_target }) => ({ cell_id, n, n_target }));
    const texts = [
      summarizedText(done, terminal.page),
      ...(cells > 0 ? surfaceTexts(done, terminal.page) : []),
      ...(done.analysis === undefined ? [] : [analysisText(done.analysis)]),
    ].filter((text) => text !== '');
    terminal.print(withErrorNote(texts.join('\n\n')));
    terminal.result({ output, files, cells, rows, partial, bounded: done.bounded });
    return done.damaged.length === 0 ? 0 : 1;
  });
}

function summarizedText(
  { output, cells, rows, incomplete, partial, bounded, damaged }: Summarized,
  page: Page,
): string {
  const lines = [`${output}: ${counted(cells, 'cell')} summarised from ${counted(rows, 'row')}`];
  if (incomplete.length > 0)
    lines.push(`  ${counted(incomplete.length, 'cell is', 'cells are')} not complete: the same run command resumes`);
  if (partial.length > 0) {
    const metric = Object.keys(partial[0]!.statistics)[0]!;
    const shown = partial.slice(0, LISTED);
    lines.push(
      `  ${inFull(partial.length)} of these have some rows: their statistics are in ${PARTIAL_SUMMARY}, not among those of the complete cells`,
      '',
      partialTable(shown, metric, page).trimEnd(),
      ...(partial.length > shown.length
        ? [`and ${counted(partial.length - shown.length, 'more cell')}: ${PARTIAL_SUMMARY} has all`]
        : []),
    );
  }
  if (bounded.length > 0)
    lines.push(
      `  in ${counted(bounded.length, 'cell')} permutations failed: ${FAILURE_BOUNDS} says between what each statistic lies, whatever they would have given`,
    );
  lines.push(...damaged.slice(0, LISTED).map(({ cell_id, message }) => `  cell ${cell_id}: ${message}`));
  if (damaged.length > LISTED)
    lines.push(`  and ${inFull(damaged.length - LISTED)} more (permafrost verify lists all)`);
  return lines.join('\n');
}
