import type { Course } from '../../model/model.ts';
import { quantileOf } from '../../statistics/quantile.ts';
import type { FannedCourse } from '../marks/report-data.ts';

/** Places of a picture: more are not seen. */
const MOST_PLACES = 240;
const BANDS = { p05: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;

/**
 * Quantiles over courses at each place, of those that have a value there: a course that has ended takes no part in what follows. Of many places some, evenly,
 * both ends among them.
 */
export function fanCourses(courses: readonly Course[], unperturbed: Course | undefined): FannedCourse[] {
  const [first] = courses;
  if (first === undefined) return [];
  const places = thinned([...new Set(courses.flatMap(({ at }) => Array.from(at)))].sort((a, b) => a - b));
  return Object.keys(first.values).map((name) => {
    const rows = courses.map((course) => valuesAt(course, name, places));
    const sorted = places.map((_, i) =>
      Float64Array.from(rows.map((row) => row[i]!).filter((value) => !Number.isNaN(value))).sort(),
    );
    const band = (q: number): number[] => sorted.map((values) => quantileOf((rank) => values[rank]!, values.length, q));
    return {
      name,
      at: places,
      bands: {
        p05: band(BANDS.p05),
        p25: band(BANDS.p25),
        p50: band(BANDS.p50),
        p75: band(BANDS.p75),
        p95: band(BANDS.p95),
      },
      unperturbed: unperturbed && valuesAt(unperturbed, name, places),
    };
  });
}

function thinned(places: readonly number[]): number[] {
  if (places.length <= MOST_PLACES) return [...places];
  const step = (places.length - 1) / (MOST_PLACES - 1);
  return Array.from({ length: MOST_PLACES }, (_, i) => places[Math.round(i * step)]!);
}

/** NaN where the course was not looked at. */
function valuesAt({ at, values }: Course, name: string, places: readonly number[]): number[] {
  const column = values[name];
  const known = new Map(Array.from(at, (place, i) => [place, column?.[i] ?? NaN]));
  return places.map((place) => known.get(place) ?? NaN);
}
