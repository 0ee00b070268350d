import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';

import type { studySchema } from '../../src/study/schema.ts';
import type { StudyObject, StudyPrecision, StudySeed, StudyStep } from '../../src/study/study-object.ts';

type File = z.input<typeof studySchema>;
type One<T> = T extends readonly unknown[] ? never : NonNullable<T>;

describe('the type of a study', () => {
  it('has the keys of a study file, level by level', () => {
    expectTypeOf<keyof StudyObject>().toEqualTypeOf<keyof File>();
    expectTypeOf<keyof StudySeed>().toEqualTypeOf<keyof NonNullable<File['seed']>>();
    expectTypeOf<keyof StudyPrecision>().toEqualTypeOf<keyof One<File['precision']>>();
    expectTypeOf<keyof StudyStep>().toEqualTypeOf<keyof NonNullable<File['steps']>[string]>();
    expectTypeOf<keyof NonNullable<StudyObject['results']>>().toEqualTypeOf<keyof NonNullable<File['results']>>();
    expectTypeOf<StudyObject['format']>().toEqualTypeOf<File['format']>();
    expectTypeOf<StudyObject['cell_ids']>().toEqualTypeOf<File['cell_ids']>();
    expectTypeOf<StudyObject['permutations']>().toEqualTypeOf<File['permutations']>();
  });

  it('takes what a study file may say, and nothing else', () => {
    expectTypeOf({
      model: './my-model.ts',
      inputs: { trades: new URL('file:///trades.csv'), ohlc: 'ohlc.csv' },
      settings: { most: 8 },
      parameters: { bins: [[0, 1]], name: 'x', exact: true },
      grid: {
        p: 0.5,
        flips: { from: 1, to: 9, step: 2 },
        mode: ['none', { setting: 'most' }],
        size: { values: [1, 2], when: { mode: 'none' }, at_most: { setting: 'most' } },
      },
      cells: [{ id: 'a', p: 0.1 }, { parameters: { p: 0.2 } }],
      permutations: 10,
      streams: { shared: 'g' },
      precision: [{ metric: 'heads', quantile: 0.5, half_width: 1 }],
      thresholds: { heads: [1, 2] },
      steps: { one: { grid: { p: [0.1] } }, two: { parameters: { p: { from: 'one', best: 'heads', otherwise: 1 } } } },
    } as const).toExtend<StudyObject>();
    expectTypeOf({ permutations: 10 }).not.toExtend<StudyObject>();
    expectTypeOf({ model: 'coin', permutations: '10' }).not.toExtend<StudyObject>();
    expectTypeOf({ model: 'coin', permutations: 1, grid: { p: { from: 1, to: 2 } } }).not.toExtend<StudyObject>();
    expectTypeOf({ model: 'coin', permutations: 1, seed: { globl: 1 } } as const).not.toExtend<StudyObject>();
  });
});
