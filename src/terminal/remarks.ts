import { isDeclaredConstant } from '../model/condition.ts';
import type { MetricSpec } from '../model/model.ts';
import { isMarked } from '../report/marks/estimate.ts';
import type { ConstantMetric } from '../report/marks/headline.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { counted, formatCount, formatNumber, formatWithError } from '../wording/format-number.ts';

type Summarised = Pick<ReportedCell, 'statistics'> & Partial<Pick<ReportedCell, 'parameters'>>;

/** What must be known of the means in a table. */
export function remarks(
  rows: readonly (readonly string[])[],
  cells: readonly Summarised[],
  metric: string,
  spec: MetricSpec,
): string[] {
  const few = cells
    .map(({ statistics }) => statistics[metric]!)
    .filter(({ diagnostics }) => diagnostics.includes('few_permutations'));
  // Of a headline a share of none has an error of its own.
  const equal = cells.flatMap(({ statistics, parameters = {} }) =>
    isDeclaredConstant(spec, parameters) || (spec.headline === true && statistics[metric]!.n_ones !== undefined)
      ? []
      : (statistics[metric]!.other_value_at_most ?? []),
  );
  return [
    ...(few.length > 0
      ? [
          `${formatCount(Math.min(...few.map(({ n }) => n)))} permutations are few: intervals of means hold only if rows are close to normal.`,
        ]
      : []),
    ...(rows.some((row) => row.some(isMarked))
      ? ['!: do not trust this interval (heavy tail: few rows decide it); see p50.']
      : []),
    ...(equal.length > 0
      ? [
          `${spec.headline === true ? `${metric}: all` : 'All'} rows equal in ${formatCount(equal.length)} of ${counted(cells.length, 'cell')}: another value has a chance of up to ${formatNumber(Math.max(...equal), 2)}.`,
        ]
      : []),
  ];
}

/** What would be a column of one value. */
export function constantRemark(constant: readonly ConstantMetric[]): string[] {
  const named = (of: readonly ConstantMetric[]): string =>
    of.map(({ metric, value }) => `${metric} ${formatWithError(value, 0)}`).join(', ');
  const declared = constant.filter((each) => each.other_value_at_most === undefined);
  const seen = constant.filter((each) => each.other_value_at_most !== undefined);
  return [
    ...(declared.length > 0 ? [`Not random, and the same in every cell: ${named(declared)}.`] : []),
    ...(seen.length > 0
      ? [
          `The same in every permutation so far: ${named(seen)}; another value has a chance of up to ${formatNumber(Math.max(...seen.map((each) => each.other_value_at_most!)), 2)}.`,
        ]
      : []),
  ];
}
