import type { ParameterValue } from '../../model/model.ts';
import type { ReachedPrecision } from '../../statistics/stopping.ts';
import type { MetricStatistics } from '../../statistics/summarise.ts';

/** One complete cell, as tables and pictures show it. */
export interface ReportedCell {
  readonly cell_id: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly n: number;
  readonly statistics: Readonly<Record<string, MetricStatistics>>;
  /** What the precision rules of the study came to; empty where there are none. */
  readonly precision: readonly ReachedPrecision[];
}
