import { el, setText } from './dom.ts';

/** Says when what is shown may be old, and why. */
export class Notice {
  readonly element = el('p', { class: 'notice', role: 'status', hidden: true });

  connection(state: 'open' | 'lost' | 'refused', refused: string): void {
    document.body.classList.toggle('old', state !== 'open');
    this.element.hidden = state === 'open';
    if (state === 'lost')
      setText(this.element, 'The connection to permafrost serve is lost; trying again. What is shown may be old.');
    if (state === 'refused') setText(this.element, refused);
  }
}
