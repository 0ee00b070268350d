import type { Diagnostic } from '../statistics/diagnostics.ts';
import { axesOf, levelOf } from './marks/axes.ts';
import { estimateOf, estimateText, statisticText } from './marks/estimate.ts';
import { formatCount, formatInterval } from '../wording/format-number.ts';
import type { RankedCells, ReportData } from './marks/report-data.ts';
import { withMarkNote, type ReportTable } from './report-table.ts';

/** Rows of the table in a page; the file has more. */
const MOST_ROWS = 20;

const DOUBTFUL: readonly Diagnostic[] = ['few_permutations', 'heavy_tail', 'few_events'];

export function rankingTable(data: ReportData): ReportTable | undefined {
  const { ranking } = data;
  if (ranking === undefined) return undefined;
  const axes = axesOf(data.cells);
  const shown = ranking.cells.slice(0, MOST_ROWS);
  return withMarkNote({
    header: [
      'rank',
      ...(axes.length === 0 ? ['cell'] : axes.map(({ name }) => name)),
      'mean',
      '95 % interval',
      'to the best',
      '95 % interval',
      'may be the best',
    ],
    rows: shown.map(({ cell, difference, told_apart }, i) => {
      const mean = estimateOf(cell.statistics[ranking.metric]!, 'mean');
      return [
        String(i + 1),
        ...(axes.length === 0 ? [cell.cell_id] : axes.map(({ name }) => levelOf(cell, name))),
        statisticText(cell.statistics[ranking.metric]!, 'mean'),
        formatInterval([mean.low, mean.high], mean.error),
        difference === undefined ? '' : estimateText({ value: difference.difference, error: difference.se }),
        difference === undefined ? '' : formatInterval(difference.ci, difference.se),
        told_apart ? 'no' : 'yes',
      ];
    }),
    note: rankingNote(ranking, shown.length),
  });
}

function rankingNote({ metric, best, paired, compared, n_undefined, cells }: RankedCells, shown: number): string {
  const may_be = cells.filter(({ told_apart }) => !told_apart).length;
  const doubtful = cells.filter(({ cell, difference }) =>
    [...cell.statistics[metric]!.diagnostics, ...(difference?.diagnostics ?? [])].some((code) =>
      DOUBTFUL.includes(code),
    ),
  ).length;
  const excluded = cells.filter(({ cell }) => cell.statistics[metric]!.n < cell.n).length;
  return [
    `By the mean of ${metric}, the ${best} first${shown < compared ? `: ${shown} of ${formatCount(compared)} cells` : ''}.`,
    paired
      ? 'Differences to the best cell are of the same permutations (streams: shared), ± standard error.'
      : 'Differences to the best cell are of independent permutations, ± standard error; with streams: shared they would be paired, and smaller ones could be told apart.',
    `"May be the best" allows for having picked the best of ${formatCount(compared)}: with a chance of at least 95 % the truly best cell is among those with yes${may_be === 1 ? ', of which there is one' : ''}.`,
    ...(doubtful > 0
      ? [
          `Of ${doubtful} of them too little is known for that (few permutations, a heavy tail, rare events): for these it holds only as far as their rows are close to normal.`,
        ]
      : []),
    ...(n_undefined > 0
      ? [`${n_undefined} more have no mean of it (undefined, or infinite with both signs) and no rank.`]
      : []),
    ...(excluded > 0
      ? [
          `${metric} is undefined in some permutations of ${excluded} of these cells: they are left out, and may be the bad ones.`,
        ]
      : []),
  ].join(' ');
}
