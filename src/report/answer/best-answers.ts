import { bestContrasts } from '../../analysis/contrasts.ts';
import { formatCount } from '../../wording/format-number.ts';
import { axesOf } from '../marks/axes.ts';
import { estimateOf, statisticName } from '../marks/estimate.ts';
import { isShare } from '../marks/headline.ts';
import { openAbove } from '../marks/open-above.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import type { ReportData } from '../marks/report-data.ts';
import { analysisOf, singleEffects } from './analysis.ts';
import type { Answer } from './answer.ts';
import { leadMetric } from './key-metrics.ts';
import { levelMeans } from './level-means.ts';
import { middleOf } from './middle.ts';
import { bestBy } from './verdict.ts';
import { capital, estimateWords, goodSide, labelOf, percentWords, settingWords, someOf, valueWords } from './words.ts';

export function bestAnswer(data: ReportData, metric: string): Answer[] {
  const { cells, metrics, ranking } = data;
  if (cells.length < 2) return singleAnswer(data, metric);
  const spec = metrics[metric];
  const side = goodSide(metric, metrics);
  const axes = axesOf(cells);
  const known = spec?.good !== undefined || ranking?.metric === metric;
  const statistic = middleOf(data, metric);
  const best =
    ranking?.metric === metric ? ranking.cells[0]?.cell : bestBy(cells, metric, statistic, side === 'high' ? 1 : -1);
  const worst = bestBy(cells, metric, statistic, side === 'high' ? -1 : 1);
  if (best === undefined || worst === undefined) return [];
  // Values that are only what was tried cannot be compared; equal ones make none the best.
  if (cells.some((cell) => openAbove(cell, metric, metrics) > 0)) return [];
  if (best === worst) return [];
  const words = (cell: ReportedCell): string => estimateWords(estimateOf(cell.statistics[metric]!, statistic), spec);
  const share = isShare(cells, metric);
  const name = share ? labelOf(metric, spec) : `${statisticName(statistic)} of the ${labelOf(metric, spec)}`;
  return [
    {
      kind: 'says',
      title: known
        ? `${metric === leadMetric(data) ? 'Best' : `Best ${labelOf(metric, spec)}`}: ${settingWords(best, axes)}`
        : `${capital(labelOf(metric, spec))} is highest at ${settingWords(best, axes)}`,
      text: `There the ${name} is ${words(best)}; at the other end, with ${settingWords(worst, axes)}, it is ${words(worst)}.${known ? tied(data, metric, best) : ''}`,
      more: 'comparisons',
    },
  ];
}

/** How many cells the best cannot be told from. */
function tied(data: ReportData, metric: string, best: ReportedCell): string {
  const { ranking, cells } = data;
  const ties =
    ranking?.metric === metric
      ? ranking.cells.filter(({ difference, told_apart }) => difference !== undefined && !told_apart).length
      : bestContrasts(analysisOf(data).grid, { metric, statistic: middleOf(data, metric) }, cells.indexOf(best)).filter(
          ({ side }) => side === 0,
        ).length;
  if (ties === 0) return ' It is told apart from all others.';
  return ` ${formatCount(ties)} other${ties === 1 ? ' cell cannot' : ' cells cannot'} be told apart from it.`;
}

function singleAnswer({ cells, metrics }: ReportData, metric: string): Answer[] {
  const [cell] = cells;
  if (cell === undefined || openAbove(cell, metric, metrics) > 0) return [];
  const found = cell.statistics[metric]!;
  const spec = metrics[metric];
  const few = !Number.isFinite(found.quantile_mcse.p05);
  const middle = estimateWords(estimateOf(found, few ? 'mean' : 'p50'), spec);
  return [
    {
      kind: 'says',
      title: `${capital(labelOf(metric, spec))}: ${middle}`,
      text: few
        ? `The mean of ${formatCount(found.n)} permutations; they are too few for percentiles.`
        : `The median; 90 % of the permutations lie between ${valueWords(found.p05, spec)} and ${valueWords(found.p95, spec)}.`,
      more: 'distributions',
    },
  ];
}

/** Where no limit was found there is no number to tell: it is at least what was tried. */
export function openAboveAnswer({ cells, metrics }: ReportData, metric: string): Answer[] {
  const spec = metrics[metric];
  const open = cells.filter((cell) => openAbove(cell, metric, metrics) > 0);
  if (open.length === 0) return [];
  const least = Math.min(...open.map(({ statistics }) => statistics[metric]!.min));
  const rows = open.reduce((sum, cell) => sum + openAbove(cell, metric, metrics), 0);
  const all = open.reduce((sum, { n }) => sum + n, 0);
  const where = cells.length === 1 ? '' : `In ${someOf(open.length, cells.length)} `;
  const text = `${where}no limit was found, up to the largest value that was tried, in ${formatCount(rows)} of ${formatCount(all)} permutations: the ${labelOf(metric, spec)} is at least what is said of it, and cells cannot be ranked by it.`;
  return [
    {
      kind: 'open',
      title: `${capital(labelOf(metric, spec))}: at least ${valueWords(least, spec)}`,
      text: capital(text),
      more: 'surface',
    },
  ];
}

export function influenceAnswer(data: ReportData, metric: string): Answer[] {
  if (data.cells.some((cell) => openAbove(cell, metric, data.metrics) > 0)) return [];
  const found = analysisOf(data).effects.find((each) => each.metric === metric);
  if (found === undefined || axesOf(data.cells).length < 2) return [];
  const [first, second] = singleEffects(found.effects);
  if (first === undefined || first.share < 0.05) return [];
  const [axis] = first.axes as [string];
  const spec = data.metrics[metric];
  const means = levelMeans(data.cells, metric, middleOf(data, metric), axis).map(({ mean }) => mean);
  const pair = found.effects.effects.filter(({ axes }) => axes.length > 1).sort((p, q) => q.share - p.share)[0];
  const next = second === undefined ? '' : `; ${second.axes[0]!} alone ${percentWords(Math.max(0, second.share))}`;
  const together =
    pair === undefined || pair.share < 0.02
      ? ''
      : `; ${pair.axes.join(' and ')} together, beyond that, ${percentWords(pair.share)}`;
  return [
    {
      kind: 'says',
      title: `What matters most is ${axis}`,
      text: `It alone makes ${percentWords(first.share)} (95 %: ${percentWords(first.ci[0])} to ${percentWords(first.ci[1])}) of the differences in the ${labelOf(metric, spec)} between cells, with averages from ${valueWords(Math.min(...means), spec)} to ${valueWords(Math.max(...means), spec)}${next}${together}.`,
      more: 'sensitivity',
    },
  ];
}
