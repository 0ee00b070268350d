import { Command } from 'commander';

import { summarizeRun, type Summarized } from '../run/summarize-run.ts';
import { runs, type StudyFileFlags, studyFiles, withStudyFiles } from './command.ts';

/** Cells listed in the text; verify lists them all. */
const LISTED = 10;

const EXAMPLES = `
Examples:
  permafrost summarize runs/study          summary.json of every complete cell and grid_summary.csv, from the rows again
  permafrost summarize runs/study --study moved/study.yaml   where a cell has lost its summary and the study has moved`;

export function summarizeCommand(): Command {
  const command = new Command('summarize')
    .description('compute the statistics of every complete cell from its rows again; changes no metrics file')
    .argument('<run>', 'output folder of a run')
    .addHelpText('after', EXAMPLES);
  return runs<StudyFileFlags>(withStudyFiles(command), async ([run], moved, terminal) => {
    const done = await summarizeRun(run!, studyFiles(moved));
    const { output, files, cells, rows } = done;
    terminal.say(summarizedText(done));
    terminal.result({ output, files, cells, rows });
    return done.damaged.length === 0 ? 0 : 1;
  });
}

function summarizedText({ output, cells, rows, incomplete, damaged }: Summarized): string {
  const count = (n: number): string => n.toLocaleString('en');
  const lines = [`${output}: ${count(cells)} cells summarised from ${count(rows)} rows`];
  if (incomplete.length > 0)
    lines.push(`  ${count(incomplete.length)} cells are not complete: the run command goes on with them`);
  lines.push(...damaged.slice(0, LISTED).map(({ cell_id, message }) => `  cell ${cell_id}: ${message}`));
  if (damaged.length > LISTED) lines.push(`  and ${count(damaged.length - LISTED)} more (permafrost verify lists all)`);
  return lines.join('\n');
}
