import { describe, expect, test } from 'vitest';
import { Mt19937 } from '../../../src/models/llm-scheduler/mt19937.ts';
import { predict, powerLaw } from '../../../src/models/llm-scheduler/predictions.ts';
import { ORACLE, workloadColumns } from './oracle.ts';

const none = (): number => {
  throw new Error('no noise is asked for');
};

describe.skipIf(ORACLE === undefined)('the parity generator (needs ../shared)', () => {
  test.each(['azure_conv', 'azure_code', 'azure_conv_1s'])(
    'repeats every recorded prediction of %s without a miss',
    (trace) => {
      const columns = workloadColumns(trace);
      const prompt = Int32Array.from(columns['prompt']!);
      const output = Int32Array.from(columns['output']!);
      for (const seed of [42, 1, 2]) {
        const predicted = new Int32Array(prompt.length);
        const generator = new Mt19937(seed);
        predict('power_law', { count: prompt.length, prompt, output }, predicted, () => generator.normal(), 0);
        expect([...predicted]).toEqual(columns[`pred_seed${seed}`]);
      }
    },
  );
});

test('MT19937 gives the published outputs for seed 5489', () => {
  const generator = new Mt19937(5489);
  expect([generator.uint32(), generator.uint32()]).toEqual([3499211612, 581869302]);
  for (let i = 2; i < 9999; i++) generator.uint32();
  // The C++ standard requires this of the 10,000th output ([rand.predef]).
  expect(generator.uint32()).toBe(4123659995);
});

test('the power law of 1024 tokens is 1.5 x 128, and of none is none', () => {
  expect(powerLaw(1024)).toBeCloseTo(192, 10);
  expect(powerLaw(0)).toBe(0);
});

test('predictions without noise are what they say, cut to 1 .. 4096 where the rule says so', () => {
  const prompt = Int32Array.of(0, 10, 4000);
  const output = Int32Array.of(0, 5, 5000);
  const predicted = new Int32Array(3);
  predict('actual_output', { count: 3, prompt, output }, predicted, none, 0);
  expect([...predicted]).toEqual([0, 5, 5000]);
  predict('actual_total', { count: 3, prompt, output }, predicted, none, 0);
  expect([...predicted]).toEqual([0, 15, 4096]);
  predict('noisy_output', { count: 3, prompt, output }, predicted, () => 0, 0.3);
  expect([...predicted]).toEqual([1, 5, 4096]);
});
