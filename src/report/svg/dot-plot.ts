import { estimateText, type Estimate } from '../marks/estimate.ts';
import { escapeHtml } from '../marks/escape.ts';
import { axisOver, fitText, line, px, svg, text, textWidth, wantsLog } from './frame.ts';

export interface Dot extends Estimate {
  readonly label: string;
  readonly cell_id: string;
  /** Spread of the permutations, P5 to P95. */
  readonly spread: readonly [number, number];
}

/** How it is drawn. */
export interface DotPlotOptions {
  readonly width: number;
  /** So many rows from the top there is a break. */
  readonly gap?: number;
  /** A line at this value. */
  readonly goal?: number;
}

const ROW = 16;
const TOP = 6;
const RIGHT = 14;
const BOTTOM = 40;
/** The labels get what they need, up to this share. */
const MOST_LABEL = 0.5;

/** Cells as rows: the spread P5 to P95 as a thin line, the value as a dot, its 95 % Monte Carlo interval as a thick one. */
export function dotPlot(dots: readonly Dot[], label: string, { width, gap, goal }: DotPlotOptions): string {
  const shown = dots.filter(({ value }) => Number.isFinite(value));
  const finite = shown
    .flatMap(({ value, low, high, spread }) => [value, low, high, ...spread])
    .filter((value) => Number.isFinite(value));
  if (finite.length === 0) return '';
  const left = Math.min(width * MOST_LABEL, 16 + Math.max(...dots.map((dot) => textWidth(dot.label, 10.5))));
  const heightOf = (row: number): number => TOP + (row + 0.5) * ROW + (gap !== undefined && row >= gap ? ROW : 0);
  const bottom = heightOf(dots.length - 1) + ROW;
  const shownGoal = goal !== undefined && (goal > 0 || !wantsLog(finite)) ? [goal] : [];
  const axis = axisOver([...finite, ...shownGoal], [left + 8, width - RIGHT - 8], {
    log: wantsLog(finite),
    room: (words) => textWidth(words) + 12,
  });
  const rows = dots.map((dot, row) => {
    const y = heightOf(row);
    const name = text(left - 6, y + 3.5, fitText(dot.label, left - 10, 10.5), 'class="small" text-anchor="end"');
    if (!Number.isFinite(dot.value)) return name + text(left + 8, y + 3.5, estimateText(dot), 'class="small"');
    return `<g data-cell="${escapeHtml(dot.cell_id)}"><title>${escapeHtml(`${dot.label}: ${estimateText(dot)}`)}</title>${name}${range(dot.spread, y, axis.scale, 'spread')}${range([dot.low, dot.high], y, axis.scale, 'interval')}<circle class="dot" cx="${px(axis.scale(dot.value))}" cy="${px(y)}" r="3"/></g>`;
  });
  const content = [
    ...axis.ticks.map(
      ({ at, text: words }) => line(at, TOP, at, bottom, 'grid') + text(at, bottom + 14, words, 'text-anchor="middle"'),
    ),
    line(left, bottom, width - RIGHT, bottom, 'axis'),
    ...shownGoal.map((value) => line(axis.scale(value), TOP, axis.scale(value), bottom, 'goal')),
    ...(gap === undefined ? [] : [text(left - 6, heightOf(gap) - ROW + 3.5, '…', 'class="small" text-anchor="end"')]),
    ...rows,
    text((left + width - RIGHT) / 2, bottom + 32, label, 'class="label" text-anchor="middle"'),
  ];
  return svg(width, bottom + BOTTOM, `cells by ${label}`, content.join(''));
}

function range(
  [low, high]: readonly [number, number],
  y: number,
  scale: (value: number) => number,
  kind: string,
): string {
  return Number.isFinite(low) && Number.isFinite(high) ? line(scale(low), y, scale(high), y, kind) : '';
}
