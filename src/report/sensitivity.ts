import { influences } from './answer/influence.ts';
import { middleOf } from './answer/answers.ts';
import { answerMetrics } from './answer/key-metrics.ts';
import { labelOf, percentWords, valueWords } from './answer/words.ts';
import { axesOf } from './marks/axes.ts';
import type { LineChartData } from './marks/lines.ts';
import type { ReportData } from './report-data.ts';
import type { ReportTable } from './report-table.ts';

/** Metrics in the table. */
const MOST_METRICS = 4;
/** Levels whose means are named; of more the ends are. */
const MOST_LEVELS = 6;

/** How much of the differences between cells each axis explains, by metric. */
export function influenceTable(data: ReportData): ReportTable | undefined {
  if (axesOf(data.cells).length < 2) return undefined;
  const rows = answerMetrics(data)
    .slice(0, MOST_METRICS)
    .flatMap((metric) =>
      influences(data.cells, metric, middleOf(data, metric)).map(({ axis, share, levels }, i) => {
        const shown = levels.length <= MOST_LEVELS ? levels : [levels[0]!, levels.at(-1)!];
        const means = shown.map(({ level, mean }) => `${level === '-' ? 'not active' : level}: ${valueWords(mean, data.metrics[metric])}`);
        return [i === 0 ? labelOf(metric, data.metrics[metric]) : '', axis, percentWords(share), means.join(levels.length <= MOST_LEVELS ? ', ' : ' … ')];
      }),
    );
  if (rows.length === 0) return undefined;
  return {
    header: ['metric', 'parameter', 'share of the differences', 'averages over the other parameters'],
    rows,
    note: 'Of the variance between the cells, what the averages over the levels of one parameter explain alone, without simulation noise. What the shares of a metric leave to 100 % comes from parameters acting together.',
  };
}

/** A chart in which no line moves by more than its errors says nothing. */
export function isFlat({ panels }: LineChartData): boolean {
  return panels.every(({ lines }) =>
    lines.every(({ points }) => {
      const values = points.map(({ value }) => value);
      const errors = points.map(({ error }) => (Number.isFinite(error) ? error : 0));
      return Math.max(...values) - Math.min(...values) <= 3 * Math.max(...errors);
    }),
  );
}
