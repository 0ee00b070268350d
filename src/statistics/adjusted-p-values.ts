/** Indices of the p-values that are defined, the smallest first; equal ones as they came. */
function ascending(p: readonly number[]): number[] {
  return Array.from(p.keys())
    .filter((i) => !Number.isNaN(p[i]!))
    .sort((i, j) => p[i]! - p[j]! || i - j);
}

/**
 * Adjusted p-values that control the family-wise error, whatever depends on what: to be compared with 0.05 as they are. NaN is no test.
 * Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
 */
export function holm(p: readonly number[]): number[] {
  const order = ascending(p);
  const adjusted = new Array<number>(p.length).fill(NaN);
  let most = 0;
  for (const [k, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (order.length - k) * p[i]!));
    adjusted[i] = most;
  }
  return adjusted;
}

/**
 * Adjusted p-values that control the false discovery rate under independence or positive dependence: for screening. NaN is no test.
 * Source: Benjamini, Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const order = ascending(p);
  const adjusted = new Array<number>(p.length).fill(NaN);
  let least = 1;
  for (let k = order.length - 1; k >= 0; k--) {
    const i = order[k]!;
    least = Math.min(least, (order.length / (k + 1)) * p[i]!);
    adjusted[i] = least;
  }
  return adjusted;
}
