import { scaleLinear, scaleLog } from 'd3-scale';

import { escapeHtml } from '../marks/escape.ts';
import { formatNumber } from '../../wording/format-number.ts';

/** A scale as charts need it: value -> coordinate [px]. */
export interface Scale {
  (value: number): number;
}

export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Coordinates as written in SVG: a hundredth of a pixel is more than enough, and the same on every machine. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A number as short as a tick wants it: 0.25, 1,000, 2e6. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5 || (size !== 0 && size < 1e-4))
    return value
      .toExponential(3)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return formatNumber(value, 6)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** Spans more than this factor are drawn on a logarithmic axis, where all values are positive. */
const LOG_FROM = 50;

export function wantsLog(values: readonly number[]): boolean {
  const low = least(values);
  return low > 0 && greatest(values) / low >= LOG_FROM && new Set(values).size > 2;
}

/** Values in the same proportion to each other (1, 2, 4, 8) are meant to be equally spaced. */
export function isGeometric(values: readonly number[]): boolean {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const [first, second] = distinct;
  if (distinct.length < 4 || first! <= 0) return false;
  return distinct.every((value, i) => i === 0 || Math.abs((value / distinct[i - 1]!) * (first! / second!) - 1) < 1e-9);
}

/**
 * An axis over finite values. Where there are few distinct ones and `marked`, the ticks are the values themselves. Ticks whose texts would
 * overlap are left out: `room(text)` is the space that one needs [px].
 */
export function axisOver(
  values: readonly number[],
  range: readonly [number, number],
  options: { readonly log: boolean; readonly marked?: boolean; readonly room: (text: string) => number },
): Axis {
  const low = least(values);
  const high = greatest(values);
  const { log } = options;
  const padding = low === high ? Math.abs(low) * 0.1 || 1 : 0;
  const scale = log
    ? scaleLog()
        .domain(low === high ? [low / 2, high * 2] : [low, high])
        .range([...range])
    : scaleLinear()
        .domain([low - padding, high + padding])
        .range([...range]);
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const wanted =
    options.marked === true && distinct.length <= 10
      ? distinct
      : log
        ? logTicks(low, high, scale.ticks(20))
        : scale.ticks(5);
  const ticks = wanted.map((value) => ({ at: scale(value), text: tickText(value) }));
  return { scale: (value) => scale(value), ticks: apart(ticks, options.room) };
}

/** Over several decades the powers of ten, else 1, 2 and 5 of each; whatever there is where that is too little. */
function logTicks(low: number, high: number, proposed: readonly number[]): number[] {
  const digits = high / low >= 100 ? /^1e/ : /^[125]e/;
  const chosen = proposed.filter((value) => digits.test(value.toExponential()));
  return chosen.length >= 2 ? chosen : [...proposed];
}

function apart(ticks: readonly Tick[], room: (text: string) => number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks) {
    const last = kept.at(-1);
    if (last !== undefined && Math.abs(tick.at - last.at) < (room(tick.text) + room(last.text)) / 2) continue;
    kept.push(tick);
  }
  return kept;
}

/** About how wide a text is at this size: sans-serif digits and letters are a little over half as wide as high. */
export function textWidth(text: string, size = 11): number {
  return Array.from(text).length * size * 0.58;
}

/** Cut to what fits into `width` [px]. */
export function fitText(text: string, width: number, size = 11): string {
  const most = Math.max(2, Math.floor(width / (size * 0.58)));
  const points = Array.from(text);
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`;
}

export function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity);
}

export function greatest(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), -Infinity);
}

/** The whole picture. `description` is read out instead of it. */
export function svg(width: number, height: number, description: string, content: string): string {
  return `<svg viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-label="${escapeHtml(description)}">${content}</svg>`;
}

export function text(x: number, y: number, words: string, attributes = ''): string {
  return `<text x="${px(x)}" y="${px(y)}"${attributes === '' ? '' : ` ${attributes}`}>${escapeHtml(words)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line class="${kind}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`;
}
