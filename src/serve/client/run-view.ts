import { cellsOf, change, placesOf, type Cell, type Choice, type Place } from './cells.ts';
import { Controls } from './controls.ts';
import { command } from './copy.ts';
import { el, fill, setText } from './dom.ts';
import { count, percent, withError } from './format.ts';
import { HeatMap, type Drawn } from './heat-map.ts';
import { choiceOf, hashOf, lookOf, type Look } from './look.ts';
import { Notice } from './notice.ts';
import { drawRates } from './rates.ts';
import { badge, bar, counts, pace, reasons, reportAddress } from './run-head.ts';
import { Stream } from './stream.ts';
import { legend, Strip } from './strip.ts';
import type { CellChanges, RunPage, Surface } from './wire.ts';
import { workTable } from './work-table.ts';

/** One run: how far it is, its surface as it fills in, and what it is doing. */
export class RunView {
  private readonly key: string;
  private readonly notice = new Notice();
  private readonly title = el('h1', {}, 'Reading the run…');
  private readonly state = el('p', { class: 'state', role: 'status' });
  private readonly why = el('p', { class: 'reason', hidden: true });
  private readonly folder = el('p', { class: 'note path' });
  private readonly progress = el('div', { class: 'progress' });
  private readonly links = el('p', {});
  private readonly note = el('p', { class: 'note' });
  private readonly maps = el('div', { class: 'maps' });
  private readonly detail = el('div', { class: 'detail', role: 'status' });
  private readonly work = el('div', {});
  private readonly rates = el('div', {});
  private readonly facts = el('dl', {});
  private readonly log = el('pre', { tabindex: 0, 'aria-label': 'Last lines of the logs' });
  private readonly commands = el('div', {});
  /** What there is of a run that can be read. */
  private readonly contents = el('div', {});
  private readonly values = new HeatMap((cell) => {
    this.choose(cell.cell_id);
  });
  private readonly errors = new HeatMap((cell) => {
    this.choose(cell.cell_id);
  });
  private readonly strip = new Strip((index) => {
    this.choose(this.cells[index]!.cell_id);
  });
  private readonly controls = new Controls((wished) => {
    this.turn(wished);
  });
  private readonly stream: Stream;
  private look: Look = lookOf(location.hash);
  private head: RunPage | undefined;
  private surface: Surface | undefined;
  private cells: Cell[] = [];
  private said = '';
  /** What `look` comes to on the surface; made again when one of them changes. */
  private choice: Choice | undefined;

  constructor(main: HTMLElement, key: string) {
    this.key = key;
    fill(main, ...this.layout());
    this.stream = new Stream(
      {
        head: (content) => {
          this.showHead(content as RunPage);
        },
        surface: (content) => {
          this.begin(content as Surface);
        },
        cells: (content) => {
          this.fillIn(content as CellChanges);
        },
      },
      (state) => {
        this.notice.connection(state, 'The server knows no such run now, or wants its token: trying again.');
      },
    );
    addEventListener('hashchange', () => {
      this.look = lookOf(location.hash);
      this.choice = undefined;
      this.ask();
    });
    this.ask();
  }

  private layout(): Node[] {
    fill(
      this.contents,
      section(
        'Surface',
        this.controls.element,
        this.note,
        this.maps,
        this.detail,
        el('h3', {}, 'All cells'),
        this.strip.element,
        legend(),
      ),
      el('div', { class: 'columns' }, section('Cells at work', this.work, this.rates), section('About', this.facts)),
      section('Log', this.log),
    );
    return [
      el('nav', {}, el('a', { href: '/' }, 'All runs')),
      this.title,
      this.notice.element,
      this.state,
      this.why,
      this.folder,
      this.progress,
      this.links,
      this.contents,
      section('Commands', this.commands),
    ];
  }

  /** The events of what is looked at now. */
  private ask(): void {
    const { metric, shown } = this.look;
    const asked = new URLSearchParams({ shown, ...(metric !== undefined && { metric }) });
    this.stream.open(`/events/${this.key}?${asked.toString()}`);
  }

  private turn(wished: Partial<Look>): void {
    const before = this.look;
    this.look = { ...before, ...wished };
    this.choice = undefined;
    history.replaceState(null, '', `/run/${this.key}${hashOf(this.look)}`);
    if (before.metric !== this.look.metric || before.shown !== this.look.shown) this.ask();
    this.draw();
  }

  private choose(cell_id: string): void {
    this.turn({ cell: cell_id });
  }

  private showHead(head: RunPage): void {
    this.head = head;
    const readable = head.error === null;
    const share = readable ? `${percent(head.permutations_done, head.permutations_total)} ` : '';
    document.title = `${share}${head.name}: permafrost`;
    for (const each of [this.progress, this.links, this.contents]) each.hidden = !readable;
    setText(this.title, head.name);
    // Read out when it changes, and only then.
    if (this.said !== head.says) fill(this.state, badge(head));
    this.said = head.says;
    const lines = reasons(head);
    this.why.hidden = lines.length === 0;
    setText(this.why, lines.join(' '));
    setText(this.folder, head.folder);
    const { permutations_done: done, permutations_total: total } = head;
    fill(
      this.progress,
      el('strong', {}, percent(done, total)),
      bar(done, total, 'Permutations'),
      el('span', { class: 'note' }, [...counts(head), ...pace(head)].join(' · ')),
    );
    const report = el('a', { href: reportAddress(head) }, 'Open the report');
    fill(
      this.links,
      head.has_report
        ? report
        : head.state === 'complete'
          ? 'There is no report yet: the command below writes it.'
          : '',
    );
    this.showWork();
    drawRates(this.rates, head.rates);
    fill(this.facts, ...head.facts.flatMap(([name, text]) => [el('dt', {}, name), el('dd', {}, text)]));
    setText(this.log, head.log.length === 0 ? 'Nothing yet.' : head.log.join('\n'));
    if (this.commands.childElementCount === 0)
      fill(this.commands, ...head.commands.map(([name, text]) => command(name, text)));
  }

