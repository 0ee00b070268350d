import type { Cell, Place } from './cells.ts';
import { colourOf, gradient, type Ramp } from './colours.ts';
import { el, fill } from './dom.ts';
import { number, percent } from './format.ts';
import type { WireAxis } from './wire.ts';

/** What is drawn of a place: `done` how far it is, else its value or its error. */
export type Drawn = 'done' | Ramp;

export interface MapContent {
  readonly title: string;
  readonly drawn: Drawn;
  readonly x: WireAxis | undefined;
  readonly y: WireAxis | undefined;
  readonly places: readonly (readonly Place[])[];
  readonly chosen: number | undefined;
  /** The full text of a place. */
  readonly say: (place: Place) => string;
}

/** More columns than this have no numbers in them. */
const MOST_WITH_TEXT = 16;

/** A map as a table: every place can be reached by the arrow keys, and is read out. */
export class HeatMap {
  readonly element = el('figure', { class: 'map' });
  private readonly onChoose: (cell: Cell) => void;
  /** Row and column that Tab comes to. */
  private at: readonly [number, number] = [0, 0];
  private shape = '';
  private buttons: HTMLTableCellElement[][] = [];

  constructor(onChoose: (cell: Cell) => void) {
    this.onChoose = onChoose;
  }

  show(content: MapContent): void {
    const { places, x, y, title } = content;
    const shape = JSON.stringify([x, y, title, places.length, places[0]?.length]);
    if (shape !== this.shape) this.build(content);
    this.shape = shape;
    const range = rangeOf(content);
    for (const [r, row] of places.entries())
      for (const [c, place] of row.entries()) this.paint(this.buttons[r]![c]!, place, content, range);
    this.element.querySelector('.scale')?.replaceWith(scaleOf(content, range));
    const [row, column] = this.at;
    if ((places[row]?.[column]?.cells.length ?? 0) === 0 && !this.element.contains(document.activeElement))
      this.at = firstPlace(places);
    this.mark();
  }

  private build({ places, x, y, title }: MapContent): void {
    const columns = places[0]?.length ?? 1;
    this.buttons = places.map((row) => row.map(() => el('td', { role: 'gridcell', tabindex: -1 })));
    const many = columns > MOST_WITH_TEXT;
    const head = (x?.levels ?? ['-']).map((level) => el('th', { scope: 'col' }, level));
    const table = el(
      'table',
      { role: 'grid', class: many ? 'many' : '', 'aria-label': title },
      el('thead', {}, el('tr', {}, el('td', {}), head)),
      el(
        'tbody',
        {},
        this.buttons.map((row, r) => el('tr', {}, el('th', { scope: 'row' }, y?.levels.at(-1 - r) ?? ''), row)),
      ),
    );
    table.addEventListener('keydown', (event) => {
      this.onKey(event);
    });
    fill(
      this.element,
      el('figcaption', {}, title),
      // Above the table, not in its corner: a long name would leave its columns no room.
      el('div', { class: 'y-name' }, y === undefined ? '' : `${named(y)} ↑`),
      el('div', { class: 'scroll' }, table),
      el(
        'div',
        { class: 'x-name' },
        x === undefined ? '' : many ? `${named(x)}: ${x.levels[0]!} to ${x.levels.at(-1)!} →` : `${named(x)} →`,
      ),
      el('div', { class: 'scale' }),
    );
  }

  private paint(
    cell: HTMLTableCellElement,
    place: Place,
    content: MapContent,
    [low, high]: readonly [number, number],
  ): void {
    const { drawn, say, chosen } = content;
    const value = valueOf(place, drawn);
    const [first] = place.cells;
    const said = say(place);
    cell.title = said;
    cell.setAttribute(
      'aria-selected',
      String(first !== undefined && place.cells.some(({ index }) => index === chosen)),
    );
    cell.className = first === undefined ? 'none' : `cell ${first.state}`;
    cell.onclick = () => {
      if (first !== undefined) this.onChoose(first);
    };
    cell.onfocus = () => {
      this.moveTo(cell);
    };
    const colour = value === undefined ? undefined : colourOf(value, low, high, drawn === 'error' ? 'error' : 'value');
    cell.style.backgroundColor = colour?.fill ?? '';
    cell.style.color = colour?.ink ?? '';
    const text = content.places[0]!.length > MOST_WITH_TEXT ? '' : textOf(place, drawn, value);
    // A name begins with what is seen: so it can be called by it.
    cell.setAttribute('aria-label', /\w/.test(text) ? `${text}: ${said}` : said);
    if (cell.textContent !== text) cell.textContent = text;
  }

