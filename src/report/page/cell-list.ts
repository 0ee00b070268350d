import { element } from './element.ts';
import type { PageData } from '../page-format.ts';
import type { Filter, State } from './state.ts';
import { levelOf, valueOf, statisticText, type Value } from './surface-data.ts';
import { short, valueText } from './words.ts';

export interface CellListGiven {
  readonly data: PageData;
  readonly state: State;
  readonly kept: (cell: number) => boolean;
  /** Rows that are shown. */
  readonly rows: number;
  readonly choose: (cell: number) => void;
  readonly change: (change: Partial<State>) => void;
  readonly more: () => void;
}

/** Metrics that get a column: more do not fit. The chosen one is always among them. */
const MOST_METRICS = 5;

/** The cells that the filters leave, in the order that was asked for. */
export function cellList(given: CellListGiven): HTMLElement[] {
  const { data, state, kept, rows } = given;
  const metrics = columnsOf(data, state);
  const left = data.ids.map((_, cell) => cell).filter(kept);
  const ordered = sorted(data, state, left);
  const shown = ordered.slice(0, rows);
  const head = (name: string, words: string): HTMLElement => {
    const here = state.sort === name;
    const order = here ? (state.descending ? 'descending' : 'ascending') : 'none';
    const arrow = here ? (state.descending ? ' ▼' : ' ▲') : '';
    const on = (): void => {
      given.change(here && state.descending ? { sort: '', descending: false } : { sort: name, descending: here });
    };
    return element(
      'th',
      { scope: 'col', 'aria-sort': order },
      element('button', { type: 'button', 'data-key': `sort-${name}`, onclick: on }, words + arrow),
    );
  };
  const body = shown.map((cell) =>
    element(
      'tr',
      { class: cell === state.cell ? 'chosen' : undefined },
      element(
        'td',
        {},
        element(
          'button',
          {
            type: 'button',
            'data-key': `cell-${cell}`,
            'aria-pressed': String(cell === state.cell),
            onclick: () => {
              given.choose(cell);
            },
          },
          data.ids[cell]!,
        ),
      ),
      ...data.axes.map((_, a) => element('td', {}, levelOf(data, a, cell))),
      element('td', {}, data.n[cell]!.toLocaleString('en')),
      ...metrics.map((m) =>
        element('td', {}, valueText(inTable(data, state, m, cell), data.metrics[m]!, statisticIn(data, state, m))),
      ),
    ),
  );
  return [
    filters(given),
    element(
      'p',
      { class: 'note', role: 'status' },
      `${left.length.toLocaleString('en')} of ${data.ids.length.toLocaleString('en')} cells${shown.length < left.length ? `, the first ${shown.length} shown` : ''}. Values ± standard error. Sort by a heading; choose a cell by its name.`,
    ),
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'table of cells' },
      element(
        'table',
        { class: 'cells' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            head('cell', 'cell'),
            ...data.axes.map(({ name }) => head(name, name)),
            head('n', 'n'),
            ...metrics.map((m) =>
              head(
                data.metrics[m]!.name,
                `${data.metrics[m]!.label}, ${statisticText(statisticIn(data, state, m), data.metrics[m]!, state.t)}`,
              ),
            ),
          ),
        ),
        element('tbody', {}, ...body),
      ),
    ),
    ...(shown.length < left.length
      ? [
          element(
            'button',
            {
              type: 'button',
              'data-key': 'more',
              onclick: () => {
                given.more();
              },
            },
            'Show 200 more',
          ),
        ]
      : []),
  ];
}

function columnsOf({ metrics }: PageData, { metric }: State): number[] {
  const all = metrics.map((_, m) => m);
  return [metric, ...all.filter((m) => m !== metric)].slice(0, MOST_METRICS);
}

/** The chosen statistic of the chosen metric; of the others what they are shown by first. */
function statisticIn(data: PageData, state: State, metric: number): State['statistic'] {
  return metric === state.metric ? state.statistic : data.metrics[metric]!.first;
}

function inTable(data: PageData, state: State, metric: number, cell: number): Value {
  return valueOf(data.metrics[metric]!, statisticIn(data, state, metric), state.t, cell);
}

