import type { Analysis, BreakEvens, QuantityAnalysis } from '../analysis/analyse.ts';
import type { BreakEven } from '../analysis/break-even.ts';
import type { AxisEffect } from '../analysis/axis-effects.ts';
import type { Grid } from '../analysis/grid.ts';
import type { Region } from '../analysis/plateaus.ts';
import type { Quantity } from '../analysis/quantity.ts';
import { parameterText } from '../report/marks/axes.ts';
import { counted, formatCount, formatNumber, formatWithError } from '../wording/format-number.ts';

/** Effects named; the others are in the table. */
const NAMED_EFFECTS = 4;
/** Shares below this are not named. */
const SMALLEST_SHARE = 0.01;

/** What the cells of a run say together, a few lines for each quantity; empty where there is nothing to say. */
export function analysisText(analysis: Analysis): string {
  const { grid, quantities, front } = analysis;
  if (grid.cells.length < 2) return '';
  const parts = quantities.map((each) => {
    const lines = [
      effectsLine(each),
      neighboursLine(each),
      bestLine(grid, each),
      plateauLine(each),
      ...each.break_evens.map((found) => breakEvenLine(found)),
      neededLine(analysis, each),
    ];
    return [`  ${nameOf(each.quantity)}:`, ...lines.flatMap((line) => (line === '' ? [] : [`    ${line}`]))].join('\n');
  });
  const on_front = front?.cells.filter((cell) => cell.on_front).length ?? 0;
  const fronts =
    front === undefined
      ? []
      : [
          `  Not beaten in all of ${front.aims.map(({ quantity }) => quantity.metric).join(', ')} at once: ${counted(on_front, 'cell')}; by chance ${formatCount(front.cells.length - on_front)} more may be.`,
        ];
  return ['What the cells say together (tables: aggregated/analysis):', ...parts, ...fronts].join('\n');
}

const NAMES: Readonly<Record<string, string>> = {
  mean: 'mean',
  p50: 'median',
  cvar05: 'mean of the lowest 5 %',
  cvar95: 'mean of the highest 5 %',
};

function nameOf({ metric, statistic }: Quantity): string {
  const above = /^p_gt_(.*)$/.exec(statistic)?.[1];
  if (above !== undefined) return `P(${metric} > ${above})`;
  return `${NAMES[statistic] ?? statistic.replace(/^p0?/, 'P')} of ${metric}`;
}

function effectsLine({ effects: { effects, cells } }: QuantityAnalysis): string {
  if (effects.length === 0)
    return cells < 3 ? '' : 'which axis matters cannot be told: the cells differ by little more than noise';
  const known = [...effects].sort((a, b) => b.share - a.share);
  const large = known.filter(({ share }, k) => k === 0 || share >= SMALLEST_SHARE).slice(0, NAMED_EFFECTS);
  return `share of the variance between cells: ${large.map(effectText).join(', ')}`;
}

function effectText({ axes, share, se }: AxisEffect): string {
  const name = axes.length === 1 ? axes[0]! : `${axes.join(' with ')} (together)`;
  // What noise adds is taken off; chance can take off too much, or too little.
  const within = Math.min(1, Math.max(0, share));
  return `${name} ${formatWithError(100 * within, 100 * se)} %`;
}

function neighboursLine({ neighbours }: QuantityAnalysis): string {
  if (neighbours.length === 0) return '';
  const apart = neighbours.filter(({ side }) => side !== 0).length;
  return `neighbouring cells told apart: ${formatCount(apart)} of ${counted(neighbours.length, 'pair')} (at most 5 % that any is wrong)`;
}

function bestLine(grid: Grid, { best, better }: QuantityAnalysis): string {
  if (best === undefined || best.contrasts.length === 0) return '';
  const worse = better === 'highest' ? -1 : 1;
  const others = best.contrasts.filter(({ side }) => side !== worse).length;
  const chance = others === 0 ? 'no other may be' : `${counted(others, 'other')} may be`;
  return `best (the ${better!} in the sample): ${labelOf(grid, best.cell)}; ${chance}`;
}

function plateauLine({ plateaus }: QuantityAnalysis): string {
  const [first] = plateaus?.regions ?? [];
  if (first === undefined) return '';
  const value = formatWithError(first.value, first.se);
  if (first.kind === 'peak') return `the best cell is a peak: ${value}, and every neighbour is worse`;
  return `best plateau: ${counted(first.cells.length, 'cell')} at ${value}${spanText(first)}`;
}

function spanText({ spans }: Region): string {
  if (spans.length === 0) return '';
  const texts = spans.map(({ axis, from, to }) => (from === to ? `${axis} ${from}` : `${axis} ${from} to ${to}`));
  const edge = spans.some(({ at_edge }) => at_edge) ? ', to the edge of the grid' : '';
  return ` (${texts.join(', ')}${edge})`;
}

function breakEvenLine({ quantity, level, lines }: BreakEvens): string {
  if (lines.length === 0) return '';
  const axes = [...new Set(lines.map(({ axis }) => axis))];
  const crossed = axes.flatMap((axis) =>
    crossingText(
      axis,
      lines.filter((line) => line.axis === axis),
    ),
  );
  if (crossed.length > 0) return `${nameOf(quantity)} crosses ${level} ${crossed.join(', ')}`;
  const above = lines.filter(({ kind }) => kind === 'above').length;
  const side = above === lines.length ? 'above' : above === 0 ? 'below' : 'either above or below';
  const sure = lines.every(({ certain }) => certain) ? '' : ', as far as the sample tells';
  return `${nameOf(quantity)} is ${side} ${level} along every line of the grid${sure}`;
}

/** `along slip_dollars in 8 of 20 lines, at 12.3 to 47.1`; of a single line with its interval. */
function crossingText(axis: string, lines: readonly BreakEven[]): string[] {
  const at = lines.flatMap((line) => (Number.isNaN(line.at) ? [] : [line.at])).sort((a, b) => a - b);
  if (at.length === 0) return [];
  if (lines.length === 1) return [`at ${axis} ${formatNumber(at[0]!)} ${intervalText(lines[0]!.ci)}`];
  const range = at.length === 1 ? formatNumber(at[0]!) : `${formatNumber(at[0]!)} to ${formatNumber(at.at(-1)!)}`;
  return [`along ${axis} in ${formatCount(at.length)} of ${counted(lines.length, 'line')} (at ${range})`];
}

function intervalText([lower, upper]: readonly [number, number]): string {
  const end = (value: number): string => (Number.isNaN(value) ? '?' : formatNumber(value));
  return `[${end(lower)}, ${end(upper)}]`;
}

function neededLine({ wished: { half_width, relative } }: Analysis, { needed }: QuantityAnalysis): string {
  const all = needed.flatMap((found) => (found === undefined || Number.isNaN(found.needed) ? [] : [found.needed]));
  if (all.length === 0) return '';
  const most = all.reduce((a, b) => Math.max(a, b), 0);
  const width = relative ? `${Number((100 * half_width).toPrecision(3))} % of its value` : formatNumber(half_width);
  const count = Number.isFinite(most) ? counted(most, 'permutation') : 'more permutations than can be computed';
  return `for 95 % intervals that reach ${width} to either side: up to ${count} per cell`;
}

function labelOf(grid: Grid, cell: number): string {
  const { cell_id, parameters } = grid.cells[cell]!;
  const parts = grid.axes
    .filter(({ name }) => parameters[name] !== undefined)
    .map(({ name }) => `${name} ${parameterText(parameters[name])}`);
  return parts.length === 0 ? cell_id : parts.join(', ');
}
