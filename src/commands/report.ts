import { Command } from 'commander';

import type { Ranking } from '../model/model.ts';
import { report, type Reported } from '../operations/report.ts';
import type { PathsAsked } from '../operations/cell-paths.ts';
import { runs, studyFiles, withTrust, type StudyFileFlags } from './command.ts';
import { oneOf, wholeNumber } from './option-values.ts';
import { withRunFlags } from './run-flags.ts';
import { counted, inFull } from '../wording/format-number.ts';

interface ReportFlags extends StudyFileFlags {
  readonly rank?: Ranking;
  readonly threads?: number;
  readonly paths?: true | readonly string[];
  readonly pathPermutations?: number;
}

const EXAMPLES = `
Examples:
  permafrost report runs/study            writes runs/study/report/index.html, report.md and tables/*.csv
  permafrost report runs/study --rank profit_factor           with a table of the best cells by the mean of a metric
  permafrost report runs/study --rank latency_hours_p95:lowest
  permafrost report runs/study --paths                        with equity, queue lengths, ... in time, of three cells
  permafrost report runs/study --paths 1_0_2 --path-permutations 1000
  permafrost summarize runs/study && permafrost report runs/study    with statistics recomputed from the rows first`;

export function reportCommand(): Command {
  const command = new Command('report')
    .argument('<run>', 'output folder of a run')
    .option(
      '--rank <metric[:lowest]>',
      'rank the cells by the mean of this metric (default: the one that the model names)',
      ranking,
    );
  command
    .option(
      '--paths [cell...]',
      'also draw how these cells went in time, if the model can tell: computes permutations again (default: the best, the middle and the worst)',
    )
    .option(
      '--path-permutations <n>',
      'permutations of each that --paths computes again (default: 200)',
      wholeNumber('--path-permutations', 1),
    );
  withTrust(withRunFlags(command, ['threads'])).addHelpText('after', EXAMPLES);
  return runs<ReportFlags>(command, async ([run], { rank, threads, paths, pathPermutations, ...moved }, terminal) => {
    const asked = paths === undefined ? undefined : pathsAsked(paths, pathPermutations, moved);
    const reported = await report(run!, { ranking: rank, threads, paths: asked });
    const { output, files, cells, rows } = reported;
    terminal.print(reportedText(reported));
    terminal.result({ output, files, cells, rows });
    return 0;
  });
}

function pathsAsked(
  paths: true | readonly string[],
  permutations: number | undefined,
  moved: StudyFileFlags,
): PathsAsked {
  return { cells: paths === true ? undefined : paths, permutations, ...studyFiles(moved) };
}

/** `score`, `score:highest`, `latency_hours_p95:lowest`. */
function ranking(text: string): Ranking {
  const [metric = '', best = 'highest'] = text.split(':');
  return { metric, best: oneOf('--rank', ['highest', 'lowest'])(best) };
}

function reportedText({ files, cells, cells_total, rows }: Reported): string {
  const lines = [
    `${inFull(cells)} of ${counted(cells_total, 'cell')}, ${counted(rows, 'row')}:`,
    ...files.map((file) => `  ${file}`),
  ];
  if (cells < cells_total) lines.push('Cells that are not complete have no statistics in it; the report says which.');
  return lines.join('\n');
}
