import * as Plot from '@observablehq/plot';

import { formatCount } from '../../wording/format-number.ts';
import type { PageData } from '../page-format.ts';
import { asPicture, element } from './element.ts';
import type { State } from './state.ts';
import { barsOf, baselineOf, numberOf, settingOf, type Bar } from './surface-data.ts';
import { axisLabel, short } from './words.ts';

interface Shape {
  readonly bars: readonly Bar[];
  readonly colour: string;
}

/** The values of the chosen cell, and over them those of the cell that is held beside it. */
export function distribution(data: PageData, state: State, width: number): HTMLElement {
  const metric = data.metrics[state.metric]!;
  const own = barsOf(metric, state.cell);
  const other = state.beside >= 0 && state.beside !== state.cell ? barsOf(metric, state.beside) : undefined;
  const shapes: Shape[] = [
    { bars: own.bars, colour: 'var(--s0)' },
    ...(other === undefined ? [] : [{ bars: other.bars, colour: 'var(--s1)' }]),
  ];
  const base = baselineOf(metric, state.cell);
  const goal = metric.goals[0]?.at;
  const median = numberOf(metric.columns.p50[state.cell]);
  // Whole numbers stand in the middle of their bins.
  const shift = metric.whole ? -0.5 : 0;
  const chart = Plot.plot({
    width,
    height: 260,
    marginLeft: 58,
    marginBottom: 40,
    style: 'overflow:visible',
    x: { label: axisLabel(metric.label, metric.unit), ...(metric.log && { type: 'log' as const }) },
    y: { label: 'share of the permutations per unit', grid: true, ticks: 4, tickFormat: (d: number) => short(d) },
    marks: [
      ...shapes.map(({ bars, colour }, k) =>
        Plot.rectY(
          bars.filter(({ count }) => count > 0),
          {
            x1: (bar: Bar) => bar.low + shift,
            x2: (bar: Bar) => bar.high + shift,
            y: 'density',
            fill: colour,
            fillOpacity: k === 0 ? 0.55 : 0.35,
            insetLeft: 0.5,
            insetRight: 0.5,
          },
        ),
      ),
      Plot.ruleY([0]),
      ...rule(median, 'var(--s0)', ''),
      ...rule(base, 'var(--s1)', '5 3'),
      ...rule(goal ?? NaN, 'var(--faint)', '2 3'),
      Plot.tip(
        own.bars,
        Plot.pointerX({
          x: (bar: Bar) => (bar.low + bar.high) / 2 + shift,
          y: 'density',
          maxRadius: 400,
          title: (bar: Bar) =>
            `${metric.whole && bar.high - bar.low === 1 ? short(bar.high) : `over ${short(bar.low)} up to ${short(bar.high)}`}\n${bar.count.toLocaleString('en')} permutations, ${short(100 * bar.share)} %`,
        }),
      ),
    ],
  });
  const outside = own.below + own.above;
  const words = [
    'Line: the median.',
    ...(Number.isFinite(base) ? ['Dashed orange: the unperturbed case.'] : []),
    ...(goal === undefined ? [] : ['Dotted: the goal.']),
    ...(outside > 0
      ? [
          `${formatCount(outside)} of ${formatCount(own.total)} permutations lie outside of the picture (${formatCount(own.below)} below, ${formatCount(own.above)} above).`,
        ]
      : []),
    ...(other === undefined ? [] : [`Orange: ${settingOf(data, state.beside)}.`]),
  ];
  return element(
    'figure',
    { class: 'live', style: `width:${width}px` },
    element(
      'figcaption',
      { class: 'title' },
      `Distribution of the ${axisLabel(metric.label, metric.unit)}: ${formatCount(own.total)} permutations, exact counts`,
    ),
    asPicture(chart, `distribution of ${metric.label}`),
    element('figcaption', {}, words.join(' ')),
  );
}

function rule(value: number, stroke: string, dashes: string): Plot.Markish[] {
  return Number.isFinite(value) ? [Plot.ruleX([value], { stroke, strokeWidth: 1.5, strokeDasharray: dashes })] : [];
}
