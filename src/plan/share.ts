import { EngineError } from '../errors.ts';
import type { PermutationRange } from '../study/permutation-range.ts';
import type { RunCell } from './run-cell.ts';

/** Which permutations of a cell a run computes where it does not compute all of them; the rest is another's. */
export type Share = (cell: RunCell) => readonly PermutationRange[];

/** Shard `index` of `of`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** A run that computes nothing: it only repairs, seals and summarises what is there. */
export const NOTHING: Share = () => [];

/** `2/8`. */
export function parseShard(text: string): Shard {
  const fields = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text);
  const [index, of] = [Number(fields?.[1]), Number(fields?.[2])];
  if (fields === null || index > of || of > 1_000_000) {
    throw new EngineError('USAGE', `--shard takes i/n with i from 1 to n, like 2/8; "${text}" is none.`, {
      path: '--shard',
      value: text,
      allowed: 'i/n, 1 <= i <= n',
    });
  }
  return { index, of };
}

/**
 * The blocks of `batch_rows` permutations that a shard computes: every n-th one of a cell. Where it begins follows from the cell's experiment, so that
 * studies of many short cells are shared out evenly too, and more cells or permutations move no block to another shard.
 */
export function shardShare({ index, of }: Shard, target: number): Share {
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
