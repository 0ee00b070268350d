/**
 * Standard error of a sample standard deviation: s sqrt((k - 1) / (4 n)), `kurtosis` k = m4 / m2^2 (3 if normal).
 * From Var(s^2) ~ (k - 1) sigma^4 / n by the delta method; no normality assumed. Unit: that of the values.
 * 0 for values without spread.
 */
export function seOfSd(sd: number, kurtosis: number, n: number): number {
  if (sd === 0) return 0;
  return sd * Math.sqrt(Math.max(0, kurtosis - 1) / (4 * n));
}