function sorted(data: PageData, state: State, cells: readonly number[]): readonly number[] {
  const axis = data.axes.findIndex(({ name }) => name === state.sort);
  const metric = data.metrics.findIndex(({ name }) => name === state.sort);
  const key = (cell: number): number => {
    if (axis >= 0) return data.levels[axis]![cell]!;
    if (metric >= 0) return inTable(data, state, metric, cell).value;
    return state.sort === 'n' ? data.n[cell]! : cell;
  };
  if (state.sort === '') return cells;
  const sign = state.descending ? -1 : 1;
  // Undefined last, whichever way; ties in the order of the study.
  return cells
    .map((cell) => ({ cell, at: key(cell) }))
    .sort(
      (a, b) =>
        Number(Number.isNaN(a.at)) - Number(Number.isNaN(b.at)) || (a.at === b.at ? 0 : sign * (a.at < b.at ? -1 : 1)),
    )
    .map(({ cell }) => cell);
}

/** Whether all filters leave a cell. */
export function keeps(data: PageData, state: State, cell: number): boolean {
  return state.filters.every(({ column, low, high, level }) => {
    const axis = data.axes.findIndex(({ name }) => name === column);
    if (level !== '') return axis < 0 || levelOf(data, axis, cell) === level;
    const metric = data.metrics.findIndex(({ name }) => name === column);
    if (axis < 0 && metric < 0) return true;
    const value = axis >= 0 ? Number(levelOf(data, axis, cell)) : inTable(data, state, metric, cell).value;
    return value >= low && value <= high;
  });
}

function filters({ data, state, change }: CellListGiven): HTMLElement {
  const chips = state.filters.map((filter, i) =>
    element(
      'button',
      {
        type: 'button',
        class: 'chip',
        'data-key': `chip-${i}`,
        'aria-label': `remove the filter ${filterText(filter)}`,
        onclick: () => {
          change({ filters: state.filters.filter((_, k) => k !== i) });
        },
      },
      `${filterText(filter)} ×`,
    ),
  );
  const column = element(
    'select',
    { 'data-key': 'filter-column', name: 'column' },
    ...data.axes.map(({ name }) => element('option', { value: name }, name)),
    ...data.metrics.map(({ name, label }) => element('option', { value: name }, label)),
  );
  const place = element('span', { class: 'range' });
  const show = (): void => {
    const axis = data.axes.find(({ name }) => name === column.value);
    if (axis !== undefined && !axis.numeric)
      place.replaceChildren(
        element(
          'label',
          {},
          element('span', {}, 'is'),
          element(
            'select',
            { name: 'level' },
            ...axis.levels.map((level) => element('option', { value: level }, level)),
          ),
        ),
      );
    else
      place.replaceChildren(
        element(
          'label',
          {},
          element('span', {}, 'from'),
          element('input', { name: 'low', type: 'number', step: 'any', 'data-key': 'filter-low' }),
        ),
        element(
          'label',
          {},
          element('span', {}, 'to'),
          element('input', { name: 'high', type: 'number', step: 'any', 'data-key': 'filter-high' }),
        ),
      );
  };
  column.addEventListener('change', show);
  show();
  const add = (event: Event): void => {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => (given.get(name) ?? '') as string;
    const level = text('level');
    const filter = {
      column: text('column'),
      level,
      low: text('low') === '' ? -Infinity : Number(text('low')),
      high: text('high') === '' ? Infinity : Number(text('high')),
    };
    if (level === '' && filter.low === -Infinity && filter.high === Infinity) return;
    change({ filters: [...state.filters, filter] });
  };
  return element(
    'form',
    { class: 'controls', onsubmit: add, 'aria-label': 'filter the cells' },
    element('label', {}, element('span', {}, 'Only where'), column),
    place,
    element('button', { type: 'submit', 'data-key': 'filter-add' }, 'Filter'),
    ...chips,
  );
}

/** `slip_dollars ≥ 50`. */
export function filterText({ column, low, high, level }: Filter): string {
  if (level !== '') return `${column} is ${level}`;
  if (low === -Infinity) return `${column} ≤ ${short(high)}`;
  return high === Infinity ? `${column} ≥ ${short(low)}` : `${column} ${short(low)} to ${short(high)}`;
}