  private showWork(): void {
    fill(
      this.work,
      ...workTable(this.head?.at_work ?? [], ({ index, cell_id }) => {
        const cell = this.cells[index];
        return cell === undefined ? `cell ${cell_id}` : this.labelOf(cell);
      }),
    );
  }

  private begin(surface: Surface): void {
    this.surface = surface;
    this.cells = cellsOf(surface);
    this.choice = undefined;
    this.showWork();
  }

  private fillIn(changes: CellChanges): void {
    change(this.cells, changes);
    this.draw();
  }

  private draw(): void {
    const { surface, cells, look } = this;
    if (surface === undefined) return;
    const choice = (this.choice ??= choiceOf(surface, cells, look));
    this.controls.show(surface, look, choice);
    const places = placesOf(surface, cells, choice);
    const chosen = cells.find(({ cell_id }) => cell_id === look.cell);
    const metric = surface.metrics.find(({ name }) => name === look.metric) ?? surface.metrics[0];
    setText(this.note, noteOf(surface, cells, metric?.description ?? ''));
    const of = (drawn: Drawn, title: string) => ({
      title,
      drawn,
      x: surface.axes[choice.x],
      y: surface.axes[choice.y],
      places,
      chosen: chosen?.index,
      say: (place: Place) => this.say(place),
    });
    const unit = metric === undefined || metric.unit === '' ? '' : ` [${metric.unit}]`;
    const name = `${metric?.name ?? ''}${unit}, ${look.shown}`;
    const done = look.shown === 'done';
    this.values.show(of(done ? 'done' : 'value', done ? 'Share of the permutations that is done' : name));
    if (!done) this.errors.show(of('error', `${name}: standard error`));
    const shown = done ? [this.values.element] : [this.values.element, this.errors.element];
    if (shown.length !== this.maps.childElementCount) fill(this.maps, ...shown);
    this.strip.draw(cells, chosen, chosen === undefined ? '' : this.sayCell(chosen));
    this.showCell(chosen);
  }

  /** `p_skip 0.1, slip 50: 1.363 ± 0.004; 20,000 of 20,000 permutations, complete`. */
  private say({ cells, n_done, n_target }: Place): string {
    const [cell] = cells;
    if (cell === undefined) return 'No cell is here.';
    const far = `${count(n_done)} of ${count(n_target)} permutations`;
    if (cells.length > 1) return `${cells.length} cells: ${far}`;
    return `${this.labelOf(cell)}: ${valueText(cell)}${far}, ${cell.state}`;
  }

  private sayCell(cell: Cell): string {
    return this.say({ cells: [cell], n_done: cell.n_done, n_target: cell.n_target });
  }

  private labelOf(cell: Cell): string {
    const parts = (this.surface?.axes ?? []).flatMap(({ name, levels }, a) => {
      const level = levels[cell.levels[a] ?? -1];
      return level === undefined || level === '-' ? [] : [`${name} ${level}`];
    });
    return parts.length === 0 ? `cell ${cell.cell_id}` : parts.join(', ');
  }

  private showCell(cell: Cell | undefined): void {
    if (cell === undefined || this.head === undefined) {
      fill(this.detail, el('p', { class: 'note' }, 'Choose a cell for its numbers: click it, or press Enter on it.'));
      return;
    }
    const text = this.sayCell(cell);
    if (this.detail.firstElementChild?.textContent === text) return;
    const replay = this.head.commands
      .find(([name]) => name === 'status')?.[1]
      .replace(/^permafrost status/, 'permafrost replay');
    fill(
      this.detail,
      el('p', {}, text),
      el('p', { class: 'note' }, `Cell ${cell.cell_id}. One of its permutations again:`),
      command('replay', `${replay ?? ''} --cell ${shellWord(cell.cell_id)} --perm 0`),
    );
  }
}

function section(title: string, ...parts: readonly Node[]): HTMLElement {
  return el('section', {}, el('h2', {}, title), ...parts);
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function valueText({ value, error }: Cell): string {
  if (value === null) return '';
  if (typeof value === 'string') return `${value}; `;
  return `${withError(value, typeof error === 'number' ? error : Number.NaN)}; `;
}

function noteOf({ axes, left_out }: Surface, cells: readonly Cell[], description: string): string {
  const unplaced = cells.filter(({ levels }) => levels.length < axes.length || axes.length === 0).length;
  return [
    ...(description === '' ? [] : [`${description}.`.replace(/\.\.$/, '.')]),
    ...(axes.length > 0 && unplaced > 0
      ? [`${count(unplaced)} cells are not in the map: where they lie is known when they begin.`]
      : []),
    ...(left_out > 0
      ? [`These are the first ${count(cells.length)} cells; ${count(left_out)} more are not shown.`]
      : []),
  ].join(' ');
}
