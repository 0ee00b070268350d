import { area, line as lineShape } from 'd3-shape';

import type { FannedCourse } from '../marks/report-data.ts';
import { axisOver, fitText, line, svg, text, textWidth } from './frame.ts';

const WIDTH = 520;
const HEIGHT = 280;
const TOP = 12;
const LEFT = 76;
const RIGHT = 14;
const BOTTOM = 44;

/** What all fans side by side have in common: their y axis. */
export function fanRange(courses: readonly FannedCourse[]): number[] {
  return courses
    .flatMap(({ bands, unperturbed }) => [...bands.p05, ...bands.p95, ...(unperturbed ?? [])])
    .filter(Number.isFinite);
}

/** The median, the bands of 50 % and 90 % of the permutations, and the unperturbed case. */
export function fanPlot(
  { name, at, bands, unperturbed }: FannedCourse,
  along: string,
  range: readonly number[],
): string {
  if (range.length === 0) return '';
  const x = axisOver(at, [LEFT + 6, WIDTH - RIGHT - 6], { log: false, room: (words) => textWidth(words) + 14 });
  const y = axisOver(range, [HEIGHT - BOTTOM - 4, TOP + 4], { log: false, room: () => 22 });
  const places = at.map((_, i) => i);
  const known =
    (values: readonly number[]) =>
    (i: number): boolean =>
      Number.isFinite(values[i]!);
  const band = (low: readonly number[], high: readonly number[], opacity: string): string => {
    const path = area<number>(
      (i) => x.scale(at[i]!),
      (i) => y.scale(low[i]!),
      (i) => y.scale(high[i]!),
    )
      .defined(known(low))
      .digits(2)(places);
    return `<path d="${path!}" style="fill:var(--s0);opacity:${opacity}"/>`;
  };
  const curve = (values: readonly number[], style: string): string => {
    const path = lineShape<number>(
      (i) => x.scale(at[i]!),
      (i) => y.scale(values[i]!),
    )
      .defined(known(values))
      .digits(2)(places);
    return path === null ? '' : `<path class="line" d="${path}" style="${style}"/>`;
  };
  const bottom = HEIGHT - BOTTOM;
  const content = [
    ...y.ticks.map(
      ({ at: place, text: words }) =>
        line(LEFT, place, WIDTH - RIGHT, place, 'grid') + text(LEFT - 6, place + 4, words, 'text-anchor="end"'),
    ),
    ...x.ticks.map(
      ({ at: place, text: words }) =>
        line(place, bottom, place, bottom + 4, 'axis') + text(place, bottom + 17, words, 'text-anchor="middle"'),
    ),
    line(LEFT, bottom, WIDTH - RIGHT, bottom, 'axis'),
    band(bands.p05, bands.p95, '.18'),
    band(bands.p25, bands.p75, '.3'),
    curve(bands.p50, 'stroke:var(--s0)'),
    unperturbed === undefined ? '' : curve(unperturbed, 'stroke:var(--s1);stroke-dasharray:6 3'),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, along, 'class="label" text-anchor="middle"'),
    text(
      0,
      0,
      fitText(name, HEIGHT),
      `class="label" text-anchor="middle" transform="translate(13 ${(TOP + bottom) / 2}) rotate(-90)"`,
    ),
  ];
  return svg(WIDTH, HEIGHT, `${name} along ${along}: median and bands of permutations`, content.join(''));
}
