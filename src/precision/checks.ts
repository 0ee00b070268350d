import type { Rows } from '../encoding/metrics-schema.ts';
import { checkpoints, decide, MIN_PERMUTATIONS } from '../statistics/stopping.ts';
import type { ColumnBlocks, Decision, PrecisionRule } from '../statistics/stopping.ts';
import type { RowSource } from '../statistics/summarise.ts';
import type { Precision } from '../study/schema.ts';

/** When the cells of a study stop: as soon as every rule is content at one of the checks. Plain data, for the workers too. */
export interface Stopping {
  readonly rules: readonly PrecisionRule[];
  /** Counts of permutations at which a cell is looked at, ascending; the last is the most that a cell gets. */
  readonly checkpoints: readonly number[];
}

/** The outcome of the last check that the rows of a cell allow. A function of these rows alone. */
export interface Check {
  /** Permutations looked at: rows 0 .. n - 1, all of them there. */
  readonly n: number;
  /** How many checks there were until then. */
  readonly checks: number;
  /** What became of each rule. */
  readonly decisions: readonly (Decision & { readonly rule: PrecisionRule })[];
  /** Every rule is content. */
  readonly reached: boolean;
  /** The cell has n permutations: the rules are satisfied, or n is the limit. */
  readonly stop: boolean;
}

/** Undefined for a study without rules. Several rules are looked at together, from the largest `min` on. */
export function stoppingOf(precision: readonly Precision[], permutations: number): Stopping | undefined {
  if (precision.length === 0) return undefined;
  const rules = precision.map(ruleOf);
  const min = Math.max(...rules.map((rule) => rule.min ?? MIN_PERMUTATIONS));
  return { rules, checkpoints: checkpoints(permutations, min) };
}

function ruleOf({ metric, quantile, threshold, half_width, relative, min }: Precision): PrecisionRule {
  const rule = { metric, half_width, relative, min };
  if (quantile !== undefined) return { ...rule, quantile };
  return threshold === undefined ? { ...rule, mean: true } : { ...rule, threshold };
}

/** The check after `check`: how many permutations a cell needs next. */
export function nextCheck({ checkpoints: all }: Stopping, check: Check | undefined): number {
  return all[check?.checks ?? 0] ?? all.at(-1)!;
}

/** The checks after `check` that a cell whose rows 0 .. whole - 1 are there allows. */
export function dueChecks({ checkpoints: all }: Stopping, check: Check | undefined, whole: number): readonly number[] {
  return all.filter((n) => n > (check?.n ?? 0) && n <= whole);
}

/** Checks rows 0 .. n - 1 for one n after the other, to the first at which the cell stops. Undefined where no check is due. */
export function takeChecks(
  rows: RowSource,
  metrics: readonly string[],
  stopping: Stopping,
  due: readonly number[],
): Check | undefined {
  const columns = columnsOf(
    rows,
    stopping.rules.map(({ metric }) => metrics.indexOf(metric)),
    due.at(-1) ?? 0,
  );
  let check: Check | undefined;
  for (const n of due) {
    const decisions = stopping.rules.map((rule, r) => ({ rule, ...decide(rule, columns[r]!, n) }));
    const reached = decisions.every(({ stop }) => stop);
    check = {
      n,
      checks: stopping.checkpoints.indexOf(n) + 1,
      decisions,
      reached,
      stop: reached || n === stopping.checkpoints.at(-1),
    };
    if (check.stop) return check;
  }
  return check;
}

/** Columns of at most this many bytes are read once and held; larger ones are read again for every pass. */
const HELD_BYTES = 64 * 2 ** 20;

/** The metrics at these places for rows 0 .. n - 1. */
function columnsOf(rows: RowSource, places: readonly number[], n: number): ColumnBlocks[] {
  if (n * places.length * 8 > HELD_BYTES)
    return places.map((place) => ({ [Symbol.iterator]: () => blocksOf(rows, place) }));
  const columns = places.map(() => new Float64Array(n));
  let filled = 0;
  for (const { columns: block, perm_index } of rows()) {
    const take = Math.min(perm_index.length, n - filled);
    for (const [k, place] of places.entries()) columns[k]!.set(block[place]!.subarray(0, take), filled);
    filled += take;
    if (filled === n) break;
  }
  return columns.map((column) => [column.subarray(0, filled)]);
}

function* blocksOf(rows: () => Iterable<Rows>, place: number): Generator<Float64Array> {
  for (const { columns } of rows()) yield columns[place]!;
}
