import type { Rng } from '../../random/generator.ts';
import type { Digits } from './dataset.ts';
import { partition } from './partition.ts';
import { poisonedClients, poisonLabels } from './poison.ts';
import type { Settings } from './settings.ts';
import { shuffled } from './shuffle.ts';

/**
 * One substream for each thing drawn, so that changing one of them (more poison, another network) leaves the others as they are:
 * with shared streams, cells that differ in poison_ratio have the same digits, clients and first weights.
 */
export const STREAM = { split: 1, partition: 2, poison: 3, weights: 4, selection: 5, batches: 6 } as const;

/** Who has which digits: drawn once per permutation. All samples are indices of images. */
export interface Federation {
  readonly clients: readonly Int32Array[];
  /** Labels to train on, of all images: those of poisoned clients are wrong. */
  readonly labels: Uint8Array;
  readonly poisoned: readonly number[];
  /** Held by the server, never poisoned. */
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export function drawFederation(settings: Settings, digits: Digits, rng: Rng): Federation {
  const { num_test, num_val, num_train, num_clients, alpha, poison_ratio, poison_type } = settings;
  const order = shuffled(digits.count, rng.substream(STREAM.split));
  const training = order.subarray(num_test + num_val, num_test + num_val + num_train);
  const clients = partition(
    training,
    digits.labels,
    digits.classes,
    num_clients,
    alpha,
    rng.substream(STREAM.partition),
  );

  const labels = Uint8Array.from(digits.labels);
  const poison = rng.substream(STREAM.poison);
  const poisoned = [...poisonedClients(num_clients, poison_ratio, poison)];
  for (const client of poisoned) poisonLabels(labels, clients[client]!, poison_type, digits.classes, poison);
  return {
    clients,
    labels,
    poisoned,
    test: order.subarray(0, num_test),
    validation: order.subarray(num_test, num_test + num_val),
  };
}
