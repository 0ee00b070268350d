import { equalMassBins, midpointCaps, observedCaps, type BinIndex } from './bins.ts';
import { fits } from './memory.ts';
import { REJECTED } from './queues.ts';
import { isDynamic, usesBins, type Bin, type Settings } from './settings.ts';
import type { Workload } from './workload.ts';

/** The ranges of predicted lengths, one per queue; none for the schedulers with one queue. */
export function binsOf(workload: Workload, settings: Settings): readonly Bin[] {
  if (!usesBins(settings.scheduler_type)) return [];
  if (settings.bin_boundaries !== undefined) return settings.bin_boundaries;
  return equalMassBins(sampleOf(workload, settings).predicted, settings.k_bins);
}

/** Most requests of a batch, per queue. `index` is undefined for one queue without bins. */
export function capsOf(
  workload: Workload,
  settings: Settings,
  bins: readonly Bin[],
  index: BinIndex | undefined,
): readonly number[] {
  const { batch_max, bin_cap } = settings;
  if (index === undefined) return [batch_max];
  if (settings.bin_boundaries !== undefined || bin_cap === 'none') return bins.map(() => batch_max);
  if (bin_cap === 'midpoint4096') return midpointCaps(bins, settings, batch_max);
  const { prompt, predicted } = sampleOf(workload, settings);
  return observedCaps(bins, index, prompt, predicted, settings, batch_max);
}

/** The rows that bins are taken from. */
function sampleOf(
  { sample, prompt, predicted }: Workload,
  { sample_for_bins }: Settings,
): NonNullable<Workload['sample']> {
  return sample ?? { prompt: prompt.subarray(0, sample_for_bins), predicted: predicted.subarray(0, sample_for_bins) };
}

/** Which queue each request joins, into `queueOf`; the dynamic schedulers may refuse what would never fit. */
export function assignQueues(
  workload: Workload,
  settings: Settings,
  index: BinIndex | undefined,
  queueOf: Uint16Array,
): void {
  const { count, prompt, output, predicted } = workload;
  const rejects = settings.oversize === 'reject' && isDynamic(settings.scheduler_type);
  for (let i = 0; i < count; i++) {
    const refused = rejects && !fits(settings, prompt[i]! + output[i]!);
    queueOf[i] = refused ? REJECTED : index === undefined ? 0 : index.of(predicted[i]!);
  }
}
