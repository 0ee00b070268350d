import type { Choice } from './cells.ts';
import { el, fill } from './dom.ts';
import type { Look } from './look.ts';
import { SHOWN, type Shown, type Surface } from './wire.ts';

const SHOWN_WORDS: Readonly<Record<Shown, string>> = {
  done: 'how far it is',
  mean: 'mean',
  p05: '5 % quantile',
  p50: 'median',
  p95: '95 % quantile',
};

/** What is shown of which metric, over which axes, and where on the others. */
export class Controls {
  readonly element = el('form', { class: 'controls', 'aria-label': 'What the map shows' });
  private readonly onChange: (change: Partial<Look>) => void;
  private built = '';

  constructor(onChange: (change: Partial<Look>) => void) {
    this.onChange = onChange;
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
    });
  }

  show(surface: Surface, look: Look, choice: Choice): void {
    // Rebuilt only where something else is chosen or offered: a list that is open stays open.
    const state = JSON.stringify([
      surface.axes,
      surface.metrics,
      { ...look, cell: '', fixed: [...look.fixed] },
      choice,
    ]);
    if (state === this.built) return;
    this.built = state;
    const focused = document.activeElement?.id;
    fill(this.element, ...this.parts(surface, look, choice));
    if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
  }

  private parts({ axes, metrics }: Surface, look: Look, choice: Choice): HTMLElement[] {
    const names = axes.map(({ name }) => name);
    const others = axes.map((_, a) => a).filter((a) => a !== choice.x && a !== choice.y);
    return [
      ...(look.shown === 'done'
        ? []
        : [
            select(
              'metric',
              'Metric',
              metrics.map(({ name }) => name),
              look.metric ?? metrics[0]?.name ?? '',
              (metric) => {
                this.onChange({ metric });
              },
            ),
          ]),
      select(
        'shown',
        'Shows',
        [...SHOWN],
        look.shown,
        (word) => {
          this.onChange({ shown: word as Shown });
        },
        SHOWN.map((each) => SHOWN_WORDS[each]),
      ),
      ...(names.length === 0
        ? []
        : [
            select('x', 'Across', names, names[choice.x] ?? '', (x) => {
              this.turn(look, names, choice, { x });
            }),
          ]),
      ...(names.length < 2
        ? []
        : [
            select('y', 'Up', names, names[choice.y] ?? '', (y) => {
              this.turn(look, names, choice, { y });
            }),
          ]),
      ...others.map((a) => this.level(look, axes[a]!, choice.fixed[a]!)),
    ];
  }

  /** The axis that is chosen twice changes places with the other. */
  private turn(
    look: Look,
    names: readonly string[],
    choice: Choice,
    wished: { readonly x?: string; readonly y?: string },
  ): void {
    const now = { x: names[choice.x], y: names[choice.y] };
    const { x = wished.y === now.x ? now.y : now.x, y = wished.x === now.y ? now.x : now.y } = wished;
    this.onChange({ ...look, x, y });
  }

  private level(look: Look, { name, levels }: Surface['axes'][number], level: number | 'all'): HTMLElement {
    const every = look.shown === 'done';
    const offered = [...(every ? ['*'] : []), ...levels];
    const words = [...(every ? ['all'] : []), ...levels.map((text) => (text === '-' ? '- (not active)' : text))];
    const chosen = level === 'all' ? '*' : (levels[level] ?? '');
    const change = (wished: string): void => {
      this.onChange({ fixed: new Map([...look.fixed, [name, wished]]) });
    };
    return select(`at-${name}`, name, offered, chosen, change, words);
  }
}

function select(
  id: string,
  label: string,
  values: readonly string[],
  chosen: string,
  onChange: (value: string) => void,
  words: readonly string[] = values,
): HTMLElement {
  const options = values.map((value, k) => el('option', { value, selected: value === chosen }, words[k]));
  const list = el('select', { id: `choose-${id}` }, options);
  list.addEventListener('change', () => {
    onChange(list.value);
  });
  return el('label', {}, el('span', {}, label), list);
}
