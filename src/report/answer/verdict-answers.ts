import type { BreakEven } from '../../analysis/break-even.ts';
import type { ViewStatistic } from '../../model/model.ts';
import { formatCount } from '../../wording/format-number.ts';
import { axesOf } from '../marks/axes.ts';
import { estimateOf, statisticName } from '../marks/estimate.ts';
import type { ReportData } from '../marks/report-data.ts';
import { analysisOf } from './analysis.ts';
import type { Answer } from './answer.ts';
import { goalOf } from './goals.ts';
import { answerMetrics, leadMetric } from './key-metrics.ts';
import { limitOf, verdictOf, type Limit, type Verdict } from './verdict.ts';
import { capital, estimateWords, labelOf, plain, settingWords, someOf, valueWords } from './words.ts';

/** The first goal of each metric that has one: of the lead, and of others that no or not every cell meets. */
export function verdictsOf(data: ReportData): Verdict[] {
  const { cells, metrics } = data;
  const lead = leadMetric(data);
  const all = answerMetrics(data).flatMap((metric) => {
    // A threshold of another metric than the lead is told as a chance.
    const goal = metric === lead || metrics[metric]?.goals !== undefined ? goalOf(data, metric) : undefined;
    return goal === undefined ? [] : [verdictOf(cells, metrics, metric, goal)];
  });
  const [first, ...others] = all.filter(({ outcomes }) => outcomes.size > 0);
  if (first === undefined) return [];
  const impossible = others.filter(({ counts }) => counts.holds === 0);
  const partly = others.filter(({ counts, outcomes }) => counts.holds > 0 && counts.holds < outcomes.size);
  return [first, ...impossible.slice(0, 1), ...partly.slice(0, 1)].slice(0, 2);
}

export function verdictAnswer(data: ReportData, verdict: Verdict): Answer {
  const { cells, metrics } = data;
  const { metric, goal, statistic, counts, outcomes, nearest } = verdict;
  const total = outcomes.size;
  const spec = metrics[metric];
  const how = howOften(verdict);
  if (counts.holds === 0 && nearest !== undefined) {
    const estimate = estimateOf(nearest.statistics[metric]!, statistic);
    const never = counts.mostly === 0 && counts.open === 0 && statistic !== 'mean' ? ', nor more often than not' : '';
    return {
      kind: counts.open > 0 ? 'open' : 'fails',
      title: capital(
        (metric === leadMetric(data) ? '' : `${labelOf(metric, spec)}: `) +
          (counts.open > 0 ? 'no cell is sure to hold up' : 'no setting meets the goal'),
      ),
      text: `${capital(someOf(0, total))} is such that ${goal.means} ${how}${never}. The nearest${total > 1 ? ` (${settingWords(nearest, axesOf(cells))})` : ''} has a ${statisticName(statistic)} of the ${labelOf(metric, spec)} of ${estimateWords(estimate, spec)}; the goal is ${valueWords(goal.at, spec)}.${rest(verdict)}`,
      more: 'surface',
    };
  }
  return {
    kind: 'holds',
    title:
      metric === leadMetric(data)
        ? `Holds up in ${someOf(counts.holds, total)}`
        : `${capital(labelOf(metric, spec))}: good in ${someOf(counts.holds, total)}`,
    text: `There ${goal.means} ${how} (${statisticName(statistic)} of the ${labelOf(metric, spec)} on the good side of ${valueWords(goal.at, spec)}, with 95 % confidence).${rest(verdict)}`,
    more: 'surface',
  };
}

function howOften({ statistic }: Verdict): string {
  return statistic === 'mean' ? 'on average' : 'in at least 95 % of the permutations';
}

function rest({ counts }: Verdict): string {
  const parts = [
    ...(counts.mostly > 0
      ? [`${formatCount(counts.mostly)} ${counts.mostly === 1 ? 'does' : 'do'} more often than not`]
      : []),
    ...(counts.fails > 0 && counts.holds + counts.mostly > 0
      ? [`${formatCount(counts.fails)} ${counts.fails === 1 ? 'does' : 'do'} not`]
      : []),
    ...(counts.open > 0 ? [`${formatCount(counts.open)} cannot be told yet`] : []),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
}

export function limitAnswer(data: ReportData, verdict: Verdict): Answer[] {
  const limit = limitOf(data.cells, verdict);
  const crossing = crossingWords(data, verdict);
  if (limit === undefined && crossing === '') return [];
  return [
    {
      kind: 'fails',
      title: limit === undefined ? 'Where it stops' : `It stops ${limitWords(limit)}`,
      text: `${limit === undefined ? '' : `There is no cell in which ${verdict.goal.means} ${howOften(verdict)}, whatever the other parameters are. `}${crossing}`.trim(),
      more: 'sensitivity',
    },
  ];
}

/** Where along an axis the middle crosses the goal: of the axis on which most lines do. */
function crossingWords(data: ReportData, { metric, goal }: Verdict): string {
  const found = analysisOf(data).break_even;
  if (found === undefined || found.quantity.metric !== metric) return '';
  const axes = [...new Set(found.lines.map(({ axis }) => axis))].map((axis) => {
    const lines = found.lines.filter((line) => line.axis === axis);
    return { axis, lines, crossing: lines.filter(({ kind }) => kind === 'falls' || kind === 'rises') };
  });
  const [most] = axes
    .filter(({ crossing }) => crossing.length > 0)
    .sort((p, q) => q.crossing.length - p.crossing.length);
  if (most === undefined) return '';
  const { axis, lines, crossing } = most;
  const at = crossing.map((line) => line.at);
  const [low, high] = [Math.min(...at), Math.max(...at)];
  const [first] = crossing as [BreakEven];
  const ends = first.ci.map((end) => (Number.isNaN(end) ? 'open' : plain(end)));
  const where =
    crossing.length === 1
      ? `at ${axis} ${plain(low)} (95 %: ${ends[0]!} to ${ends[1]!})`
      : `between ${axis} ${plain(low)} and ${plain(high)} on ${formatCount(crossing.length)} of ${formatCount(lines.length)} lines`;
  return `The ${statisticName(found.quantity.statistic as ViewStatistic)} of the ${labelOf(metric, data.metrics[metric])} crosses ${valueWords(goal.at, data.metrics[metric])} ${where}.`;
}

function limitWords({ axis, levels, direction }: Limit): string {
  if (direction === 'up') return `at ${axis} ${levels[0]!}${levels.length > 1 ? ' and more' : ''}`;
  if (direction === 'down') return `at ${axis} ${levels.at(-1)!}${levels.length > 1 ? ' and less' : ''}`;
  return `with ${axis} ${levels.join(' or ')}`;
}
