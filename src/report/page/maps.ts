import * as Plot from '@observablehq/plot';

import { ERROR_RAMP, rampAround, rampOver, VALUE_RAMP, type Colour } from '../svg/ramps.ts';
import type { PageData, PageMetric } from '../page-format.ts';
import { asPicture, element } from './element.ts';
import type { State } from './state.ts';
import { settingOf, sliceOf, statisticText, valueOf, type Value } from './surface-data.ts';
import { axisLabel, intervalText, short, valueText } from './words.ts';

/** One field of a map. */
interface Field {
  readonly cell: number;
  readonly x: string;
  readonly y: string;
  readonly value: Value;
  readonly text: string;
  readonly kept: boolean;
}

export interface MapsGiven {
  readonly data: PageData;
  readonly state: State;
  /** Whether the filters leave a cell. */
  readonly kept: (cell: number) => boolean;
  readonly width: number;
  readonly choose: (cell: number) => void;
}

/** The map of values and, beside it, the map of their errors. */
export function maps(given: MapsGiven): HTMLElement[] {
  const { data, state } = given;
  const metric = data.metrics[state.metric]!;
  const name = `${statisticText(state.statistic, metric, state.t)} of ${axisLabel(metric.label, state.statistic === 'above' ? '' : metric.unit)}`;
  const fields = fieldsOf(given, metric);
  return [
    figure(given, fields, 'value', name, colourOfValues(data, metric, state)),
    figure(given, fields, 'error', `Standard error of the ${name}`, colourOfErrors(data, metric, state)),
  ];
}

function fieldsOf({ data, state, kept }: MapsGiven, metric: PageMetric): Field[] {
  const [x, y] = [data.axes[state.x]!, data.axes[state.y]!];
  return sliceOf(data, state.cell, state.x, state.y).map((place) => {
    const value = valueOf(metric, state.statistic, state.t, place.cell);
    const text = `${settingOf(data, place.cell)}\n${statisticText(state.statistic, metric, state.t)} ${valueText(value, metric, state.statistic)}\n95 %: ${intervalText(value, metric, state.statistic)}`;
    return { cell: place.cell, x: x.levels[place.x]!, y: y.levels[place.y]!, value, text, kept: kept(place.cell) };
  });
}

interface Scale {
  readonly colour: (value: number) => Colour;
  readonly low: number;
  readonly high: number;
  readonly goal: number | undefined;
}

/** One scale for all slices: over all cells of the run. */
function colourOfValues(data: PageData, metric: PageMetric, state: State): Scale {
  const values = data.ids
    .map((_, cell) => valueOf(metric, state.statistic, state.t, cell).value)
    .filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const goal = state.statistic === 'above' ? undefined : metric.goals[0]?.at;
  if (goal === undefined || metric.good === '')
    return { colour: rampOver(VALUE_RAMP, low, high), low, high, goal: undefined };
  return { colour: rampAround(goal, metric.good, low, high), low, high, goal };
}

function colourOfErrors(data: PageData, metric: PageMetric, state: State): Scale {
  const values = data.ids
    .map((_, cell) => valueOf(metric, state.statistic, state.t, cell).error)
    .filter(Number.isFinite);
  const high = values.length === 0 ? 1 : Math.max(...values);
  return { colour: rampOver(ERROR_RAMP, 0, high), low: 0, high, goal: undefined };
}

const ROW = 30;

