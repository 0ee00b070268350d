import * as Plot from '@observablehq/plot';

import { asPicture, element } from './element.ts';
import type { MapsGiven } from './maps.ts';
import { baselineOf, levelOf, numberOf, settingOf, sliceOf, statisticText, valueOf } from './surface-data.ts';
import { axisLabel, intervalText, valueText } from './words.ts';

interface Point {
  readonly cell: number;
  readonly x: number | string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly p05: number;
  readonly p25: number;
  readonly p75: number;
  readonly p95: number;
  readonly text: string;
  readonly kept: boolean;
}

/**
 * How the distribution changes along one axis, with all others as in the chosen cell: the statistic with its interval, and the bands that hold 50 % and 90 % of
 * the permutations.
 */
export function fan({ data, state, kept, width, choose }: MapsGiven, x: number): HTMLElement {
  const metric = data.metrics[state.metric]!;
  const axis = data.axes[x]!;
  const bands = state.statistic !== 'above' && !metric.share;
  const points = sliceOf(data, state.cell, x, undefined)
    .map(({ cell }): Point => {
      const value = valueOf(metric, state.statistic, state.t, cell);
      const quantile = (name: 'p05' | 'p25' | 'p75' | 'p95'): number => numberOf(metric.columns[name][cell]);
      const level = levelOf(data, x, cell);
      return {
        ...value,
        cell,
        x: axis.numeric ? Number(level) : level,
        p05: quantile('p05'),
        p25: quantile('p25'),
        p75: quantile('p75'),
        p95: quantile('p95'),
        kept: kept(cell),
        text: `${settingOf(data, cell)}\n${statisticText(state.statistic, metric, state.t)} ${valueText(value, metric, state.statistic)}\n95 %: ${intervalText(value, metric, state.statistic)}`,
      };
    })
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => axis.levels.indexOf(String(a.x)) - axis.levels.indexOf(String(b.x)));
  const name = `${statisticText(state.statistic, metric, state.t)} of ${axisLabel(metric.label, state.statistic === 'above' ? '' : metric.unit)}`;
  const base = bands ? baselineOf(metric, state.cell) : NaN;
  const goal = bands ? metric.goals[0]?.at : undefined;
  const long = Math.max(...axis.levels.map((level) => level.length)) * 6.5 > (width - 70) / axis.levels.length;
  const log = bands && points.length > 0 && metric.log;
  const interval = points.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const finite = points.filter((each) => [each.p05, each.p25, each.p75, each.p95].every(Number.isFinite));
  const chart = Plot.plot({
    width,
    height: 300,
    marginLeft: 64,
    marginRight: 16,
    marginBottom: long && !axis.numeric ? 80 : 40,
    style: 'overflow:visible',
    x: {
      label: axisLabel(axis.name, axis.unit),
      type: axis.numeric ? 'linear' : 'point',
      ...(axis.numeric ? { nice: false } : { domain: axis.levels, tickRotate: long ? -40 : 0 }),
    },
    y: { label: name, grid: true, ...(log && { type: 'log' }), ...(state.statistic === 'above' && { percent: true }) },
    marks: [
      ...(bands && axis.numeric && finite.length > 1
        ? [
            Plot.areaY(finite, { x: 'x', y1: 'p05', y2: 'p95', fill: 'var(--s0)', fillOpacity: 0.14 }),
            Plot.areaY(finite, { x: 'x', y1: 'p25', y2: 'p75', fill: 'var(--s0)', fillOpacity: 0.22 }),
          ]
        : []),
      ...(bands && !axis.numeric
        ? [
            Plot.ruleX(finite, { x: 'x', y1: 'p05', y2: 'p95', stroke: 'var(--s0)', strokeOpacity: 0.4 }),
            Plot.ruleX(finite, {
              x: 'x',
              y1: 'p25',
              y2: 'p75',
              stroke: 'var(--s0)',
              strokeOpacity: 0.35,
              strokeWidth: 8,
            }),
          ]
        : []),
      ...(Number.isFinite(base) ? [Plot.ruleY([base], { stroke: 'var(--s1)', strokeDasharray: '5 3' })] : []),
      ...(goal === undefined ? [] : [Plot.ruleY([goal], { stroke: 'var(--faint)', strokeDasharray: '2 3' })]),
      ...(axis.numeric ? [Plot.line(points, { x: 'x', y: 'value', stroke: 'var(--s0)', strokeWidth: 2 })] : []),
      Plot.ruleX(interval, { x: 'x', y1: 'low', y2: 'high', stroke: 'var(--s0)', strokeWidth: 2.5 }),
      Plot.dot(points, {
        x: 'x',
        y: 'value',
        r: (point: Point) => (point.cell === state.cell ? 6 : 3.5),
        fill: 'var(--s0)',
        fillOpacity: (point: Point) => (point.kept ? 1 : 0.18),
        stroke: 'var(--paper)',
      }),
      Plot.tip(points, Plot.pointerX({ x: 'x', y: 'value', title: 'text', maxRadius: 400 })),
    ],
  }) as (SVGSVGElement | HTMLElement) & { value?: Point | null };
  chart.addEventListener('click', () => {
    if (chart.value) choose(chart.value.cell);
  });
  const shown = [
    ...(bands ? ['Bands: 50 % and 90 % of the permutations.'] : []),
    ...(Number.isFinite(base) ? ['Dashed orange: the unperturbed case.'] : []),
    ...(goal === undefined ? [] : ['Dotted: the goal.']),
  ];
  return element(
    'figure',
    { class: 'live', style: `width:${width}px` },
    element('figcaption', { class: 'title' }, `Along ${axis.name}, the rest as in the chosen cell`),
    asPicture(chart, `${name} along ${axis.name}`),
    element('figcaption', {}, `The bars are 95 % intervals. ${shown.join(' ')}`),
  );
}
