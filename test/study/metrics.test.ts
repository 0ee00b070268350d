import { describe, expect, it, test } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { checkModel } from '../../src/study/check-model.ts';
import { studyJsonSchema } from '../../src/study/json-schema.ts';
import { StudyError } from '../../src/study/problem.ts';
import { loadStudy, type Study } from '../../src/study/study.ts';
import { coin, registry } from './models.ts';

const dice: Model = {
  name: 'dice',
  version: '1',
  parameters: { n: { type: 'integer', min: 1, default: 1 } },
  metrics: { sum: {}, largest: {}, variance: { stored: false } },
  choices: { by_sum: () => 1 },
  simulate: () => undefined,
};
const models = registry(coin, dice);
const study = (raw: object): Promise<Study> =>
  loadStudy({ study: { model: 'dice', permutations: 1, ...raw }, folder: '/x' }, { models });

async function problems(raw: object): Promise<string[]> {
  const error: unknown = await study(raw).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StudyError)) throw new Error('nothing was refused');
  return error.problems.map(({ message }) => message);
}

describe('metrics: in a study', () => {
  it('by default are those of the model in its order, without those on request', async () => {
    expect((await study({})).metrics).toEqual(['sum', 'largest']);
  });

  it('are stored as asked, in that order, those on request too', async () => {
    expect((await study({ metrics: ['variance', 'sum'] })).metrics).toEqual(['variance', 'sum']);
  });

  test.each([
    [
      'an unknown one',
      { metrics: ['sum', 'larges'] },
      ['metrics[1]: unknown metric of model dice "larges"; allowed: sum, largest, variance; did you mean largest?'],
    ],
    ['one twice', { metrics: ['sum', 'sum'] }, ['metrics[1]: sum appears twice; keep one']],
    ['none', { metrics: [] }, ['metrics: found an empty list; allowed: at least one metric']],
    ['no list', { metrics: 'sum' }, ['metrics: found "sum"; allowed: a list of metrics']],
    ['no name', { metrics: [1] }, ['metrics[0]: found 1; allowed: the name of a metric']],
    [
      'a threshold of one that is not stored',
      { metrics: ['sum'], thresholds: { largest: 3 } },
      ['thresholds.largest: largest is not stored by this study; add it: metrics: [sum, largest]'],
    ],
    [
      'a threshold of one on request',
      { thresholds: { variance: 3 } },
      ['thresholds.variance: variance is not stored by this study; add it: metrics: [sum, largest, variance]'],
    ],
    [
      'a precision of one that is not stored',
      { metrics: ['sum'], precision: { metric: 'largest', half_width: 1 } },
      ['precision.metric: largest is not stored by this study; add it: metrics: [sum, largest]'],
    ],
    [
      'a step that takes the best by one that is not stored',
      {
        metrics: ['sum'],
        steps: { a: { grid: { n: [1, 2] } }, b: { parameters: { n: { from: 'a', best: 'largest' } } } },
      },
      ['steps.b.parameters.n.best: largest is not stored by this study; add it: metrics: [sum, largest]'],
    ],
    [
      'a rule of the model, which may look at all of its metrics',
      {
        metrics: ['sum'],
        steps: { a: { grid: { n: [1, 2] } }, b: { parameters: { n: { from: 'a', best: 'by_sum' } } } },
      },
      [
        'steps.b.parameters.n.best: the rule by_sum may use metrics that this study does not store (largest); add them to metrics, or decide by one that is stored',
      ],
    ],
  ])('refuse %s', async (_, raw, expected) => {
    expect(await problems(raw)).toEqual(expected);
  });

  it('a rule of the model is content with the metrics that are stored by default', async () => {
    const steps = { a: { grid: { n: [1, 2] } }, b: { parameters: { n: { from: 'a', best: 'by_sum' } } } };
    expect((await study({ steps })).derivations).toHaveLength(1);
  });

  it('an editor offers their names', () => {
    expect(JSON.stringify(studyJsonSchema([dice]))).toContain(
      '"metrics":{"items":{"enum":["sum","largest","variance"]}}',
    );
  });

  it('a model stores something of itself', () => {
    const silent = { ...dice, metrics: { sum: { stored: false } } };
    expect(() => checkModel(silent, 'm.ts')).toThrow('none is stored unless a study asks for it');
    expect(() => checkModel({ ...dice, metrics: { sum: { stored: 'no' } } }, 'm.ts')).toThrow('metrics.sum.stored');
  });
});
