/**
 * Benjamini and Hochberg's adjusted p-values, in the order given: reject where adjusted <= q and the expected share of
 * false rejections is at most q, for independent or positively dependent tests. For screening.
 * Source: Benjamini, Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const m = pValues.length;
  const adjusted = new Array<number>(m);
  let smallest = 1;
  const descending = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  descending.forEach(({ p, index }, i) => {
    smallest = Math.min(smallest, (m / (m - i)) * p);
    adjusted[index] = smallest;
  });
  return adjusted;
}
