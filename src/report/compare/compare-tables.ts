import { largestFirst, type ComparedCell, type ComparedQuantity } from '../../analysis/compare-cells.ts';
import type { Quantity } from '../../analysis/quantity.ts';
import { counted, formatCount, formatInterval, formatWithError } from '../../wording/format-number.ts';
import { parameterText } from '../marks/axes.ts';
import type { ReportTable } from '../report-table.ts';
import type { ComparedRun, Comparison, RunDifference } from './comparison.ts';

/** `mean of heads`. */
export function quantityName({ metric, statistic }: Quantity): string {
  return `${statistic === 'p50' ? 'median' : statistic} of ${metric}`;
}

export function runText({ output, name, model, model_version, complete, cells, permutations }: ComparedRun): string {
  const of = complete === cells ? '' : `${formatCount(complete)} complete of `;
  return `${output}: ${name} (${model} ${model_version}), ${of}${counted(cells, 'cell')} of ${counted(permutations, 'permutation')}`;
}

/** What differs, the first run's value and the second's. */
export function differencesTable(differences: readonly RunDifference[]): ReportTable {
  const rows = differences.map(({ path, first, second }) => [path, valueText(first), valueText(second)]);
  return { header: ['what', 'first', 'second'], rows, note: '' };
}

function valueText(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How the cells were matched, and how they are compared, in sentences. */
export function matchSentences(comparison: Comparison): string[] {
  const { matched_by, pairs, only_first, only_second, ambiguous, quantities } = comparison;
  const same = pairs.filter(({ same_experiment }) => same_experiment).length;
  const by = matched_by.length === 0 ? '' : ` by ${matched_by.join(', ')}`;
  const paired = quantities.some(({ cells }) => cells.some((cell) => cell.paired));
  const streams = pairs.filter(({ same_streams }) => same_streams).length;
  const unpaired = quantities.some(({ cells }) =>
    cells.some(({ pair, paired: is }) => !is && pairs[pair]!.same_streams),
  );
  const unclear = ambiguous.first.length + ambiguous.second.length;
  return [
    `${counted(pairs.length, 'pair')} of cells matched${by}; ${formatCount(only_first.length)} only in the first run, ${formatCount(only_second.length)} only in the second.`,
    ...(unclear > 0
      ? [`${counted(unclear, 'cell is', 'cells are')} left out: each might belong to several of the other run.`]
      : []),
    ...(same > 0 ? [`${counted(same, 'pair is', 'pairs are')} one experiment: all rows are the same.`] : []),
    ...(streams > 0
      ? [
          `${streams === pairs.length ? 'All' : formatCount(streams)} of them draw the same random numbers${paired ? ': means are compared permutation by permutation' : ''}.`,
          ...(unpaired
            ? [
                'Quantiles and tail means are compared as of independent samples: their intervals are wider than needed.',
              ]
            : []),
        ]
      : []),
  ];
}

/** The largest differences of one quantity, by standard errors; not all where there are many. */
export function quantityTable(
  comparison: Comparison,
  { quantity, cells }: ComparedQuantity,
  most: number,
): ReportTable {
  const { pairs, matched_by } = comparison;
  const shown = largestFirst(cells).slice(0, most);
  const apart = cells.filter(({ side }) => side !== 0).length;
  const rows = shown.map((cell) => [
    ...(matched_by.length === 0
      ? [pairs[cell.pair]!.first]
      : matched_by.map((name) => parameterText(pairs[cell.pair]!.parameters[name]))),
    ...resultFields(cell),
  ]);
  const note =
    `The ${quantityName(quantity)}: second less first. ${formatCount(apart)} of ${counted(cells.length, 'pair')} told apart (an error of at most 5 % over all of them). ` +
    `Intervals: 95 %, each by itself. ± is the Monte Carlo standard error.` +
    (shown.length < cells.length ? ` The ${shown.length} largest differences; differences.csv has all.` : '');
  const names = matched_by.length === 0 ? ['cell'] : matched_by;
  return { header: [...names, 'difference', '95 %', 'told apart', 'first', 'second'], rows, note };
}

/** Difference, interval, whether it is told apart, and both values. */
export function resultFields({ difference, se, ci, side, first, second }: ComparedCell): string[] {
  const told = side === 0 ? 'no' : side > 0 ? 'higher' : 'lower';
  const values = [first, second].map((each) => formatWithError(each.value, each.se));
  return [formatWithError(difference, se), formatInterval(ci, se), told, ...values];
}
