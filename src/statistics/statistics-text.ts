import { toJson } from '../encoding/json-numbers.ts';
import { statisticValues } from './flat-statistics.ts';
import type { CellStatistics } from './summarise.ts';

/** A cell's statistics as they are written: made where they were computed, so that the one who writes only puts texts together. */
export interface StatisticsText {
  /** As JSON, without spaces: what the digest of a summary is over. */
  readonly json: string;
  /** The same as summary.json has it. */
  readonly indented: string;
  /** The fields of grid_summary.csv, with commas between. */
  readonly fields: string;
  /** Mean and sd of every metric, with commas between: the fields of final_results.csv. */
  readonly means: string;
}

/** The text of statistics whose metrics stand in the order of the columns. */
export function statisticsText(statistics: CellStatistics): StatisticsText {
  const metrics = Object.values(statistics);
  return {
    json: toJson(statistics),
    // No text of JSON holds a line break: every one of these begins a line of the file, one level deeper there.
    indented: toJson(statistics, 1).replaceAll('\n', '\n '),
    fields: metrics.map((metric) => statisticValues(metric).join(',')).join(','),
    means: metrics.map(({ mean, sd }) => `${mean},${sd}`).join(','),
  };
}
