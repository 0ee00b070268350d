import type { PageData } from '../page-format.ts';
import { choice, element } from './element.ts';
import { firstThreshold, type State } from './state.ts';
import { nearestCell, STATISTICS, statisticText, type Statistic } from './surface-data.ts';
import { axisLabel, short } from './words.ts';

/** What is shown, over which axes, and where the others stand. */
export function controls(data: PageData, state: State, change: (change: Partial<State>) => void): HTMLElement {
  const metric = data.metrics[state.metric]!;
  const axes = data.axes.map(({ name }, a) => ({ value: String(a), text: name }));
  const across = (x: number): void => {
    change({ x, y: x === state.y ? state.x : state.y });
  };
  return element(
    'form',
    {
      class: 'controls',
      'aria-label': 'what the maps show',
      onsubmit: (event) => {
        event.preventDefault();
      },
    },
    choice(
      'Metric',
      data.metrics.map(({ label, name }, m) => ({
        value: String(m),
        text: label === name.replaceAll('_', ' ') ? name : label,
      })),
      String(state.metric),
      (value) => {
        const chosen = data.metrics[Number(value)]!;
        const statistic = state.statistic === 'p50' || state.statistic === 'mean' ? chosen.first : state.statistic;
        change({ metric: Number(value), statistic, t: firstThreshold(chosen) });
      },
    ),
    choice(
      'Statistic',
      STATISTICS.map((statistic) => ({
        value: statistic,
        text: statistic === 'above' ? 'chance of more than t' : statisticText(statistic, metric, state.t),
      })),
      state.statistic,
      (value) => {
        change({ statistic: value as Statistic });
      },
    ),
    ...(state.statistic === 'above' ? [slider(data, state, change)] : []),
    ...(data.axes.length === 0
      ? []
      : [
          choice('Across', axes, String(state.x), (value) => {
            across(Number(value));
          }),
        ]),
    ...(data.axes.length < 2
      ? []
      : [
          choice(
            'Up',
            [...axes.filter(({ value }) => value !== String(state.x)), { value: '-1', text: 'nothing: a line' }],
            String(state.y),
            (value) => {
              change({ y: Number(value) });
            },
          ),
        ]),
    ...data.axes.flatMap(({ name, unit, levels }, a) =>
      a === state.x || a === state.y
        ? []
        : [
            choice(
              axisLabel(name, unit),
              levels.map((level, l) => ({ value: String(l), text: level === '-' ? 'not active' : level })),
              String(data.levels[a]![state.cell]!),
              (value) => {
                const cell = nearestCell(data, state.cell, [[a, Number(value)]]);
                if (cell >= 0) change({ cell });
              },
            ),
          ],
    ),
  );
}

/** t, over the values for which the counts are exact. */
function slider(data: PageData, state: State, change: (change: Partial<State>) => void): HTMLElement {
  const metric = data.metrics[state.metric]!;
  const at = metric.edges.indexOf(state.t);
  const text = `t = ${short(state.t)}${metric.unit === '' ? '' : ` ${metric.unit}`}`;
  return element(
    'label',
    { class: 'slider' },
    element('span', {}, text),
    element('input', {
      type: 'range',
      min: 0,
      max: metric.edges.length - 1,
      step: 1,
      value: at,
      'data-key': 't',
      'aria-label': `threshold of ${metric.label}`,
      'aria-valuetext': text,
      oninput: (event) => {
        change({ t: metric.edges[Number((event.target as HTMLInputElement).value)]! });
      },
    }),
  );
}
