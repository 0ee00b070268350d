import { el } from './dom.ts';
import { count, duration, percent, short } from './format.ts';
import type { RunHead } from './wire.ts';

/** The state in words, in a colour and with a sign that say the same. */
export function badge({ state, says }: Pick<RunHead, 'state' | 'says'>): HTMLElement {
  return el('span', { class: `badge ${state}` }, says);
}

/** Its report, which cannot know where it lies: the address tells it, for its commands. */
export function reportAddress({ key, folder }: Pick<RunHead, 'key' | 'folder'>): string {
  return `/report/${key}/index.html?run=${encodeURIComponent(folder)}`;
}

/** Why it is in this state, and what can be done. */
export function reasons({ why, what_to_do, holder, error, state, counting, counted }: RunHead): string[] {
  const who = holder === null || state === 'running' ? '' : ` (${holder})`;
  return [
    ...(error === null ? [] : [error]),
    ...(why === null ? [] : [`${sentence(why)}${who}.`]),
    ...(what_to_do === null ? [] : [`${sentence(what_to_do)}.`]),
    ...(counting
      ? ['What it left is being counted from the metrics files; until then the numbers are its last report.']
      : []),
    ...(counted ? ['Counted from the metrics files.'] : []),
  ];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How far it is, as a bar that is read out, too. */
export function bar(done: number, total: number, label: string): HTMLElement {
  const text = percent(done, total);
  const inner = el('span', { class: 'bar-done' });
  inner.style.width = total === 0 ? '100%' : `${Math.min(100, (100 * done) / total)}%`;
  const range = {
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': Math.floor(total === 0 ? 100 : (100 * done) / total),
  };
  return el(
    'span',
    { class: 'bar', role: 'progressbar', 'aria-label': label, 'aria-valuetext': text, ...range },
    inner,
  );
}

/** `12 of 40 cells`, `240,000 of at most 800,000 permutations`. */
export function counts(head: RunHead): string[] {
  const most = head.at_most ? 'at most ' : '';
  return [
    `${count(head.cells_complete)} of ${count(head.cells_total)} cells`,
    `${short(head.permutations_done)} of ${most}${short(head.permutations_total)} permutations`,
  ];
}

/** Its last heartbeat said how it ended. */
const ENDED: readonly string[] = ['complete', 'part_done', 'stopped', 'failed'];

/** A rate and a time left only where something comes of them. */
export function pace({ rate, eta_seconds, age_seconds, state }: RunHead): string[] {
  const what = ENDED.includes(state) ? 'ended' : 'heartbeat';
  const age = age_seconds === null ? [] : [`${what} ${duration(age_seconds)} ago`];
  if (state !== 'running' || rate === null) return age;
  return [
    `${short(rate)} per second`,
    ...(eta_seconds === null ? [] : [`about ${duration(eta_seconds)} left`]),
    ...age,
  ];
}
