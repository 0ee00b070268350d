import type { ViewStatistic } from '../../model/model.ts';
import { formatCount } from '../../wording/format-number.ts';
import { axesOf } from '../marks/axes.ts';
import { estimateOf, estimateOfProbability, statisticName } from '../marks/estimate.ts';
import { isShare } from '../marks/headline.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import type { ReportData } from '../report-data.ts';
import type { BreakEven } from '../../analysis/break-even.ts';
import { bestContrasts } from '../../analysis/contrasts.ts';
import { analysisOf, singleEffects } from './analysis.ts';
import { goalOf } from './goals.ts';
import { levelMeans } from './level-means.ts';
import { middleOf } from './middle.ts';
import { answerMetrics, leadMetric } from './key-metrics.ts';
import { bestBy, limitOf, verdictOf, type Limit, type Verdict } from './verdict.ts';
import { estimateWords, goodSide, labelOf, percentWords, plain, settingWords, someOf, valueWords } from './words.ts';

/** One finding, in plain words. */
export interface Answer {
  /** `holds`: it does; `fails`: nothing does, or where it stops; `open`: not to be told yet; `says`: anything else. */
  readonly kind: 'holds' | 'fails' | 'open' | 'says';
  /** The finding itself, a clause. */
  readonly title: string;
  /** Its numbers and how sure they are. */
  readonly text: string;
  /** The section that has more. */
  readonly more: string;
}

/** More would not be read. */
const MOST_ANSWERS = 6;
/** Fewer than this are filled up with the best cells by other metrics. */
const FEWEST = 2;

/** What a reader wants to know first: three to six findings, the verdict before the rest. */
export function answersOf(data: ReportData): Answer[] {
  const metric = leadMetric(data);
  if (metric === undefined) return [];
  const verdicts = verdictsOf(data);
  const open = openAnswer(data, verdicts);
  const found = [
    ...verdicts.map((verdict) => verdictAnswer(data, verdict)),
    ...verdicts.slice(0, 1).flatMap((verdict) => limitAnswer(data, verdict)),
    ...bestAnswer(data, metric),
    ...influenceAnswer(data, metric),
    ...riskAnswers(data),
  ];
  const others = answerMetrics(data).filter((name) => name !== metric && data.cells.length > 1);
  const filled = [
    ...found,
    ...others.slice(0, Math.max(0, FEWEST - found.length)).flatMap((name) => bestAnswer(data, name)),
  ];
  return [...filled.slice(0, MOST_ANSWERS - open.length), ...open];
}

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

