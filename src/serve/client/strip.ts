import type { Cell } from './cells.ts';
import { el } from './dom.ts';

const SIDE = 12;
const GAP = 2;

/**
 * All cells in study order, a square each: filled as far as it is, in the colour of its state. The arrow keys choose one, which is the only way by keyboard to a cell
 * that is in no map.
 */
export class Strip {
  readonly element = el('canvas', { role: 'slider', tabindex: 0, class: 'strip', 'aria-valuemin': 1 });
  private readonly onChoose: (index: number) => void;
  private columns = 1;
  private drawn: readonly Cell[] = [];
  private chosen: Cell | undefined;

  constructor(onChoose: (index: number) => void) {
    this.onChoose = onChoose;
    this.element.addEventListener('click', (event) => {
      this.choose(this.indexAt(event));
    });
    this.element.addEventListener('keydown', (event) => {
      const index = this.indexAfter(event.key);
      if (index === undefined) return;
      event.preventDefault();
      this.choose(index);
    });
    new ResizeObserver(() => {
      this.paint();
    }).observe(this.element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.paint();
    });
  }

  private choose(index: number): void {
    if (index >= 0 && index < this.drawn.length) this.onChoose(index);
  }

  private indexAt({ offsetX, offsetY }: MouseEvent): number {
    return Math.floor(offsetY / (SIDE + GAP)) * this.columns + Math.floor(offsetX / (SIDE + GAP));
  }

  /** The first, where none is chosen. */
  private indexAfter(key: string): number | undefined {
    if (key === 'Home') return 0;
    if (key === 'End') return this.drawn.length - 1;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns }[key];
    if (step === undefined) return undefined;
    return this.chosen === undefined ? 0 : this.chosen.index + step;
  }

  /** `said`: the text of the chosen cell. */
  draw(cells: readonly Cell[], chosen: Cell | undefined, said: string): void {
    this.drawn = cells;
    this.chosen = chosen;
    this.paint();
    const { element } = this;
    element.setAttribute('aria-label', statesOf(cells));
    element.setAttribute('aria-valuemax', String(Math.max(1, cells.length)));
    element.setAttribute('aria-valuenow', String((chosen?.index ?? 0) + 1));
    element.setAttribute('aria-valuetext', chosen === undefined ? 'none chosen' : said);
  }

  private paint(): void {
    const { element, drawn, chosen } = this;
    const width = element.clientWidth;
    if (width === 0) return;
    this.columns = Math.max(1, Math.floor((width + GAP) / (SIDE + GAP)));
    const height = Math.ceil(drawn.length / this.columns) * (SIDE + GAP);
    const scale = devicePixelRatio;
    element.style.height = `${height}px`;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    const context = element.getContext('2d')!;
    context.scale(scale, scale);
    const style = getComputedStyle(element);
    const empty = style.getPropertyValue('--empty');
    const at = (index: number): readonly [x: number, y: number] => [
      (index % this.columns) * (SIDE + GAP),
      Math.floor(index / this.columns) * (SIDE + GAP),
    ];
    for (const { index, state, n_done, n_target } of drawn) {
      const [x, y] = at(index);
      const share = n_target === 0 ? 0 : n_done / n_target;
      context.fillStyle = empty;
      context.fillRect(x, y, SIDE, SIDE);
      context.fillStyle = style.getPropertyValue(`--${state}`);
      context.fillRect(x, y + SIDE * (1 - share), SIDE, SIDE * share);
      if (state === 'failed' && share === 0) context.fillRect(x, y + SIDE / 2, SIDE, 2);
    }
    if (chosen === undefined) return;
    const [x, y] = at(chosen.index);
    context.strokeStyle = style.getPropertyValue('--ink');
    context.lineWidth = 2;
    context.strokeRect(x + 1, y + 1, SIDE - 2, SIDE - 2);
  }
}

function statesOf(cells: readonly Cell[]): string {
  const states = new Map<string, number>();
  for (const { state } of cells) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = [...states].map(([state, count]) => `${count} ${state}`);
  return `${cells.length} cells in the order of the study: ${parts.join(', ')}`;
}

/** What the colours of the squares stand for. */
export function legend(): HTMLElement {
  const states = ['waiting', 'running', 'complete', 'stopped', 'failed'];
  return el(
    'p',
    { class: 'note legend' },
    states.map((state) => el('span', {}, el('span', { class: `swatch ${state}` }), state)),
  );
}
