import { area, line as lineShape } from 'd3-shape';

import { estimateText } from '../marks/estimate.ts';
import type { Line, LineChartData, LinePanel, LinePoint } from '../marks/lines.ts';
import {
  axisOver,
  fitText,
  line,
  px,
  svg,
  text,
  textWidth,
  tickText,
  wantsLog,
  type Axis,
  isGeometric,
} from './frame.ts';
import { escapeHtml } from '../marks/escape.ts';

const WIDTH = 460;
const HEIGHT = 290;
const TOP = 12;
const RIGHT = 16;
const BOTTOM = 44;
const LEFT = 62;

/** More bands than this only cover each other. */
const MOST_BANDS = 3;
/** Values of x are their own ticks where they are as short as this. */
const MOST_MARK = 7;
/** Categories whose names there is room for. */
const MOST_NAMES = 8;
/** More points than this on a line are drawn small. */
const MANY_POINTS = 30;
/** Colours are `--s0` ... `--s7` of the page's style sheet. */
const COLOURS = 8;
/** Beside the colour, so that lines can be told apart without it. */
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '5 2', '1 2', '12 4', '4 4 1 4'];

export interface Labels {
  readonly x: string;
  readonly y: string;
}

/** One panel as an SVG: lines with points and 95 % Monte Carlo intervals, and bands P5 to P95 where the median is drawn. */
export function lineChart(chart: LineChartData, panel: LinePanel, labels: Labels): string {
  // Side by side, panels compare on one scale.
  const shared = chart.panels;
  const bands = shared.every(({ lines }) => lines.length <= MOST_BANDS);
  // Between categories there is nothing for a line to run over.
  const ordered = chart.categories === undefined;
  const x = xAxis(chart, chart.panels.flatMap(pointsOf));
  const y = yAxis(shared.flatMap(pointsOf), bands);
  const content = [
    grid(x, y),
    ...(bands && ordered ? panel.lines.map((each, k) => band(each, k, x, y)) : []),
    ...panel.lines.map((each, k) => curve(each, k, x, y, ordered)),
    text(
      (LEFT + WIDTH - RIGHT) / 2,
      HEIGHT - 8,
      fitText(labels.x, WIDTH - LEFT - RIGHT),
      'class="label" text-anchor="middle"',
    ),
    text(
      0,
      0,
      fitText(labels.y, HEIGHT),
      `class="label" text-anchor="middle" transform="translate(13 ${px((TOP + HEIGHT - BOTTOM) / 2)}) rotate(-90)"`,
    ),
  ].join('');
  return svg(WIDTH, HEIGHT, `${chart.title}${panel.title === '' ? '' : `, ${panel.title}`}`, content);
}

function pointsOf({ lines }: LinePanel): LinePoint[] {
  return lines.flatMap(({ points }) => [...points]);
}

/** The names of the lines, as HTML: it wraps where SVG would overlap. */
export function legend(lines: readonly Line[]): string {
  if (lines.length < 2)
    return lines[0]?.label ? `<p class="legend"><span>${escapeHtml(lines[0].label)}</span></p>` : '';
  const entries = lines.map(
    ({ label }, k) =>
      `<span><svg viewBox="0 0 26 10" class="swatch" aria-hidden="true"><path class="line" d="M1,5H25" ${paint(k)}/></svg>${escapeHtml(label)}</span>`,
  );
  return `<p class="legend">${entries.join(' ')}</p>`;
}

function paint(k: number): string {
  const dash = DASHES[k % DASHES.length]!;
  return `style="stroke:var(--s${k % COLOURS})"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`;
}

function xAxis({ categories }: LineChartData, points: readonly LinePoint[]): Axis {
  const values = points.map(({ x }) => x);
  const range = [LEFT + 10, WIDTH - RIGHT - 10] as const;
  const log = categories === undefined && (wantsLog(values) || isGeometric(values));
  const axis = axisOver(values, range, {
    log,
    marked: values.every((value) => tickText(value).length <= MOST_MARK),
    room: (words) => textWidth(words) + 8,
  });
  if (categories === undefined) return axis;
  const every = Math.ceil(categories.length / MOST_NAMES);
  const room = ((range[1] - range[0]) * every) / Math.max(1, categories.length - 1) - 4;
  const ticks = categories.map((name, i) => ({ at: axis.scale(i), text: fitText(name, Math.max(24, room)) }));
  return { scale: axis.scale, ticks: ticks.filter((_, i) => i % every === 0) };
}

function yAxis(points: readonly LinePoint[], bands: boolean): Axis {
  const values = points
    .flatMap(({ value, low, high, spread }) => [value, low, high, ...((bands ? spread : undefined) ?? [])])
    .filter((value) => Number.isFinite(value));
  return axisOver(values, [HEIGHT - BOTTOM - 4, TOP + 4], { log: wantsLog(values), room: () => 20 });
}

function grid(x: Axis, y: Axis): string {
  const bottom = HEIGHT - BOTTOM;
  return [
    ...y.ticks.map(
      ({ at, text: words }) =>
        line(LEFT, at, WIDTH - RIGHT, at, 'grid') + text(LEFT - 6, at + 4, words, 'text-anchor="end"'),
    ),
    ...x.ticks.map(
      ({ at, text: words }) =>
        line(at, bottom, at, bottom + 4, 'axis') + text(at, bottom + 17, words, 'text-anchor="middle"'),
    ),
    line(LEFT, bottom, WIDTH - RIGHT, bottom, 'axis'),
  ].join('');
}

function band({ points }: Line, k: number, x: Axis, y: Axis): string {
  const shaped = points.filter(({ spread }) => spread?.every((end) => Number.isFinite(end)));
  if (shaped.length < 2) return '';
  const path = area<LinePoint>(
    (point) => x.scale(point.x),
    (point) => y.scale(point.spread![0]),
    (point) => y.scale(point.spread![1]),
  ).digits(2)(shaped);
  return `<path class="band" d="${path!}" style="fill:var(--s${k % COLOURS})"/>`;
}

function curve({ label, points }: Line, k: number, x: Axis, y: Axis, ordered: boolean): string {
  const radius = points.length > MANY_POINTS ? 1.2 : 2.6;
  const path = lineShape<LinePoint>(
    (point) => x.scale(point.x),
    (point) => y.scale(point.value),
  ).digits(2)([...points]);
  return [
    ordered ? `<path class="line" d="${path!}" ${paint(k)}/>` : '',

    ...points.map((point) => {
      const at = x.scale(point.x);
      const [low, high] = [point.low, point.high];
      const bar =
        Number.isFinite(low) && Number.isFinite(high) ? line(at, y.scale(low), at, y.scale(high), 'error') : '';
      const title = `${label === '' ? '' : `${label}: `}${estimateText(point)} (cell ${point.cell_id})`;
      return `<g style="stroke:var(--s${k % COLOURS});fill:var(--s${k % COLOURS})">${bar}<circle cx="${px(at)}" cy="${px(y.scale(point.value))}" r="${radius}"><title>${escapeHtml(title)}</title></circle></g>`;
    }),
  ].join('');
}
