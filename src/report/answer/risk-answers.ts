import { formatCount } from '../../wording/format-number.ts';
import { axesOf } from '../marks/axes.ts';
import { estimateOfProbability } from '../marks/estimate.ts';
import type { ReportData } from '../marks/report-data.ts';
import type { Answer } from './answer.ts';
import { goalOf } from './goals.ts';
import { answerMetrics, leadMetric } from './key-metrics.ts';
import type { Verdict } from './verdict.ts';
import { capital, labelOf, percentWords, settingWords, someOf, valueWords } from './words.ts';

/** A chance below this is told only where there is no other. */
const WORTH_TELLING = 0.02;

/** How likely the thresholds of the study are to be passed: of each metric the gravest that is passed at all. */
export function riskAnswers(data: ReportData): Answer[] {
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
export function openAnswer({ cells, metrics }: ReportData, verdicts: readonly Verdict[]): Answer[] {
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
