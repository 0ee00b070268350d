import { formatCount } from '../wording/format-number.ts';
import type { ReportData } from './marks/report-data.ts';

/** What these numbers do and do not say: what the engine knows first, then what the model adds. */
export function limits({ sharing, antithetic, cells, ranking, caveats }: ReportData): string[] {
  return [
    'Every number is given with its Monte Carlo standard error (±), and intervals are 95 % Monte Carlo intervals (means: Student’s t, of values 0 and 1 Wilson; percentiles: order statistics; probabilities: Wilson). ' +
      'That is simulation noise alone: how much a run with other seeds would differ. It shrinks with the square root of the number of permutations, and does not tell whether the model, ' +
      'its parameters or its input data are right.',
    ...(cells.length > 0
      ? [
          `What happens in fewer than 1 of ${formatCount(Math.max(1, Math.floor(Math.min(...cells.map(({ n }) => n)) / 3.7)))} permutations may not be among these rows at all, and no diagnostic can detect that: to see something of probability p, run 3.7 / p permutations.`,
        ]
      : []),
    antithetic === true
      ? 'Rows are means of antithetic pairs: P5 to P95, thresholds and goals are about such means, whose spread says little of that of single outcomes.'
      : 'P5 to P95 is the spread of single permutations, not an error: it does not shrink with more of them.',
    sharing === 'shared'
      ? 'All cells saw the same random draws (streams: shared): differences between cells are more certain than their separate errors suggest, and errors of different cells are not independent.'
      : 'Cells have independent random streams: the error of a difference is the root of the sum of the squares of both errors.',
    ...(cells.length > 20
      ? [
          `The highest of ${formatCount(cells.length)} cells is high partly by luck. No number here is corrected for having been picked out of many${ranking === undefined ? '' : '; the column "may be the best" is'}.`,
        ]
      : []),
    ...caveats,
  ];
}
