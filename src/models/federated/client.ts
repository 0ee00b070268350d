import type { Rng } from '../../random/generator.ts';
import type { Network } from './network.ts';
import { descend } from './optimiser/sgd.ts';
import { shuffle } from './shuffle.ts';

export interface LocalTraining {
  readonly local_epochs: number;
  readonly batch_size: number;
  /** Learning rate. */
  readonly lr: number;
}

/** What a client trains on: its samples are indices of images; labels may be poisoned. */
export interface TrainingData {
  readonly pixels: Float32Array;
  readonly image_pixels: number;
  readonly labels: Uint8Array;
  readonly samples: Int32Array;
}

/** Trains `parameters` in place: local_epochs times over the client's samples, in a new order each time. `gradient` comes and goes as 0. */
export function trainClient(
  network: Network,
  parameters: Float64Array,
  data: TrainingData,
  { local_epochs, batch_size, lr }: LocalTraining,
  rng: Rng,
  gradient: Float64Array,
): void {
  const { pixels, image_pixels, labels } = data;
  const order = data.samples.slice();
  for (let epoch = 0; epoch < local_epochs; epoch++) {
    shuffle(order, rng);
    for (let from = 0; from < order.length; from += batch_size) {
      const to = Math.min(from + batch_size, order.length);
      for (let i = from; i < to; i++) {
        const sample = order[i]!;
        network.addGradient(parameters, pixels, sample * image_pixels, labels[sample]!, gradient);
      }
      descend(parameters, gradient, lr / (to - from));
    }
  }
}
