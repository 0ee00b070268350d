import { exp, pow } from '../../random/math.ts';

export const PREDICTIONS = ['power_law', 'actual_output', 'actual_total', 'noisy_output', 'column'] as const;
export type Prediction = (typeof PREDICTIONS)[number];

const LONGEST = 4096;
/** Prompts below this have their power in a table. */
const TABLE = 1 << 13;

/** A source of standard normals. */
export type Normals = () => number;

/**
 * 1.5 prompt^0.7 [tokens]: what the reference expects of a prompt. (On real traces its correlation with the output is
 * about 0: the metric `prediction_correlation` says so in every result.)
 */
export function powerLaw(prompt: number): number {
  return 1.5 * pow(prompt, 0.7);
}

const powers = new Float64Array(TABLE);

function power(prompt: number): number {
  if (prompt >= TABLE || prompt === 0) return powerLaw(prompt);
  let value = powers[prompt]!;
  if (value === 0) {
    value = powerLaw(prompt);
    powers[prompt] = value;
  }
  return value;
}

/**
 * Predicts the output lengths of `count` requests into `predicted`, one normal per request and in order where the rule
 * has noise. `sigma`: spread of `noisy_output`. Rule `column` is the caller's: the lengths come from the trace.
 */
export function predict(
  rule: Exclude<Prediction, 'column'>,
  lengths: { readonly count: number; readonly prompt: Int32Array; readonly output: Int32Array },
  predicted: Int32Array,
  normal: Normals,
  sigma: number,
): void {
  const { count, prompt, output } = lengths;
  switch (rule) {
    case 'power_law':
      for (let i = 0; i < count; i++) predicted[i] = clamp(power(prompt[i]!) * exp(0.1 * normal()));
      return;
    case 'noisy_output':
      for (let i = 0; i < count; i++) predicted[i] = clamp(output[i]! * exp(sigma * normal()));
      return;
    case 'actual_output':
      predicted.set(output.subarray(0, count));
      return;
    case 'actual_total':
      for (let i = 0; i < count; i++) predicted[i] = Math.min(LONGEST, prompt[i]! + output[i]!);
      return;
  }
}

function clamp(length: number): number {
  return Math.min(Math.max(Math.trunc(length), 1), LONGEST);
}
