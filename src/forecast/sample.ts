/** Multiples of it, modulo 1, fill the interval evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * At most `most` of `n` places, one from each of as many equal parts, in no particular order: the first few are spread over all of them, too. Not evenly
 * spaced: that could meet one level of an axis only.
 */
export function sampled(n: number, most: number): number[] {
  const parts = Math.min(n, most);
  const places = Array.from({ length: parts }, (_, i) => {
    const from = Math.floor((i * n) / parts);
    const size = Math.floor(((i + 1) * n) / parts) - from;
    return { place: from + ((i * 7919) % size), order: (i * GOLDEN) % 1 };
  });
  return places.sort((a, b) => a.order - b.order).map(({ place }) => place);
}
