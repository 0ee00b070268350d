import { el } from './dom.ts';
import { duration, percent } from './format.ts';
import { bar } from './run-head.ts';
import type { CellAtWork } from './wire.ts';

/** The cells that are being computed: where each lies, how far it is, and for how long. */
export function workTable(cells: readonly CellAtWork[], labelOf: (cell: CellAtWork) => string): HTMLElement[] {
  if (cells.length === 0) return [el('p', { class: 'note' }, 'None.')];
  const rows = cells.map((cell) => {
    const { cell_id, n_done, n_target, seconds } = cell;
    const label = labelOf(cell);
    return el(
      'tr',
      {},
      el('th', { scope: 'row', title: cell_id }, label),
      el('td', {}, bar(n_done, n_target, label)),
      el('td', { class: 'numbers' }, percent(n_done, n_target)),
      el('td', { class: 'numbers' }, seconds === null ? '' : duration(seconds)),
    );
  });
  return [el('div', { class: 'scroll' }, el('table', { class: 'work' }, el('tbody', {}, rows)))];
}
