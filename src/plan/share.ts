import type { EngineError } from '../errors.ts';
import { intersectRanges, rangesOf, subtractRanges, type PermutationRange } from '../study/permutation-range.ts';
import { notExpected } from '../wording/expected.ts';
import type { RunCell } from './run-cell.ts';

/** Which permutations of a cell a run computes where it does not compute all of them; the rest is another's. */
export type Share = (cell: RunCell) => readonly PermutationRange[];

/** Shard `index` of `of`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** `2/8`. Throws USAGE. */
export function parseShard(text: string): Shard {
  const fields = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text);
  const [index, of] = [Number(fields?.[1]), Number(fields?.[2])];
  if (fields === null) throw noShard(text);
  checkedShard({ index, of });
  return { index, of };
}

/** Throws USAGE: a program that gives another shape would otherwise compute nothing and report success. */
export function checkedShard({ index, of }: Shard): void {
  const whole = Number.isInteger(index) && Number.isInteger(of);
  if (!whole || index < 1 || index > of || of > 1_000_000) throw noShard(`${index}/${of}`);
}

function noShard(got: string): EngineError {
  return notExpected('--shard', 'i/n with i from 1 to n, such as 2/8', got);
}

/** What a run computes of each cell; undefined: all of it. `compute: false`: it only repairs, seals and summarises what is there. */
export function shareOf(
  { shard, compute }: { readonly shard: Shard | undefined; readonly compute: boolean },
  target: number,
): Share | undefined {
  if (!compute) return () => [];
  return shard === undefined ? undefined : shardShare(shard, target);
}

/** Those of these permutations that are the run's own. */
export function ownOf(
  ranges: readonly PermutationRange[],
  share: readonly PermutationRange[] | undefined,
): readonly PermutationRange[] {
  return share === undefined ? ranges : intersectRanges(ranges, share);
}

/** What of a cell's missing permutations a run computes or copies: its own, without those that failed before (ascending) and are not tried again. */
export function wantedOf(
  missing: readonly PermutationRange[],
  share: readonly PermutationRange[] | undefined,
  failed: readonly number[],
): readonly PermutationRange[] {
  const own = ownOf(missing, share);
  return failed.length === 0 ? own : subtractRanges(own, rangesOf(failed));
}

/**
 * The blocks of `batch_rows` permutations that a shard computes: every n-th one of a cell. Where it begins follows from the cell's experiment, so that
 * studies of many short cells are shared out evenly too, and more cells or permutations move no block to another shard.
 */
function shardShare({ index, of }: Shard, target: number): Share {
  return ({ place: { schema } }) => {
    const first = (index - 1 + Number.parseInt(schema.experiment.slice(0, 12), 16)) % of;
    const ranges: { from: number; to: number }[] = [];
    for (let block = first; block * schema.batch_rows < target; block += of) {
      const from = block * schema.batch_rows;
      const to = Math.min(target, from + schema.batch_rows);
      const last = ranges.at(-1);
      if (last?.to === from) last.to = to;
      else ranges.push({ from, to });
    }
    return ranges;
  };
}
