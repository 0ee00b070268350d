import type { Cell } from './cells.ts';
import { el } from './dom.ts';

const SIDE = 12;
const GAP = 2;

/** All cells in study order, a square each: filled as far as it is, in the colour of its state. */
export class Strip {
  readonly element = el('canvas', { role: 'img', class: 'strip' });
  private readonly onChoose: (index: number) => void;
  private columns = 1;
  private count = 0;
  private drawn: readonly Cell[] = [];

  constructor(onChoose: (index: number) => void) {
    this.onChoose = onChoose;
    this.element.addEventListener('click', (event) => {
      const index = this.indexAt(event);
      if (index < this.count) this.onChoose(index);
    });
    new ResizeObserver(() => {
      this.draw(this.drawn);
    }).observe(this.element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.draw(this.drawn);
    });
  }

  private indexAt({ offsetX, offsetY }: MouseEvent): number {
    return Math.floor(offsetY / (SIDE + GAP)) * this.columns + Math.floor(offsetX / (SIDE + GAP));
  }

  draw(cells: readonly Cell[]): void {
    this.drawn = cells;
    this.count = cells.length;
    const { element } = this;
    const width = element.clientWidth;
    if (width === 0) return;
    this.columns = Math.max(1, Math.floor((width + GAP) / (SIDE + GAP)));
    const height = Math.ceil(cells.length / this.columns) * (SIDE + GAP);
    const scale = devicePixelRatio;
    element.style.height = `${height}px`;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    const context = element.getContext('2d')!;
    context.scale(scale, scale);
    const style = getComputedStyle(element);
    const empty = style.getPropertyValue('--empty');
    for (const { index, state, n_done, n_target } of cells) {
      const x = (index % this.columns) * (SIDE + GAP);
      const y = Math.floor(index / this.columns) * (SIDE + GAP);
      const share = n_target === 0 ? 0 : n_done / n_target;
      context.fillStyle = empty;
      context.fillRect(x, y, SIDE, SIDE);
      context.fillStyle = style.getPropertyValue(`--${state}`);
      context.fillRect(x, y + SIDE * (1 - share), SIDE, SIDE * share);
      if (state === 'failed' && share === 0) context.fillRect(x, y + SIDE / 2, SIDE, 2);
    }
    element.setAttribute('aria-label', said(cells));
  }
}

function said(cells: readonly Cell[]): string {
  const states = new Map<string, number>();
  for (const { state } of cells) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = [...states].map(([state, count]) => `${count} ${state}`);
  return `${cells.length} cells in the order of the study: ${parts.join(', ')}`;
}
