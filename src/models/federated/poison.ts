import type { Rng } from '../../random/generator.ts';
import { shuffled } from './shuffle.ts';

export const POISON_TYPES = ['label_flip', 'random_label'] as const;
export type PoisonType = (typeof POISON_TYPES)[number];

/** Which clients are poisoned: poison_ratio x num_clients of them, rounded half up, drawn without replacement. */
export function poisonedClients(num_clients: number, poison_ratio: number, rng: Rng): Int32Array {
  const count = Math.floor(poison_ratio * num_clients + 0.5);
  return shuffled(num_clients, rng).subarray(0, count);
}

/**
 * Replaces every label of these samples, in place: `label_flip` by classes - 1 - label (9 - label for digits), `random_label` by one
 * of the other classes, each as likely. With an odd number of classes the flip leaves the middle one as it is.
 * Source of the flip: Fang et al. 2020, "Local model poisoning attacks to Byzantine-robust federated learning", arXiv:1911.11815.
 */
export function poisonLabels(
  labels: Uint8Array,
  samples: Int32Array,
  type: PoisonType,
  classes: number,
  rng: Rng,
): void {
  for (const sample of samples) {
    const label = labels[sample]!;
    if (type === 'label_flip') labels[sample] = classes - 1 - label;
    else labels[sample] = (label + 1 + rng.index(classes - 1)) % classes;
  }
}
