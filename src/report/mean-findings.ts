import { isDeclaredConstant } from '../model/condition.ts';
import { FEW_PERMUTATIONS, type Diagnostic } from '../statistics/diagnostics.ts';
import { counted, formatCount, formatNumber } from '../wording/format-number.ts';
import type { ReportData, ReportFinding } from './marks/report-data.ts';
import type { ReportedCell } from './marks/reported-cell.ts';

/** What must be known of the means before any is believed. */
export function meanFindings(data: ReportData): ReportFinding[] {
  return [...doubtfulMeans(data), ...rareEvents(data), ...fewDraws(data), ...equalRows(data)];
}

/** `loss in 3 of 12 cells, gain in all`: metrics by the number of cells that are as asked, without those that are in none. */
function metricsWhere({ cells, metrics }: ReportData, is: (cell: ReportedCell, metric: string) => boolean): string {
  const counts = Object.keys(metrics).map((metric) => ({
    metric,
    count: cells.filter((cell) => is(cell, metric)).length,
  }));
  const all = (count: number): boolean => count === cells.length;
  const inAll = counts.filter(({ count }) => count > 0 && all(count)).map(({ metric }) => metric);
  const inSome = counts
    .filter(({ count }) => count > 0 && !all(count))
    .map(({ metric, count }) => `${metric} in ${formatCount(count)} of ${counted(cells.length, 'cell')}`);
  return [
    ...(inAll.length > 0 ? [`${inAll.join(', ')}${cells.length > 1 ? ' in all cells' : ''}`] : []),
    ...inSome,
  ].join('; ');
}

function has(code: Diagnostic): (cell: ReportedCell, metric: string) => boolean {
  return ({ statistics }, metric) => statistics[metric]!.diagnostics.includes(code);
}

function doubtfulMeans(data: ReportData): ReportFinding[] {
  const where = metricsWhere(data, has('heavy_tail'));
  if (where === '') return [];
  return [
    {
      level: 'bad',
      doubt: true,
      text: `The interval of the mean is not reliable, see the median: ${where}. A heavy tail: few permutations decide the mean (one holds over 10 % of the sum of squares, or the variance is uncertain by over 10 %), and those that would matter most may not have come yet.`,
    },
  ];
}

function rareEvents(data: ReportData): ReportFinding[] {
  const where = metricsWhere(data, has('few_events'));
  if (where === '') return [];
  return [
    {
      level: 'note',
      text: `Fewer than 10 permutations have the rarer of the values 0 and 1: ${where}. The interval of the mean (Wilson) allows for that and is wide.`,
    },
  ];
}

function fewDraws({ cells }: ReportData): ReportFinding[] {
  const n = Math.min(...cells.map((cell) => cell.n));
  if (cells.length === 0 || n >= 100) return [];
  if (n < 2)
    return [
      {
        level: 'note',
        text: 'With one permutation there is no Monte Carlo error: the numbers are single draws.',
      },
    ];
  const little =
    n < FEW_PERMUTATIONS
      ? `${n} permutations are few: intervals of means (by Student's t) hold only if the rows are close to normal, which so few cannot show. `
      : '';
  return [
    {
      level: 'note',
      text: `${little}With ${n} permutations outer percentiles have no bounded interval ("± ?"), so the pictures show means.`,
    },
  ];
}

/** What is the same in every row: by the model's word, or as far as one has seen. */
function equalRows(data: ReportData): ReportFinding[] {
  const { cells, metrics } = data;
  const equal = ({ statistics }: ReportedCell, metric: string): boolean =>
    statistics[metric]!.other_value_at_most !== undefined;
  const declared = (cell: ReportedCell, metric: string): boolean =>
    isDeclaredConstant(metrics[metric]!, cell.parameters);
  const free = metricsWhere(data, (cell, metric) => declared(cell, metric) && equal(cell, metric));
  const open = metricsWhere(data, (cell, metric) => !declared(cell, metric) && equal(cell, metric));
  const wrong = metricsWhere(
    data,
    (cell, metric) => declared(cell, metric) && cell.statistics[metric]!.n > 1 && !equal(cell, metric),
  );
  const bounds = Object.keys(metrics).flatMap((metric) =>
    cells.flatMap((cell) => (declared(cell, metric) ? [] : (cell.statistics[metric]!.other_value_at_most ?? []))),
  );
  const found: ReportFinding[] = [];
  if (free !== '')
    found.push({
      level: 'note',
      text: `The same in every permutation, as the model declares: ${free}. They are not random.`,
    });
  if (open !== '')
    found.push({
      level: 'note',
      text: `All rows are equal: ${open}. That is only what was seen: with 95 % confidence, another value has a chance of at most ${formatNumber(Math.max(...bounds), 2)} (about 3.7 / n).`,
    });
  if (wrong !== '')
    found.push({
      level: 'bad',
      text: `Declared constant by the model, but different between permutations: ${wrong}. The declaration is wrong, or the rows are.`,
    });
  return found;
}
