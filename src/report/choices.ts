import { formatCount } from '../wording/format-number.ts';
import { analysisOf } from './answer/analysis.ts';
import { estimateWords, labelOf, percentWords, plain, settingWords } from './answer/words.ts';
import { axesOf } from './marks/axes.ts';
import { estimateOf, statisticName } from './marks/estimate.ts';
import type { ViewStatistic } from '../model/model.ts';
import type { ReportData } from './marks/report-data.ts';
import type { ReportTable } from './report-table.ts';

const MOST_REGIONS = 6;
const MOST_FRONT = 10;

/** Regions that a person could choose in: cells that hang together and differ by less than their errors, and peaks that stand alone. */
export function plateauTable(data: ReportData): ReportTable | undefined {
  const { plateaus, grid } = analysisOf(data);
  if (plateaus === undefined || plateaus.regions.length === 0) return undefined;
  const { metric, statistic } = plateaus.aim.quantity;
  const axes = axesOf(data.cells);
  const rows = plateaus.regions
    .slice(0, MOST_REGIONS)
    .map(({ kind, cells, value, se, spans }) => [
      kind,
      formatCount(cells.length),
      estimateWords({ value, error: se }, data.metrics[metric]),
      settingWords(data.cells[cells[0]!]!, axes),
      spans
        .map(
          ({ axis, from, to, at_edge }) =>
            `${axis} ${from === to ? plain(from) : `${plain(from)} to ${plain(to)}`}${at_edge ? ' (edge)' : ''}`,
        )
        .join(', '),
    ]);
  return {
    header: [
      'region',
      'cells',
      `average ${statisticName(statistic as ViewStatistic)}`,
      'best cell in it',
      'extends over',
    ],
    rows,
    note: `Of ${formatCount(grid.cells.length)} cells by the ${labelOf(metric, data.metrics[metric])}, the best first: a plateau is a region of neighbours that cannot be told apart from its best cell; a peak is told apart from every neighbour, and may not survive a small change. (edge): it reaches the end of the grid, and what lies beyond is not known.`,
  };
}

/** The cells that no other beats in everything. */
export function frontTable(data: ReportData): ReportTable | undefined {
  const { front } = analysisOf(data);
  if (front === undefined || front.aims.length < 2) return undefined;
  const axes = axesOf(data.cells);
  const shown = front.cells.slice(0, MOST_FRONT);
  return {
    header: [
      'cell',
      ...front.aims.map(
        ({ quantity }) =>
          `${labelOf(quantity.metric, data.metrics[quantity.metric])}, ${statisticName(quantity.statistic as ViewStatistic)}`,
      ),
      'chance to be on the front',
    ],
    rows: shown.map(({ cell, probability }) => [
      settingWords(data.cells[cell]!, axes),
      ...front.aims.map(({ quantity: { metric, statistic } }) =>
        estimateWords(
          estimateOf(data.cells[cell]!.statistics[metric]!, statistic as ViewStatistic),
          data.metrics[metric],
        ),
      ),
      percentWords(probability.share),
    ]),
    note: `Cells that no other beats in all of ${front.aims.map(({ quantity: { metric }, better }) => `${labelOf(metric, data.metrics[metric])} (${better})`).join(', ')}: ${formatCount(shown.length)} of ${formatCount(front.cells.length)} that are or may be among them. The chance allows for the errors.`,
  };
}
