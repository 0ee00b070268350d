import type { Digits } from './dataset.ts';
import type { Network } from './network.ts';
import { bestClass, crossEntropy } from './softmax.ts';

export interface Evaluation {
  /** Share of images whose largest score is that of their label, 0 to 1. */
  readonly acc: number;
  /** Mean cross-entropy [nats]. */
  readonly loss: number;
}

/** Accuracy and loss on clean labels. */
export function evaluate(network: Network, parameters: Float64Array, digits: Digits, samples: Int32Array): Evaluation {
  const { pixels, labels, height, width } = digits;
  let right = 0;
  let loss = 0;
  for (const sample of samples) {
    const scores = network.scores(parameters, pixels, sample * height * width);
    if (bestClass(scores) === labels[sample]) right++;
    loss += crossEntropy(scores, labels[sample]!);
  }
  return { acc: right / samples.length, loss: loss / samples.length };
}
