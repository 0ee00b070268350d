import { exp, log } from '../../../random/math.ts';

/** Masks are drawn at most so often. */
const MASKS = 51;

/**
 * Mean number of executed trades where each of n is missed with chance p_skip, and a mask that leaves fewer than `least` is drawn again,
 * up to 50 times. Exact but for rounding, by the binomial distribution.
 */
export function expectedExecuted(n: number, p_skip: number, least: number): number {
  const keep = 1 - p_skip;
  if (least === 0 || p_skip === 0 || keep === 0) return n * keep;
  let enough = 0;
  let enough_mean = 0;
  let short_mean = 0;
  // log C(n, k) keep^k p_skip^(n - k), from one k to the next.
  let log_chance = n * log(p_skip);
  for (let k = 0; k <= n; k++) {
    if (k > 0) log_chance += log(((n - k + 1) / k) * (keep / p_skip));
    const chance = log_chance < -745 ? 0 : exp(log_chance);
    if (k >= least) {
      enough += chance;
      enough_mean += k * chance;
    } else short_mean += k * chance;
  }
  // After r masks with too few: the chance to get there, (1 - enough)^r, and then one that will do; or the last as it is.
  let reached = 1;
  let mean = 0;
  for (let mask = 1; mask <= MASKS; mask++) {
    mean += reached * enough_mean;
    if (mask < MASKS) reached *= 1 - enough;
  }
  return mean + reached * short_mean;
}