  private onKey(event: KeyboardEvent): void {
    const [row, column] = this.at;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, this.buttons[row]!.length - 1],
    };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.buttons[row]?.[column]?.click();
      return;
    }
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.buttons[to[0]]?.[to[1]]?.focus();
  }

  private moveTo(cell: HTMLTableCellElement): void {
    const row = this.buttons.findIndex((each) => each.includes(cell));
    if (row < 0) return;
    this.at = [row, this.buttons[row]!.indexOf(cell)];
    this.mark();
  }

  /** Tab comes to one place, the arrow keys from there to the others. */
  private mark(): void {
    const [row, column] = this.at;
    if (this.buttons[row]?.[column] === undefined) this.at = [0, 0];
    for (const [r, each] of this.buttons.entries())
      for (const [c, cell] of each.entries()) cell.tabIndex = r === this.at[0] && c === this.at[1] ? 0 : -1;
  }
}

/** The first where a cell is. */
function firstPlace(places: MapContent['places']): readonly [row: number, column: number] {
  const row = places.findIndex((each) => each.some(({ cells }) => cells.length > 0));
  return row < 0 ? [0, 0] : [row, places[row]!.findIndex(({ cells }) => cells.length > 0)];
}

function named({ name, unit }: WireAxis): string {
  return unit === '' ? name : `${name} [${unit}]`;
}

/** Undefined where there is nothing to be coloured. */
function valueOf({ cells, n_done, n_target }: Place, drawn: Drawn): number | undefined {
  if (cells.length === 0) return undefined;
  if (drawn === 'done') return n_target === 0 ? 0 : n_done / n_target;
  const found = drawn === 'value' ? cells[0]!.value : cells[0]!.error;
  return typeof found === 'number' ? found : undefined;
}

function textOf(place: Place, drawn: Drawn, value: number | undefined): string {
  if (place.cells.length === 0) return '';
  if (drawn === 'done') return percent(place.n_done, place.n_target);
  if (value !== undefined) return number(value);
  const said = drawn === 'value' ? place.cells[0]!.value : place.cells[0]!.error;
  if (typeof said === 'string') return said === 'NaN' ? '?' : said.replace('Infinity', '∞');
  return place.n_done === 0 ? '·' : percent(place.n_done, place.n_target);
}

function rangeOf({ places, drawn }: MapContent): readonly [number, number] {
  if (drawn === 'done') return [0, 1];
  const values = places.flat().flatMap((place) => valueOf(place, drawn) ?? []);
  if (values.length === 0) return [0, 0];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (drawn === 'error') return [0, high];
  // What lies within the errors is not painted as if it were a difference.
  const errors = places.flat().flatMap((place) => valueOf(place, 'error') ?? []);
  return high - low < 2 * Math.max(0, ...errors) ? [(low + high) / 2, (low + high) / 2] : [low, high];
}

function scaleOf({ drawn, places }: MapContent, [low, high]: readonly [number, number]): HTMLElement {
  const any = places.flat().some((place) => valueOf(place, drawn) !== undefined);
  if (!any) return el('div', { class: 'scale' }, 'No cell is complete here yet: shares are how far each is.');
  const ramp = el('span', { class: 'ramp' });
  ramp.style.background = gradient(drawn === 'error' ? 'error' : 'value');
  const text = (value: number): string => (drawn === 'done' ? `${100 * value} %` : number(value));
  if (low === high && drawn === 'value')
    return el('div', { class: 'scale' }, `About ${text(low)} everywhere: the differences are within the errors.`);
  return el('div', { class: 'scale' }, text(low), ramp, text(high));
}
