import { formatCount } from '../../wording/format-number.ts';
import type { PageData } from '../page-format.ts';
import { cellList, filterText, keeps } from './cell-list.ts';
import { cellView, quoted } from './cell-view.ts';
import { controls } from './controls.ts';
import { element, replace } from './element.ts';
import { fan } from './fan.ts';
import { maps } from './maps.ts';
import { parseState, stateText, type State } from './state.ts';
import { nearestCell, settingOf, sliceOf, statisticText, valueOf } from './surface-data.ts';
import { intervalText, valueText } from './words.ts';

/** Rows of the table at first, and with every wish for more. */
const FIRST_ROWS = 50;
const MORE_ROWS = 200;

const text = document.getElementById('data')?.textContent;
const [explore, view, list] = ['explore', 'cell', 'cells'].map((id) => document.getElementById(id));
if (text && explore && view && list) start(JSON.parse(text) as PageData, explore, view, list);

function start(data: PageData, explore: HTMLElement, view: HTMLElement, list: HTMLElement): void {
  let state = parseState(data, location.hash);
  let rows = FIRST_ROWS;
  let asked = false;

  const draw = (): void => {
    asked = false;
    const kept = (cell: number): boolean => keeps(data, state, cell);
    const width = Math.max(280, explore.clientWidth);
    const half = width > 760 ? (width - 24) / 2 : width;
    const given = { data, state, kept, width, choose };
    const drawn = state.x < 0 ? [] : state.y < 0 ? [fan(given, state.x)] : maps({ ...given, width: half });
    replace(explore, controls(data, state, change), said(), ...leftOut(kept), field(drawn), ...left());
    replace(
      view,
      ...cellView({
        ...given,
        hold: (beside) => {
          change({ beside });
        },
        run: runFolder(),
      }),
    );
    replace(
      list,
      ...cellList({
        data,
        state,
        kept,
        rows,
        choose,
        change,
        more: () => {
          rows += MORE_ROWS;
          later();
        },
      }),
    );
    mark(kept);
  };
  const later = (): void => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  };
  const change = (changed: Partial<State>): void => {
    state = { ...state, ...changed };
    history.replaceState(null, '', `#${stateText(data, state) || 'surface'}`);
    later();
  };
  const choose = (cell: number): void => {
    change({ cell });
  };

  /** What the chosen cell has, for eyes and for screen readers. */
  const said = (): HTMLElement => {
    const metric = data.metrics[state.metric]!;
    const value = valueOf(metric, state.statistic, state.t, state.cell);
    return element(
      'p',
      { role: 'status', class: 'said' },
      `${settingOf(data, state.cell)}: ${statisticText(state.statistic, metric, state.t)} of ${metric.label} ${valueText(value, metric, state.statistic)} (95 %: ${intervalText(value, metric, state.statistic)})`,
    );
  };
  /** The filter stands at the table, which may be far below: what it does here is said here. */
  const leftOut = (kept: (cell: number) => boolean): HTMLElement[] => {
    if (state.filters.length === 0) return [];
    const count = data.ids.filter((_, cell) => !kept(cell)).length;
    const onclick = (): void => {
      change({ filters: [] });
    };
    return [
      element(
        'p',
        { class: 'note' },
        `Faint: ${formatCount(count)} of ${formatCount(data.ids.length)} cells, which the filter of the table leaves out (${state.filters.map(filterText).join(', ')}). `,
        element('button', { type: 'button', 'data-key': 'unfilter', onclick }, 'Show all cells'),
      ),
    ];
  };
  /** The maps, with the arrow keys moving the chosen cell over them. */
  const field = (drawn: readonly HTMLElement[]): HTMLElement =>
    element(
      'div',
      {
        class: 'live-figures',
        tabindex: 0,
        role: 'application',
        'data-key': 'maps',
        'aria-label': 'maps of the surface: arrow keys choose a cell',
        onkeydown: (event) => {
          moved(event as KeyboardEvent);
        },
      },
      ...drawn,
    );
  const moved = (event: KeyboardEvent): void => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (step === undefined || state.x < 0) return;
    event.preventDefault();
    const [dx, dy] = step as [number, number];
    const axis = dx === 0 ? state.y : state.x;
    if (axis < 0) return;
    const others = new Set(
      sliceOf(data, state.cell, state.x, state.y < 0 ? undefined : state.y).map(({ cell }) => cell),
    );
    const levels = data.levels[axis]!;
    for (
      let level = levels[state.cell]! + dx + dy;
      level >= 0 && level < data.axes[axis]!.levels.length;
      level += dx + dy
    ) {
      const across = dx === 0 ? state.x : state.y;
      const fixed = across < 0 ? [] : [[across, data.levels[across]![state.cell]!] as const];
      const next = nearestCell(data, state.cell, [[axis, level], ...fixed]);
      if (next >= 0 && others.has(next)) {
        choose(next);
        return;
      }
    }
  };
  const left = (): HTMLElement[] =>
    data.metrics_left === 0
      ? []
      : [
          element(
            'p',
            { class: 'note' },
            `This page has ${data.metrics.length} metrics; ${data.metrics_left} more (constant, without values, or left out to keep the file small) are in tables/cells.csv.`,
          ),
        ];
  /** The pictures of the text: the chosen cell is marked there, too, and what the filters leave out is faint. */
  const mark = (kept: (cell: number) => boolean): void => {
    for (const each of document.querySelectorAll<SVGGElement>('[data-cell]')) {
      const cell = data.ids.indexOf(each.dataset.cell!);
      each.classList.toggle('chosen', cell === state.cell);
      each.classList.toggle('faint', cell >= 0 && !kept(cell));
    }
  };

  document.documentElement.classList.add('alive');
  document.addEventListener('click', (event) => {
    const id = (event.target as Element).closest<SVGGElement>('[data-cell]')?.dataset.cell;
    const cell = id === undefined ? -1 : data.ids.indexOf(id);
    if (cell >= 0) choose(cell);
  });
  addEventListener('hashchange', () => {
    if (!location.hash.includes('=')) return;
    state = parseState(data, location.hash);
    later();
  });
  let before = explore.clientWidth;
  new ResizeObserver(() => {
    if (explore.clientWidth === before) return;
    before = explore.clientWidth;
    later();
  }).observe(explore);
  draw();
  // A link to a state is a link to its picture.
  if (location.hash.includes('=')) document.getElementById('surface')?.scrollIntoView();
}

/** The folder of the run: the page is its report/index.html. A server, as the live page is one, may say it in the address. */
function runFolder(): string {
  if (location.protocol !== 'file:') {
    const said = new URLSearchParams(location.search).get('run') ?? '';
    // Whoever made the address must not have a second line in what is copied to a shell.
    return /^\P{C}+$/u.test(said) ? quoted(said) : 'RUN';
  }
  const path = decodeURIComponent(new URL('..', location.href).href.replace(/^file:\/\//, '')).replace(/\/$/, '');
  return quoted(path.replace(/^\/([A-Za-z]:)/, '$1'));
}
