/**
 * Monte Carlo standard error of a mean: s / sqrt(n), `sd` with Bessel's correction. NaN where sd is.
 * Source: Morris, White, Crowther 2019, doi:10.1002/sim.8086. Unit: that of the values.
 */
export function mcseOfMean(sd: number, n: number): number {
  return sd / Math.sqrt(n);
}
