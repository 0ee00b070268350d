import { Command } from 'commander';

import { reportRun, type Reported } from '../run/report-run.ts';
import { runs } from './command.ts';

const EXAMPLES = `
Examples:
  permafrost report runs/study            writes runs/study/report/index.html, report.md and tables/*.csv
  permafrost summarize runs/study && permafrost report runs/study    with the statistics computed from the rows again first`;

export function reportCommand(): Command {
  const command = new Command('report')
    .description('write the report of a run: one HTML file that needs nothing else, Markdown, and tables as CSV')
    .argument('<run>', 'output folder of a run')
    .addHelpText('after', EXAMPLES);
  return runs(command, async ([run], _options, terminal) => {
    const reported = await reportRun(run!);
    const { output, files, cells, rows } = reported;
    terminal.say(reportedText(reported));
    terminal.result({ output, files, cells, rows });
    return 0;
  });
}

function reportedText({ files, cells, cells_total, rows }: Reported): string {
  const count = (n: number): string => n.toLocaleString('en');
  const lines = [
    `${count(cells)} of ${count(cells_total)} cells, ${count(rows)} rows:`,
    ...files.map((file) => `  ${file}`),
  ];
  if (cells < cells_total) lines.push('Cells that are not complete have no statistics in it; the report says which.');
  return lines.join('\n');
}
