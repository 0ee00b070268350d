/**
 * Holm's adjusted p-values, in the order given: reject where adjusted <= alpha and the chance of any false rejection is
 * at most alpha, whatever the dependence. Source: Holm 1979, https://www.jstor.org/stable/4615733.
 */
export function holm(pValues: readonly number[]): number[] {
  const m = pValues.length;
  const adjusted = new Array<number>(m);
  let largest = 0;
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  ascending.forEach(({ p, index }, i) => {
    largest = Math.max(largest, Math.min(1, (m - i) * p));
    adjusted[index] = largest;
  });
  return adjusted;
}
