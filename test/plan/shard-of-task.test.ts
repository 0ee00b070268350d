import { describe, expect, test } from 'vitest';

import { parseShard } from '../../src/plan/share.ts';

function slurm(id: number, rest: Readonly<Record<string, number>> = {}): NodeJS.ProcessEnv {
  const all = Object.entries({ ID: id, ...rest }).map(([name, value]) => [`SLURM_ARRAY_TASK_${name}`, String(value)]);
  return Object.fromEntries(all) as NodeJS.ProcessEnv;
}

function shards(ids: readonly number[], rest: Readonly<Record<string, number>>): string[] {
  return ids.map((id) => {
    const { index, of } = parseShard('auto', slurm(id, rest));
    return `${index}/${of}`;
  });
}

describe('--shard of a task of a job array', () => {
  test('SLURM: tasks are the shards in their order, from whatever number on and in whatever steps', () => {
    expect(shards([1, 2, 3], { COUNT: 3, MIN: 1, MAX: 3, STEP: 1 })).toEqual(['1/3', '2/3', '3/3']);
    expect(shards([0, 1], { COUNT: 2, MIN: 0, MAX: 1, STEP: 1 })).toEqual(['1/2', '2/2']);
    expect(shards([4, 8, 12], { COUNT: 3, MIN: 4, MAX: 12, STEP: 4 })).toEqual(['1/3', '2/3', '3/3']);
  });

  test('SLURM: with a count the number is the shard, so that some tasks can be submitted again', () => {
    expect(parseShard('auto/16', slurm(7, { COUNT: 2, MIN: 7, MAX: 9 }))).toEqual({ index: 7, of: 16 });
    expect(() => parseShard('auto/16', slurm(0))).toThrow(/--array=1-16/);
    expect(() => parseShard('auto/16', slurm(17))).toThrow(/--array=1-16/);
  });

  test('SLURM: a list of tasks with gaps does not say which part is whose', () => {
    for (const [id, rest] of [
      [7, { COUNT: 3, MIN: 1, MAX: 9 }],
      [3, { COUNT: 2, MIN: 2, MAX: 4, STEP: 2 }],
      [1, {}],
    ] as const)
      expect(() => parseShard('auto', slurm(id, rest))).toThrow(/auto\/16/);
  });

  test('Kubernetes counts from 0, and the count is said', () => {
    expect(parseShard('auto/8', { JOB_COMPLETION_INDEX: '0' })).toEqual({ index: 1, of: 8 });
    expect(parseShard('auto/8', { JOB_COMPLETION_INDEX: '7' })).toEqual({ index: 8, of: 8 });
    expect(() => parseShard('auto/8', { JOB_COMPLETION_INDEX: '8' })).toThrow(/0 to 7/);
    expect(() => parseShard('auto', { JOB_COMPLETION_INDEX: '1' })).toThrow(/say --shard auto\/8/);
  });

  test('elsewhere there is none, and what is neither is refused as before', () => {
    expect(() => parseShard('auto', {})).toThrow(/no task of a job array/);
    for (const text of ['2', '0/2', '3/2', 'auto/0', 'auto/', 'x/2', ''])
      expect(() => parseShard(text, slurm(1))).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
  });
});
