type Child = Node | string;

/** An element with attributes (`on…`: a listener) and children. Text is text: nothing is ever parsed as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number | boolean | ((event: Event) => void) | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** A labelled choice. */
export function choice(
  label: string,
  options: readonly { readonly value: string; readonly text: string }[],
  chosen: string,
  on: (value: string) => void,
): HTMLLabelElement {
  const select = element(
    'select',
    {
      'data-key': label,
      onchange: (event) => {
        on((event.target as HTMLSelectElement).value);
      },
    },
    ...options.map(({ value, text }) => element('option', { value, selected: value === chosen }, text)),
  );
  return element('label', {}, element('span', {}, label), select);
}

/** Puts new children in place; what had the focus has it again, where it is still there. */
export function replace(parent: Element, ...children: readonly Child[]): void {
  const focused = document.activeElement;
  const key = focused !== null && parent.contains(focused) ? focused.getAttribute('data-key') : null;
  parent.replaceChildren(...children);
  if (key !== null) parent.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** What Plot drew, as one picture with one name: its parts have names that say nothing to a screen reader. */
export function asPicture<Chart extends Element>(chart: Chart, label: string): Chart {
  const svg = chart.matches('svg') ? chart : chart.querySelector('svg');
  svg?.setAttribute('role', 'img');
  svg?.setAttribute('aria-label', label);
  for (const part of chart.querySelectorAll('[aria-label],[aria-description]'))
    if (part !== svg) for (const name of ['aria-label', 'aria-description']) part.removeAttribute(name);
  return chart;
}
