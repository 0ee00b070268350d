import { batchCap, type Memory } from './memory.ts';
import type { Bin } from './settings.ts';

/** The upper end of the last bin of equal mass [tokens]. */
const TOP = 10_000;
/** Predictions below this are counted, and looked up, in a table. */
const TABLE = 1 << 14;

/**
 * Bins of equal mass: quantiles i/K of the predicted lengths by linear interpolation, cut to whole tokens.
 * Repeated quantiles give empty bins, which are kept. Equal mass is optimal for uniform service times
 * (Guldogan et al., arXiv 2412.04504, Lemma 4.1), a heuristic otherwise.
 * `sample` has at least one value unless k is 1.
 */
export function equalMassBins(sample: Int32Array, k: number): Bin[] {
  if (k === 1 || sample.length === 0) return Array.from({ length: k }, (_, i) => [i === 0 ? 0 : TOP, TOP] as const);
  const ordered = sorted(sample);
  const edges = Array.from({ length: k + 1 }, (_, i) => Math.trunc(quantile(ordered, i / k)));
  return Array.from({ length: k }, (_, i) => [edges[i]!, i === k - 1 ? TOP : edges[i + 1]!] as const);
}

function quantile(ordered: Int32Array, q: number): number {
  const position = q * (ordered.length - 1);
  const below = Math.min(Math.floor(position), ordered.length - 1);
  const low = ordered[below]!;
  const high = ordered[Math.min(below + 1, ordered.length - 1)]!;
  return low + (high - low) * (position - below);
}

/** An ascending copy. Lengths are small integers, so counting beats comparing. */
function sorted(sample: Int32Array): Int32Array {
  let top = 0;
  for (const value of sample) if (value > top) top = value;
  if (top >= TABLE) return sample.slice().sort();
  const counts = new Int32Array(top + 1);
  for (const value of sample) counts[value]!++;
  const ordered = new Int32Array(sample.length);
  let at = 0;
  for (let value = 0; value <= top; value++) {
    const end = at + counts[value]!;
    ordered.fill(value, at, end);
    at = end;
  }
  return ordered;
}

/** Which bin a predicted length belongs to: the first with low <= length < high. */
export class BinIndex {
  private readonly bins: readonly Bin[];
  private readonly table: Uint16Array;
  private readonly lowest: number;
  private readonly below: number;

  /** `below_first_bin`: the bin of lengths under every bin; other lengths in no bin go to the last. */
  constructor(bins: readonly Bin[], below_first_bin: 'first' | 'last') {
    this.bins = bins;
    this.lowest = Math.min(...bins.map(([low]) => low));
    this.below = below_first_bin === 'first' ? 0 : bins.length - 1;
    this.table = new Uint16Array(TABLE).fill(bins.length - 1);
    this.table.fill(this.below, 0, Math.min(Math.max(Math.ceil(this.lowest), 0), TABLE));
    // Backwards, so that of overlapping bins the first has the last word.
    for (let bin = bins.length - 1; bin >= 0; bin--) {
      const [low, high] = bins[bin]!;
      const from = Math.max(Math.ceil(low), 0);
      const to = Math.min(Math.ceil(high), TABLE);
      if (from < to) this.table.fill(bin, from, to);
    }
  }

  /** The bin of a whole number of tokens. */
  of(length: number): number {
    if (length >= 0 && length < TABLE) return this.table[length]!;
    const bin = this.bins.findIndex(([low, high]) => low <= length && length < high);
    if (bin >= 0) return bin;
    return length < this.lowest ? this.below : this.bins.length - 1;
  }
}

/** Caps by rule `midpoint4096`: two times the middle of the bin, whatever the real lengths. */
export function midpointCaps(bins: readonly Bin[], memory: Memory, batch_max: number): number[] {
  return bins.map(([low, high]) => {
    const middle = Math.floor((low + Math.min(high, 4096)) / 2);
    return batchCap(memory, 2 * middle, batch_max);
  });
}

/** Caps by rule `observed`: the mean of prompt + predicted over the sample's requests in the bin. */
export function observedCaps(
  bins: readonly Bin[],
  index: BinIndex,
  prompt: Int32Array,
  predicted: Int32Array,
  memory: Memory,
  batch_max: number,
): number[] {
  const tokens = new Float64Array(bins.length);
  const counts = new Float64Array(bins.length);
  for (let i = 0; i < predicted.length; i++) {
    const bin = index.of(predicted[i]!);
    tokens[bin]! += prompt[i]! + predicted[i]!;
    counts[bin]!++;
  }
  return bins.map((_, bin) => batchCap(memory, counts[bin] === 0 ? 0 : tokens[bin]! / counts[bin]!, batch_max));
}