function figure(
  given: MapsGiven,
  fields: readonly Field[],
  part: 'value' | 'error',
  title: string,
  scale: Scale,
): HTMLElement {
  const { data, state, width, choose } = given;
  const [x, y] = [data.axes[state.x]!, data.axes[state.y]!];
  const [columns, rows] = [levelsIn(x.levels, fields, 'x'), levelsIn(y.levels, fields, 'y')];
  const left = Math.min(150, 24 + 6.5 * Math.max(...rows.map((level) => level.length), 2));
  const field_width = (width - left - 12) / columns.length;
  const row = Math.max(16, Math.min(ROW, 420 / rows.length));
  const wide = Math.max(...columns.map((level) => level.length)) * 6.5 > field_width;
  const bottom = wide ? Math.min(110, 26 + 6 * Math.max(...columns.map((level) => level.length))) : 40;
  const colour = (field: Field): Colour | undefined =>
    Number.isFinite(field.value[part]) ? scale.colour(field.value[part]) : undefined;
  const words = (field: Field): string =>
    short(state.statistic === 'above' ? 100 * field.value[part] : field.value[part]);
  const fits = fields.every((field) => words(field).length * 6.6 < field_width - 2);
  const faded = (field: Field): number => (field.kept ? 1 : 0.18);
  const chart = Plot.plot({
    width,
    height: rows.length * row + bottom + 26,
    marginLeft: left,
    marginBottom: bottom,
    marginTop: 24,
    marginRight: 8,
    style: 'overflow:visible',
    x: { type: 'band', domain: columns, label: axisLabel(x.name, x.unit), tickRotate: wide ? -40 : 0, padding: 0.03 },
    y: {
      type: 'band',
      domain: [...rows].reverse(),
      label: axisLabel(y.name, y.unit),
      labelAnchor: 'top',
      padding: 0.03,
    },
    marks: [
      Plot.cell(fields, {
        x: 'x',
        y: 'y',
        fill: (field: Field) => colour(field)?.fill ?? 'none',
        fillOpacity: faded,
        stroke: 'var(--rule)',
        strokeWidth: 0.5,
      }),
      ...(fits
        ? [
            Plot.text(fields, {
              x: 'x',
              y: 'y',
              text: words,
              fill: (field: Field) => (field.kept ? (colour(field)?.ink ?? 'var(--ink)') : 'var(--faint)'),
              fontSize: 11,
              fontVariant: 'tabular-nums',
            }),
          ]
        : []),
      Plot.cell(
        fields.filter(({ cell }) => cell === state.cell),
        { x: 'x', y: 'y', fill: 'none', stroke: 'var(--focus)', strokeWidth: 3 },
      ),
      Plot.cell(
        fields.filter(({ cell }) => cell === state.beside),
        { x: 'x', y: 'y', fill: 'none', stroke: 'var(--s1)', strokeWidth: 2, strokeDasharray: '4 3' },
      ),
      Plot.tip(fields, Plot.pointer({ x: 'x', y: 'y', title: 'text', maxRadius: 200 })),
    ],
  }) as (SVGSVGElement | HTMLElement) & { value?: Field | null };
  chart.addEventListener('click', () => {
    if (chart.value) choose(chart.value.cell);
  });
  return element(
    'figure',
    { class: 'live', style: `width:${width}px` },
    element('figcaption', { class: 'title' }, title),
    asPicture(chart, `${title}, ${x.name} by ${y.name}`),
    legend(scale, state.statistic === 'above'),
  );
}

/** The levels that the slice has, in the order of the axis. */
function levelsIn(levels: readonly string[], fields: readonly Field[], side: 'x' | 'y'): string[] {
  return levels.filter((level) => fields.some((field) => field[side] === level));
}

function legend({ colour, low, high, goal }: Scale, percent: boolean): HTMLElement {
  const steps = 32;
  const stops = Array.from({ length: steps }, (_, i) => colour(low + ((high - low) * i) / (steps - 1)).fill);
  const bar = element('span', { class: 'gradient', style: `background:linear-gradient(to right,${stops.join(',')})` });
  const text = (value: number): string => (percent ? `${short(100 * value)} %` : short(value));
  return element(
    'p',
    { class: 'legend scale' },
    element('span', {}, text(low), bar, text(high)),
    ...(goal === undefined ? [] : [element('span', {}, `blue: on the good side of ${short(goal)}`)]),
  );
}
