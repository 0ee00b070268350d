import { Command } from 'commander';

import { withErrorNote } from '../terminal/error-note.ts';
import { partialTable } from '../terminal/partial-table.ts';
import { surfaceTexts } from '../terminal/run-text.ts';
import type { Page } from '../terminal/table.ts';
import { counted, inFull } from '../wording/format-number.ts';
import { summarize, type Summarized } from '../operations/summarize.ts';
import { runs, type StudyFileFlags, studyFiles, withTrust } from './command.ts';
import { withRunFlags } from './run-flags.ts';

interface SummarizeFlags extends StudyFileFlags {
  readonly threads?: number;
}

const PARTIAL_SUMMARY = 'aggregated/partial_summary.csv';
/** Cells listed in the text; verify lists them all. */
const LISTED = 10;

const EXAMPLES = `
Examples:
  permafrost summarize runs/study          rewrite summary.json of every complete cell, and grid_summary.csv; statistics of incomplete cells go to partial_summary.csv, with n and n_target
  permafrost summarize runs/study --study moved/study.yaml   if a cell has lost its summary and the study has moved`;

export function summarizeCommand(): Command {
  const command = new Command('summarize')
    .description(
      'recompute the statistics of all cells from their rows, incomplete cells apart; changes no metrics file',
    )
    .argument('<run>', 'output folder of a run');
  withRunFlags(withTrust(command), ['threads']).addHelpText('after', EXAMPLES);
  return runs<SummarizeFlags>(command, async ([run], { threads, ...moved }, terminal) => {
    const done = await summarize(run!, { threads, ...studyFiles(moved) });
    const { output, files, cells, rows } = done;
    const partial = done.partial.map(({ cell_id, n, n_target }) => ({ cell_id, n, n_target }));
    const texts = [summarizedText(done, terminal.page), ...(cells > 0 ? surfaceTexts(done, terminal.page) : [])];
    terminal.print(withErrorNote(texts.join('\n\n')));
    terminal.result({ output, files, cells, rows, partial });
    return done.damaged.length === 0 ? 0 : 1;
  });
}

function summarizedText({ output, cells, rows, incomplete, partial, damaged }: Summarized, page: Page): string {
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
  lines.push(...damaged.slice(0, LISTED).map(({ cell_id, message }) => `  cell ${cell_id}: ${message}`));
  if (damaged.length > LISTED)
    lines.push(`  and ${inFull(damaged.length - LISTED)} more (permafrost verify lists all)`);
  return lines.join('\n');
}
