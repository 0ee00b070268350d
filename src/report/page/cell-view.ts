import { formatCount } from '../../wording/format-number.ts';
import { distribution } from './distribution.ts';
import { element } from './element.ts';
import { fan } from './fan.ts';
import type { MapsGiven } from './maps.ts';
import { settingOf, statisticText, STATISTICS, valueOf } from './surface-data.ts';
import { intervalText, valueText } from './words.ts';

export interface CellViewGiven extends MapsGiven {
  /** Holds the chosen cell beside those that are chosen next; -1 lets it go. */
  readonly hold: (cell: number) => void;
  /** Where the run is, as far as the page knows. */
  readonly run: string;
}

/** All that the page knows of the chosen cell. */
export function cellView(given: CellViewGiven): HTMLElement[] {
  const { data, state, width, hold } = given;
  const cell = state.cell;
  const held = state.beside;
  const half = width > 760 ? (width - 24) / 2 : width;
  const charts = [distribution(data, state, half), ...(state.x >= 0 ? [fan({ ...given, width: half }, state.x)] : [])];
  return [
    element('h3', { id: 'chosen' }, 'The chosen cell'),
    element(
      'p',
      {},
      element('strong', {}, settingOf(data, cell)),
      ` (cell ${data.ids[cell]!}, ${formatCount(data.n[cell]!)} permutations). Choose another in a map, in the table of cells, or in the picture at the top.`,
    ),
    element(
      'p',
      { class: 'buttons' },
      element(
        'button',
        {
          type: 'button',
          'data-key': 'hold',
          onclick: () => {
            hold(cell);
          },
        },
        'Hold this cell, to compare the next with it',
      ),
      ...(held < 0
        ? []
        : [
            element(
              'button',
              {
                type: 'button',
                'data-key': 'release',
                onclick: () => {
                  hold(-1);
                },
              },
              `Let go of ${settingOf(data, held)}`,
            ),
          ]),
    ),
    element('div', { class: 'live-figures' }, ...charts),
    statisticsTable(given),
    replay(given),
  ];
}

function statisticsTable({ data, state }: CellViewGiven): HTMLElement {
  const metric = data.metrics[state.metric]!;
  const cells = [state.cell, ...(state.beside >= 0 && state.beside !== state.cell ? [state.beside] : [])];
  const rows = STATISTICS.map((statistic) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, statisticText(statistic, metric, state.t)),
      ...cells.flatMap((cell) => {
        const value = valueOf(metric, statistic, state.t, cell);
        return [
          element('td', {}, valueText(value, metric, statistic)),
          element('td', {}, intervalText(value, metric, statistic)),
        ];
      }),
    ),
  );
  const heads = cells.flatMap((cell, k) => [
    element('th', { scope: 'col' }, k === 0 ? 'chosen cell ± standard error' : `held: ${settingOf(data, cell)}`),
    element('th', { scope: 'col' }, '95 % interval'),
  ]);
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'statistics of the chosen cell' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, metric.label), ...heads)),
      element('tbody', {}, ...rows),
    ),
  );
}

/** One permutation again: the one with the lowest value, the one with the highest. */
function replay({ data, state, run }: CellViewGiven): HTMLElement {
  const metric = data.metrics[state.metric]!;
  const [, , , , lowest, highest] = metric.counts[state.cell]!;
  const lines = (
    [
      ['lowest', lowest],
      ['highest', highest],
    ] as const
  ).flatMap(([name, perm]) => {
    if (perm < 0) return [];
    const command = `permafrost replay ${run} --cell ${quoted(data.ids[state.cell]!)} --perm ${perm}`;
    const said = element('span', { role: 'status' });
    const copy = element(
      'button',
      {
        type: 'button',
        'data-key': `copy-${name}`,
        'aria-label': `copy the command for the ${name} value`,
        onclick: () => {
          copied(command).then(
            () => {
              said.textContent = 'copied';
            },
            () => {
              said.textContent = 'the browser does not allow it: select the text';
            },
          );
        },
      },
      'Copy',
    );
    return [element('li', {}, `The ${name} ${metric.label}: `, element('code', {}, command), ' ', copy, ' ', said)];
  });
  return element(
    'div',
    {},
    element('p', { class: 'note' }, 'One of its permutations again, step by step:'),
    element('ul', { class: 'replay' }, ...lines),
  );
}

/** Rejects where the page may not: in a frame, or where the browser does not trust its address. */
async function copied(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

/** A word of a command line. */
export function quoted(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
