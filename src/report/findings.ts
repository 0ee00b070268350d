import { QUANTILES, type QuantileName } from '../statistics/summarise.ts';
import { counted, formatCount, formatNumber } from '../wording/format-number.ts';
import { failedBoundsText } from './failed-bounds.ts';
import { meanFindings } from './mean-findings.ts';
import { openAbove } from './marks/open-above.ts';
import type { ReportData, ReportFinding } from './marks/report-data.ts';

/** Completeness and problems, the worst first. */
export function findings(data: ReportData): ReportFinding[] {
  const all = [
    ...completeness(data),
    ...failures(data),
    ...histories(data),
    ...unusedMetrics(data),
    ...data.notes.map(({ message }): ReportFinding => ({ level: 'note', text: message })),
    ...Object.keys(data.metrics).flatMap((metric) => values(data, metric)),
    ...precision(data),
    ...meanFindings(data),
  ];
  const order = ['bad', 'good', 'note'];
  return all.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

function completeness({ cells, cells_total, permutations, incomplete }: ReportData): ReportFinding[] {
  const atMost = cells.some(({ n }) => n !== permutations) ? 'at most ' : '';
  const each = `${atMost}${formatCount(permutations)} ${plural(permutations, 'permutation')} each`;
  if (cells.length === cells_total)
    return [
      {
        level: 'good',
        text:
          cells_total === 1
            ? `The cell is complete: ${each}.`
            : `All ${formatCount(cells_total)} cells are complete: ${each}.`,
      },
    ];
  const rows = incomplete.reduce((sum, cell) => sum + cell.rows, 0);
  return [
    {
      level: 'bad',
      text:
        `${formatCount(cells.length)} of ${counted(cells_total, 'cell is', 'cells are')} complete (${each}). The other ${incomplete.length === 1 ? 'cell holds' : `${formatCount(incomplete.length)} hold`} ${counted(rows, 'row')} ` +
        `and ${incomplete.length === 1 ? 'appears' : 'appear'} only in the table of incomplete cells (tables/incomplete.csv); the same run command resumes where it stopped.`,
    },
  ];
}

function failures(data: ReportData): ReportFinding[] {
  const { failures: failed } = data;
  if (failed.length === 0) return [];
  const classes = new Map<string, number>();
  for (const { error_class } of failed) classes.set(error_class, (classes.get(error_class) ?? 0) + 1);
  const counts = [...classes].map(([name, count]) => `${name} ${formatCount(count)}`).join(', ');
  return [
    {
      level: 'bad',
      text:
        `${formatCount(failed.length)} ${plural(failed.length, 'permutation')} failed (${counts}; tables/failures.csv). They were not drawn again with other seeds, and their cells have no statistics here: ` +
        `if failures come with extreme results, the remaining rows would look better than they should. ${failedBoundsText(data)}`.trimEnd(),
    },
  ];
}

function histories({ disturbed }: ReportData): ReportFinding[] {
  const sum = (of: (cell: ReportData['disturbed'][number]) => number): number =>
    disturbed.reduce((total, cell) => total + of(cell), 0);
  const conflicts = sum((cell) => cell.n_conflicting_duplicates);
  const repaired = sum((cell) => cell.n_rows_damaged + cell.n_duplicates_dropped) - conflicts;
  const found: ReportFinding[] = [];
  if (conflicts > 0) {
    found.push({
      level: 'bad',
      text: `${counted(conflicts, 'row was', 'rows were')} found twice, with different values: determinism was broken (another program, machine or model wrote into this run). The first of each was kept; permafrost verify names them.`,
    });
  }
  if (repaired > 0)
    found.push({
      level: 'note',
      text: `${formatCount(repaired)} damaged or duplicate rows were set aside and recomputed on the way.`,
    });
  return found;
}

/** Metrics that the study has no use for. */
function unusedMetrics(data: ReportData): ReportFinding[] {
  const unused = Object.keys(data.metrics).filter((metric) => isUnused(data, metric));
  if (unused.length === 0) return [];
  return [{ level: 'note', text: `Undefined in every permutation, so without statistics: ${unused.join(', ')}.` }];
}

function isUnused({ cells }: ReportData, metric: string): boolean {
  return cells.length > 0 && cells.every(({ n, statistics }) => statistics[metric]!.n_nan === n);
}

function values(data: ReportData, metric: string): ReportFinding[] {
  const { cells, metrics } = data;
  const found: ReportFinding[] = [];
  const all = cells.map((cell) => ({ cell, statistics: cell.statistics[metric]! }));
  const undefinedIn = all.filter(({ statistics }) => statistics.n_nan > 0);
  if (undefinedIn.length > 0 && !isUnused(data, metric)) {
    const count = undefinedIn.reduce((sum, { statistics }) => sum + statistics.n_nan, 0);
    found.push({
      level: 'note',
      text: `${metric} is undefined in ${formatCount(count)} ${plural(count, 'permutation')} of ${formatCount(undefinedIn.length)} ${plural(undefinedIn.length, 'cell')}: its statistics are over the others.`,
    });
  }
  const infiniteIn = all.filter(({ statistics }) => (statistics.n_infinite ?? 0) > 0);
  if (infiniteIn.length > 0) {
    const count = infiniteIn.reduce((sum, { statistics }) => sum + statistics.n_infinite!, 0);
    found.push({
      level: 'note',
      text: `${metric} is infinite in ${formatCount(count)} ${plural(count, 'permutation')} of ${formatCount(infiniteIn.length)} ${plural(infiniteIn.length, 'cell')}: the mean is infinite there, quantiles may be, and the statistics of the finite rows are given beside it.`,
    });
  }
  const openIn = cells.map((cell) => openAbove(cell, metric, metrics)).filter((count) => count > 0);
  if (openIn.length > 0) {
    const count = openIn.reduce((sum, each) => sum + each, 0);
    found.push({
      level: 'note',
      text: `${metric} has no upper limit that was found in ${formatCount(count)} ${plural(count, 'permutation')} of ${formatCount(openIn.length)} ${plural(openIn.length, 'cell')} (${metrics[metric]!.open_above!} is infinite): it is the largest value that was tried there, so its statistics are too low, and tables say ">=".`,
    });
  }
  const cap = metrics[metric]?.cap;
  const capped =
    cap === undefined ? [] : all.filter(({ cell, statistics }) => statistics.max >= Number(cell.parameters[cap]));
  if (cap !== undefined && capped.length > 0) {
    const share = Math.max(
      ...capped.map(({ cell, statistics }) => shareAtLeast(statistics, Number(cell.parameters[cap]))),
    );
    found.push({
      level: 'note',
      text: `${metric} reaches its cap (${cap}) in ${formatCount(capped.length)} ${plural(capped.length, 'cell')}${share > 0 ? `, in the worst of them in at least ${Math.round(100 * share)} % of the permutations` : ''}: there its mean says more about the cap than about the metric.`,
    });
  }
  return found;
}

/** A lower bound of the share of values at or above `bound`, from the quantiles. */
function shareAtLeast(statistics: Readonly<Record<QuantileName, number>>, bound: number): number {
  const names = Object.keys(QUANTILES) as QuantileName[];
  return Math.max(0, ...names.filter((name) => statistics[name] >= bound).map((name) => 1 - QUANTILES[name]));
}

/** Cells that did not become as precise as the study asks, however many permutations they got. */
function precision({ cells, permutations }: ReportData): ReportFinding[] {
  const ruled = cells.filter((cell) => cell.precision.length > 0);
  if (ruled.length === 0) return [];
  const asked = ruled[0]!.precision.map(({ metric, quantity, rule: { half_width, relative } }) => {
    const width = relative === true ? `${formatNumber(100 * half_width)} %` : formatNumber(half_width);
    return `${quantity} of ${metric} within ± ${width}`;
  });
  const counts = ruled.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)].map(formatCount);
  const short = ruled.filter((cell) => !cell.precision.every(({ reached }) => reached));
  const stops = `Cells stop as soon as they are precise enough (${asked.join(', ')}): they have ${least === most ? least! : `${least!} to ${most!}`} permutations.`;
  if (short.length === 0) return [{ level: 'good', text: `${stops} All of them are.` }];
  return [
    {
      level: 'note',
      text: `${stops} ${formatCount(short.length)} of ${formatCount(ruled.length)} cells did not reach the requested precision with ${formatCount(permutations)}: they are listed below.`,
    },
  ];
}

export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
