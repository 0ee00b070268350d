import { exp, log } from '../../random/math.ts';

/** Turns scores into chances in place, p_j = exp(s_j) / sum of exp(s_k), from the largest score down so that nothing overflows. */
export function softmax(scores: Float64Array): void {
  const largest = largestOf(scores);
  let total = 0;
  for (let j = 0; j < scores.length; j++) {
    const value = exp(scores[j]! - largest);
    scores[j] = value;
    total += value;
  }
  for (let j = 0; j < scores.length; j++) scores[j] = scores[j]! / total;
}

/** Cross-entropy [nats] of the softmax of these scores with a label: log(sum of exp(s_k)) - s_label. */
export function crossEntropy(scores: Float64Array, label: number): number {
  const largest = largestOf(scores);
  let total = 0;
  for (let j = 0; j < scores.length; j++) total += exp(scores[j]! - largest);
  return log(total) + largest - scores[label]!;
}

/** The class with the largest score, the first of equals. */
export function bestClass(scores: Float64Array): number {
  let best = 0;
  for (let j = 1; j < scores.length; j++) if (scores[j]! > scores[best]!) best = j;
  return best;
}

function largestOf(scores: Float64Array): number {
  let largest = -Infinity;
  for (let j = 0; j < scores.length; j++) largest = Math.max(largest, scores[j]!);
  return largest;
}
