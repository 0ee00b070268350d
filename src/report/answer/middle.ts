import type { ViewStatistic } from '../../model/model.ts';
import { headlineStatistic } from '../marks/estimate.ts';
import { isShare } from '../marks/headline.ts';
import type { ReportData } from '../marks/report-data.ts';

/** The middle of a metric over permutations: its mean where the values are 0 and 1, or too few for a median's error. */
export function middleOf(
  { cells, permutations }: Pick<ReportData, 'cells' | 'permutations'>,
  metric: string,
): ViewStatistic {
  return isShare(cells, metric) ? 'mean' : headlineStatistic(permutations);
}
