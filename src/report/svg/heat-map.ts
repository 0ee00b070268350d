import { escapeHtml } from '../marks/escape.ts';
import { fitText, greatest, least, px, svg, text, tickText } from './frame.ts';
import { ERROR_RAMP, rampOver, VALUE_RAMP, type Colour } from './ramps.ts';

/** A value for every pair of levels. */
export interface HeatMapData {
  readonly title: string;
  readonly x: { readonly name: string; readonly levels: readonly string[] };
  readonly y: { readonly name: string; readonly levels: readonly string[] };
  /** By row of y, then column of x; undefined where there is no complete cell, NaN where the value is undefined. */
  readonly values: readonly (readonly (number | undefined)[])[];
  /** The full text of one, shown under the pointer. */
  readonly say: (row: number, column: number) => string;
}

const WIDTH = 460;
const LEFT = 92;
const TOP = 8;
const RIGHT = 8;
const ROW = 26;
/** More rows than this are drawn thinner. */
const MANY_ROWS = 14;

/** Narrower fields have no lines between them. */
const LINED = 8;

/** A heat map with a number in every field that has room for one. */
export function heatMap(data: HeatMapData, kind: 'value' | 'error'): string {
  const { x, y, values } = data;
  const width = (WIDTH - LEFT - RIGHT) / x.levels.length;
  const height = y.levels.length > MANY_ROWS ? Math.max(4, (MANY_ROWS * ROW) / y.levels.length) : ROW;
  const bottom = TOP + height * y.levels.length;
  const colour = colours(values.flat(), kind);
  const fields = values.flatMap((row, r) =>
    row.map((value, c) =>
      field(value, LEFT + c * width, bottom - (r + 1) * height, width, height, colour, data.say(r, c)),
    ),
  );
  const every = Math.ceil(14 / height);
  const names = [
    ...y.levels.map((level, r) =>
      r % every === 0
        ? text(LEFT - 6, bottom - (r + 0.5) * height + 4, fitText(level, LEFT - 26), 'text-anchor="end"')
        : '',
    ),
    ...xNames(x.levels, width, bottom),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 34, fitText(x.name, WIDTH - LEFT), 'class="label" text-anchor="middle"'),
    text(
      0,
      0,
      fitText(y.name, Math.max(60, bottom)),
      `class="label" text-anchor="middle" transform="translate(12 ${px((TOP + bottom) / 2)}) rotate(-90)"`,
    ),
  ];
  return svg(WIDTH, Math.max(bottom + 42, 90), data.title, [...fields, ...names].join(''));
}

function xNames(levels: readonly string[], width: number, bottom: number): string[] {
  const longest = greatest(levels.map((level) => Math.min(10, level.length)));
  const every = Math.max(1, Math.ceil((longest * 6.5 + 4) / width));
  return levels.map((level, c) =>
    c % every === 0
      ? text(LEFT + (c + 0.5) * width, bottom + 16, fitText(level, Math.max(64, width * every)), 'text-anchor="middle"')
      : '',
  );
}

function colours(values: readonly (number | undefined)[], kind: 'value' | 'error'): (value: number) => Colour {
  const finite = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (kind === 'value') return rampOver(VALUE_RAMP, least(finite), greatest(finite));
  // Without any error: the bright end.
  const high = greatest(finite);
  return high > 0 ? rampOver(ERROR_RAMP, 0, high) : rampOver(ERROR_RAMP.slice(0, 1), 0, 0);
}

function field(
  value: number | undefined,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: (value: number) => Colour,
  title: string,
): string {
  const finite = value !== undefined && Number.isFinite(value);
  const { fill, ink } = finite ? colour(value) : { fill: 'none', ink: 'var(--ink)' };
  const words = value === undefined ? '' : finite ? shortText(value) : wordFor(value);
  const fits = height >= 14 && words.length * 6.2 <= width;
  return (
    `<g><title>${escapeHtml(title)}</title><rect${width >= LINED ? ' class="field"' : ''} x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${fill}"/>` +
    `${fits && words !== '' ? text(x + width / 2, y + height / 2 + 4, words, `text-anchor="middle" style="fill:${ink}"`) : ''}</g>`
  );
}

function wordFor(value: number): string {
  return Number.isNaN(value) ? '?' : value > 0 ? '∞' : '-∞';
}

function shortText(value: number): string {
  return tickText(Number(value.toPrecision(3)));
}
