import { constantMetrics, headlineMetrics } from '../marks/headline.ts';
import type { ReportData } from '../marks/report-data.ts';

/** Whether any permutation of any cell has a value of it. */
export function hasValues({ cells }: Pick<ReportData, 'cells'>, metric: string): boolean {
  return cells.some(({ statistics }) => (statistics[metric]?.n ?? 0) > 0);
}

/**
 * What the report is about, the most important first: what the reader ranks by, what the model leads with, its headline, what the study has
 * thresholds of, the model's order. Without those that are the same everywhere, unless that misses or meets a goal.
 */
export function keyMetrics(data: Pick<ReportData, 'cells' | 'metrics' | 'lead' | 'views'>): string[] {
  const { cells, metrics, lead, views } = data;
  const asked = Object.keys(metrics).filter((metric) => cells[0]?.statistics[metric]?.thresholds !== undefined);
  const constant = new Set(constantMetrics(cells, metrics).map(({ metric }) => metric));
  const first = [...lead, ...headlineMetrics(cells, metrics), ...asked];
  const all = new Set([...first, ...views.map(({ y }) => y), ...Object.keys(metrics)]);
  return [...all].filter((metric) => hasValues(data, metric) && !constant.has(metric));
}

/** The metric that the answer is about; undefined where no cell has one. */
export function leadMetric(data: Parameters<typeof keyMetrics>[0]): string | undefined {
  return keyMetrics(data)[0];
}

/** Those that the answer speaks of. */
export function answerMetrics(data: ReportData): string[] {
  const { cells, metrics, lead } = data;
  const named = new Set([...lead, ...headlineMetrics(cells, metrics)]);
  const found = keyMetrics(data).filter(
    (metric, i) => i === 0 || named.has(metric) || cells[0]?.statistics[metric]?.thresholds !== undefined,
  );
  // One that is the same everywhere is still an answer where the model says what it should be.
  const decided = lead.filter(
    (metric) => !found.includes(metric) && metrics[metric]?.goals !== undefined && hasValues(data, metric),
  );
  return [...found, ...decided];
}