function verdictAnswer({ cells, metrics }: ReportData, verdict: Verdict): Answer {
  const { metric, goal, statistic, counts, outcomes, nearest } = verdict;
  const total = outcomes.size;
  const spec = metrics[metric];
  const how = howOften(verdict);
  if (counts.holds === 0 && nearest !== undefined) {
    const estimate = estimateOf(nearest.statistics[metric]!, statistic);
    const never = counts.mostly === 0 && counts.open === 0 && statistic !== 'mean' ? ', nor more often than not' : '';
    return {
      kind: counts.open > 0 ? 'open' : 'fails',
      title: counts.open > 0 ? 'No cell is sure to hold up' : 'No setting meets the goal',
      text: `${capital(someOf(0, total))} is such that ${goal.means} ${how}${never}. The nearest${total > 1 ? ` (${settingWords(nearest, axesOf(cells))})` : ''} has a ${statisticName(statistic)} of the ${labelOf(metric, spec)} of ${estimateWords(estimate, spec)}; the goal is ${valueWords(goal.at, spec)}.${rest(verdict)}`,
      more: 'surface',
    };
  }
  return {
    kind: 'holds',
    title: `Holds up in ${someOf(counts.holds, total)}`,
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

function limitAnswer(data: ReportData, verdict: Verdict): Answer[] {
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

function bestAnswer(data: ReportData, metric: string): Answer[] {
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
  if (cell === undefined) return [];
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

function influenceAnswer(data: ReportData, metric: string): Answer[] {
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

/** A chance below this is told only where there is no other. */
const WORTH_TELLING = 0.02;

/** How likely the thresholds of the study are to be passed: of each metric the gravest that is passed at all. */
function riskAnswers(data: ReportData): Answer[] {
  const { cells, metrics } = data;
  const axes = axesOf(cells);
  return answerMetrics(data).flatMap((metric): Answer[] => {
    const thresholds = cells[0]?.statistics[metric]?.thresholds ?? [];
    const spec = metrics[metric];
    const spread = thresholds.map(({ threshold }, k) => {
      const all = cells.map((cell) => ({ cell, ...estimateOfProbability(cell.statistics[metric]!.thresholds![k]!) }));
      const ordered = all.filter(({ value }) => !Number.isNaN(value)).sort((a, b) => a.value - b.value);
      return { threshold, low: ordered[0], high: ordered.at(-1) };
    });
    // A goal of the model says the same of its value already.
    const told = metric === leadMetric(data) ? [goalOf(data, metric)?.at] : (spec?.goals ?? []).map(({ at }) => at);
    const asked = spread.filter(({ threshold }) => !told.includes(threshold));
    const grave = asked.filter(({ high }) => (high?.value ?? 0) >= WORTH_TELLING);
    const widest = (grave.length > 0 ? grave : asked).at(spec?.good === 'high' ? 0 : -1);
    if (widest?.low === undefined || widest.high === undefined) return [];
    const { threshold, low, high } = widest;
    const words = (each: typeof low): string =>
      `${percentWords(each.value)} (95 %: ${percentWords(each.low)} to ${percentWords(each.high)}${cells.length > 1 ? `; ${settingWords(each.cell, axes)}` : ''})`;
    return [
      {
        kind: 'says',
        title: `Chance of a ${labelOf(metric, spec)} above ${valueWords(threshold, spec)}: ${cells.length > 1 ? `${percentWords(low.value)} to ${percentWords(high.value)}` : percentWords(low.value)}`,
        text: cells.length > 1 ? `From ${words(low)} to ${words(high)}.` : `${capital(words(low))}.`,
        more: 'surface',
      },
    ];
  });
}

/** What cannot be told, and what it would take. */
function openAnswer({ cells, metrics }: ReportData, verdicts: readonly Verdict[]): Answer[] {
  if (cells.length === 0) return [];
  const n = Math.min(...cells.map((cell) => cell.n));
  const undecided = verdicts[0]?.counts.open ?? 0;
  const heavy = Object.keys(metrics).filter((metric) =>
    cells.some(({ statistics }) => statistics[metric]!.diagnostics.includes('heavy_tail')),
  );
  const parts = [
    ...(undecided > 0
      ? [`In ${someOf(undecided, cells.length)} the error is larger than the distance to the goal.`]
      : []),
    ...(n < 2
      ? ['With one permutation there is no error at all.']
      : n < 30
        ? [`${n} permutations are few: errors are rough, and there are no outer percentiles.`]
        : []),
    ...(n >= 30
      ? [
          `What happens in fewer than 1 of ${formatCount(Math.max(2, Math.floor(n / 3.7)))} permutations may not have been seen.`,
        ]
      : []),
    ...(heavy.length > 0
      ? [
          `Means of ${heavy.length > 3 ? `${heavy.length} metrics` : heavy.join(', ')} hang on few permutations in some cells: see the medians.`,
        ]
      : []),
  ];
  return [{ kind: 'open', title: 'What cannot be told yet', text: parts.join(' '), more: 'integrity' }];
}

/** What was asked, in a sentence. */
export function questionOf(data: ReportData): string {
  const { cells, cells_total, model, metrics, permutations } = data;
  const axes = axesOf(cells);
  const metric = leadMetric(data);
  const what = metric === undefined ? 'what comes out' : `the ${labelOf(metric, metrics[metric])}`;
  const over = axes.map(({ name, levels }) => `${name} (${levelsWords(levels)})`);
  const where =
    axes.length === 0
      ? 'at one setting'
      : `as ${over.length > 1 ? `${over.slice(0, -1).join(', ')} and ${over.at(-1)!}` : over[0]!} ${axes.length === 1 ? 'changes' : 'change'}`;
  const n = cells.some((cell) => cell.n !== permutations)
    ? `up to ${formatCount(permutations)}`
    : formatCount(permutations);
  return `Asked of the model ${model}: ${what} ${where}. ${cells_total === 1 ? 'One cell' : `${formatCount(cells_total)} cells`}, ${n} permutation${permutations === 1 ? '' : 's'}${cells_total === 1 ? '' : ' each'}.`;
}

function levelsWords(levels: readonly string[]): string {
  const active = levels.filter((level) => level !== '-');
  const numeric = active.every((level) => level !== '' && Number.isFinite(Number(level)));
  if (numeric && active.length > 2) return `${active[0]!} to ${active.at(-1)!}`;
  return active.length <= 4 ? active.join(', ') : `${active.length} kinds`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
