import { el } from './dom.ts';

/** A command with a button that copies it; where a page may not, the text is selected instead. */
export function command(name: string, text: string): HTMLElement {
  const code = el('code', {}, text);
  const button = el('button', { type: 'button', 'aria-label': `Copy the command: ${name}` }, 'Copy');
  button.addEventListener('click', () => {
    void copy(text, code).then((copied) => {
      button.textContent = copied ? 'Copied' : 'Selected';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 2_000);
    });
  });
  return el('div', { class: 'command' }, code, button);
}

async function copy(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown); // no clipboard without https: Ctrl-C then does it
    return false;
  }
}
