import { describe, expect, it } from 'vitest';

import { Problems } from '../../src/study/problem.ts';
import { checkPairs, streamNotes } from '../../src/study/sharing.ts';
import { coin } from './models.ts';

describe('antithetic pairs are refused', () => {
  const of = (
    model: object,
    streams: Parameters<typeof checkPairs>[0] = { shared: false, antithetic: true },
  ): string[] => {
    const problems = new Problems();
    checkPairs(streams, { ...coin, ...model }, 'alea', problems);
    return problems.list.map(({ message }) => message);
  };

  it('of a model with a baseline, whose place among means of pairs would pass for a p-value', () => {
    expect(of({ baseline: () => ({ heads: 50 }) })).toEqual([
      'streams.antithetic: model coin has a baseline, and its place among means of pairs is neither a rank nor a p-value; without antithetic the study is computed as it is',
    ]);
  });

  it('of a model whose draws cannot be mirrored', () => {
    expect(of({ draws_by_itself: true })).toEqual([expect.stringContaining('model coin draws numbers of its own')]);
    expect(of({ kernels: ['alea'] })).toEqual([
      expect.stringContaining('model coin draws generator alea in kernels of its own'),
    ]);
    expect(of({ kernels: ['sfc32'] })).toEqual([]);
  });

  it('nowhere else, and of nobody who does not ask for them', () => {
    expect(of({})).toEqual([]);
    expect(of({ baseline: () => ({}), draws_by_itself: true }, 'shared')).toEqual([]);
  });
});

it('a study with pairs says so before anything else', () => {
  expect(streamNotes({ sharing: 'independent' })).toEqual([]);
  expect(streamNotes({ sharing: 'shared', group: 'g', antithetic: true })).toEqual([
    { code: 'ANTITHETIC', message: expect.stringContaining('means of pairs, not of single permutations') as string },
  ]);
});
