import { defineModel, EngineError } from 'permafrost';

interface Sample {
  readonly values: Float64Array;
  /** How many of them, the first ones, were treated. */
  readonly treated: number;
}

/**
 * Do treated and untreated differ? If treatment does nothing, who was treated is chance: each permutation deals the labels again. The
 * baseline is the difference that was observed, so that its place among the permutations is the p-value: (b + 1) / (n + 1).
 */
export default defineModel({
  name: 'permutation-test',
  version: '1',
  parameters: {},
  inputs: { sample: { description: 'group,value with group treated or untreated, a line each', required: true } },
  metrics: {
    difference: {
      unit: 'days',
      label: 'difference of the means',
      headline: true,
      description: 'treated less untreated',
    },
  },
  load: ({ sample }): Sample => {
    const [head, ...lines] = new TextDecoder().decode(sample.bytes).trim().split('\n');
    if (head !== 'group,value') throw new EngineError('DATA', `${sample.path}, line 1: ${head} is not group,value`);
    const groups: Record<string, number[]> = { treated: [], untreated: [] };
    lines.forEach((line, k) => {
      const [group = '', text = ''] = line.split(',');
      const value = text.trim() === '' ? NaN : Number(text);
      if (groups[group] === undefined || !Number.isFinite(value)) {
        throw new EngineError(
          'DATA',
          `${sample.path}, line ${k + 2}: ${line} is not treated or untreated and a number`,
        );
      }
      groups[group].push(value);
    });
    const { treated = [], untreated = [] } = groups;
    if (treated.length === 0 || untreated.length === 0) {
      throw new EngineError('DATA', `${sample.path}: both groups need a value at least`);
    }
    return { values: Float64Array.from([...treated, ...untreated]), treated: treated.length };
  },
  baseline: ({ inputs: { values, treated } }) => ({ difference: differenceOf(values, treated) }),
  simulate: ({ inputs: { values, treated } }, rng, row) => {
    // Dealt: as many as were treated, each of those that are left with the same chance.
    const dealt = values.slice();
    for (let k = 0; k < treated; k += 1) {
      const j = k + rng.index(dealt.length - k);
      [dealt[k], dealt[j]] = [dealt[j] ?? NaN, dealt[k] ?? NaN];
    }
    row.difference = differenceOf(dealt, treated);
  },
});

function differenceOf(values: Float64Array, treated: number): number {
  let [inside, outside] = [0, 0];
  values.forEach((value, i) => {
    if (i < treated) inside += value;
    else outside += value;
  });
  return inside / treated - outside / (values.length - treated);
}
