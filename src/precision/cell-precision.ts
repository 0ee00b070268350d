import { toJson } from '../encoding/json-numbers.ts';
import { quantityOf, type ReachedPrecision } from '../statistics/stopping.ts';
import { canonicalJson } from '../study/canonical-json.ts';
import type { Precision } from '../study/schema.ts';
import { stoppingOf, type Check } from './checks.ts';

export type CellPrecision = ReachedPrecision | readonly ReachedPrecision[];

/** The `precision` of a summary: of one rule an object, of several a list, of none nothing. `check`: the one at which the cell stopped. */
export function precisionOf(check: Check | undefined): { readonly precision?: CellPrecision } {
  if (check === undefined) return {};
  const { n, checks: looks } = check;
  const reached = check.decisions.map(({ rule, stop, estimate, ci, half_width, allowed, reason }): ReachedPrecision => {
    const outcome = { estimate, ci, half_width, allowed, reached: stop, reason };
    return { metric: rule.metric, quantity: quantityOf(rule), rule, n, looks, ...outcome };
  });
  return { precision: reached.length === 1 ? reached[0]! : reached };
}

/** Whether a summary's `precision` is what this check found, by the same rules. */
export function isOfCheck(precision: CellPrecision | undefined, check: Check | undefined): boolean {
  return toJson(precision) === toJson(precisionOf(check).precision);
}

/** What a summary says of its cell's permutations. */
interface SummarisedCount {
  readonly n_perms_done: number;
  readonly n_perms_target: number;
  readonly precision?: CellPrecision;
}

/** Whether a cell has all permutations that the study wants of it: as many as it may get, or fewer and by these rules precise enough. */
export function hasEnough(
  { n_perms_done, n_perms_target, precision = [] }: SummarisedCount,
  permutations: number,
  rules: readonly Precision[],
): boolean {
  if (n_perms_done !== n_perms_target) return false;
  if (n_perms_target === permutations) return true;
  const reached = [precision].flat();
  const wanted = stoppingOf(rules, permutations)?.rules ?? [];
  return (
    wanted.length > 0 &&
    canonicalJson(reached.map(({ rule }) => rule)) === canonicalJson(wanted) &&
    reached.every((one) => one.reached)
  );
}
