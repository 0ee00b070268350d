import { EngineError } from '../errors.ts';
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

/** `2/8`; or `auto/8` and `auto`: the task of a job array that this process is (`arrayTask`). Throws USAGE. */
export function parseShard(text: string, env: NodeJS.ProcessEnv = process.env): Shard {
  const fields = /^([1-9]\d*|auto)(?:\/([1-9]\d*))?$/.exec(text);
  const [, index, of] = fields ?? [];
  if (index === undefined || (index !== 'auto' && of === undefined)) throw noShard(text);
  const shard =
    index === 'auto'
      ? arrayTask(env, of === undefined ? undefined : Number(of))
      : { index: Number(index), of: Number(of) };
  checkedShard(shard);
  return shard;
}

/**
 * The shard of a task of a job array. With `of`, the task's number is the shard's: SLURM's from 1 to `of`, Kubernetes' (an Indexed Job) from 0 on. Without, SLURM
 * says how many tasks there are: then they are the shards in their order, whatever they begin with and however far apart they are. Throws USAGE.
 */
function arrayTask(env: NodeJS.ProcessEnv, of: number | undefined): Shard {
  const whole = (name: string): number | undefined => (/^\d+$/.test(env[name] ?? '') ? Number(env[name]) : undefined);
  const id = whole('SLURM_ARRAY_TASK_ID');
  if (id === undefined) {
    const completion = whole('JOB_COMPLETION_INDEX');
    if (completion === undefined)
      throw noTask('there is neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX: this is no task of a job array');
    if (of === undefined) throw noTask('Kubernetes does not tell a task how many there are: say --shard auto/8');
    if (completion >= of)
      throw noTask(`JOB_COMPLETION_INDEX is ${completion}, and ${of} shards have the numbers 0 to ${of - 1}`);
    return { index: completion + 1, of };
  }
  if (of !== undefined) {
    if (id < 1 || id > of) throw noTask(`SLURM_ARRAY_TASK_ID is ${id}: for ${of} shards say --array=1-${of}`);
    return { index: id, of };
  }
  const count = whole('SLURM_ARRAY_TASK_COUNT') ?? NaN;
  const min = whole('SLURM_ARRAY_TASK_MIN') ?? 1;
  const step = whole('SLURM_ARRAY_TASK_STEP') ?? 1;
  const max = whole('SLURM_ARRAY_TASK_MAX') ?? min + (count - 1) * step;
  const index = (id - min) / step + 1;
  if (max !== min + (count - 1) * step || !Number.isInteger(index))
    throw noTask(
      'the task numbers of this array are not evenly spaced, so a task cannot tell which shard is its own: give their number, as in --shard auto/16',
    );
  return { index, of: count };
}

function noTask(why: string): EngineError {
  return new EngineError('USAGE', `--shard auto: ${why}.`, { path: '--shard', value: 'auto', allowed: 'i/n' });
}

/** Throws USAGE: a program that gives another shape would otherwise compute nothing and report success. */
export function checkedShard({ index, of }: Shard): void {
  const whole = Number.isInteger(index) && Number.isInteger(of);
  if (!whole || index < 1 || index > of || of > 1_000_000) throw noShard(`${index}/${of}`);
}

function noShard(got: string): EngineError {
  return notExpected('--shard', 'i/n with i from 1 to n, such as 2/8, or auto/n in a job array', got);
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
