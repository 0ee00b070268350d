import { el, fill, setText } from './dom.ts';
import { percent } from './format.ts';
import { badge, bar, counts, pace, reasons, reportAddress } from './run-head.ts';
import { Notice } from './notice.ts';
import { Stream } from './stream.ts';
import type { RunHead, RunList } from './wire.ts';

/** Those that need somebody first. */
const ORDER = [
  'stalled',
  'dead',
  'waiting_for_disk',
  'failed',
  'running',
  'unreadable',
  'stopped',
  'part_done',
  'complete',
];

/** All runs, one under the other. */
export class ListView {
  private readonly summary = el('p', { class: 'note' }, 'Looking for runs…');
  private readonly items = el('ul', { class: 'runs' });
  private readonly notice = new Notice();

  constructor(main: HTMLElement) {
    document.title = 'Runs: permafrost';
    fill(main, el('h1', {}, 'Runs'), this.notice.element, this.summary, this.items);
    const stream = new Stream(
      {
        list: (content) => {
          this.show(content as RunList);
        },
      },
      (state) => {
        this.notice.connection(
          state,
          'The server does not answer this page. It may need its token: open the address that permafrost serve printed.',
        );
      },
    );
    stream.open('/events');
  }

  private show({ folders, runs, more }: RunList): void {
    const working = runs.filter(({ state }) => state === 'running').length;
    const found = runs.length === 1 ? '1 run' : `${runs.length} runs`;
    const where = folders.join(', ');
    setText(
      this.summary,
      runs.length === 0
        ? `There is no run below ${where} yet. It appears here as soon as one begins.`
        : `${found} below ${where}, ${working} at work.${more ? ' There are more, which are not shown.' : ''}`,
    );
    const sorted = runs.toSorted(
      (a, b) =>
        ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.folder.localeCompare(b.folder, 'en', { numeric: true }),
    );
    const focused = document.activeElement?.getAttribute('href');
    fill(this.items, sorted.map(item));
    for (const link of this.items.querySelectorAll('a')) if (link.getAttribute('href') === focused) link.focus();
  }
}

function item(head: RunHead): HTMLElement {
  const done = percent(head.permutations_done, head.permutations_total);
  const lines = reasons(head);
  return el(
    'li',
    {},
    el('div', { class: 'run-name' }, el('a', { href: `/run/${head.key}` }, head.name), ' ', badge(head)),
    el('div', { class: 'note path' }, head.folder),
    ...(head.error === null
      ? [
          el(
            'div',
            { class: 'run-bar' },
            bar(head.permutations_done, head.permutations_total, `${head.name}: permutations`),
            el('span', {}, done),
          ),
          el('div', { class: 'note' }, [...counts(head), ...pace(head)].join(' · ')),
        ]
      : []),
    ...(lines.length === 0 ? [] : [el('div', { class: 'reason' }, lines.join(' '))]),
    ...(head.has_report
      ? [el('div', {}, el('a', { href: reportAddress(head), 'aria-label': `Report of ${head.name}` }, 'Report'))]
      : []),
  );
}
