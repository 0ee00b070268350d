export const AGGREGATORS = ['fedavg', 'median'] as const;
export type AggregatorName = (typeof AGGREGATORS)[number];

/** One client's parameters after its training, and the number of samples it trained on (1 or more). */
export interface Update {
  readonly parameters: Float64Array;
  readonly samples: number;
}

/** Writes the new global parameters from those of the clients, at least one of them. Summed in the order given. */
export type Aggregator = (updates: readonly Update[], into: Float64Array) => void;

/**
 * The mean weighted by samples. Source: McMahan et al. 2017, "Communication-efficient learning of deep networks from decentralized
 * data", arXiv:1602.05629, algorithm 1.
 */
export function fedavg(updates: readonly Update[], into: Float64Array): void {
  const total = updates.reduce((sum, { samples }) => sum + samples, 0);
  into.fill(0);
  for (const { parameters, samples } of updates) {
    const weight = samples / total;
    for (let i = 0; i < into.length; i++) into[i]! += weight * parameters[i]!;
  }
}

/**
 * The median of each parameter on its own, every client alike; with an even number of clients the mean of the middle two.
 * Source: Yin et al. 2018, "Byzantine-robust distributed learning: towards optimal statistical rates", arXiv:1803.01498, definition 1.
 */
export function median(updates: readonly Update[], into: Float64Array): void {
  const count = updates.length;
  const upper = count >> 1;
  const sorted = new Float64Array(count);
  for (let i = 0; i < into.length; i++) {
    for (let c = 0; c < count; c++) insert(sorted, c, updates[c]!.parameters[i]!);
    into[i] = count % 2 === 1 ? sorted[upper]! : (sorted[upper - 1]! + sorted[upper]!) / 2;
  }
}

/** Puts a value into sorted[0 .. count - 1], which is in ascending order. */
function insert(sorted: Float64Array, count: number, value: number): void {
  let at = count;
  while (at > 0 && sorted[at - 1]! > value) {
    sorted[at] = sorted[at - 1]!;
    at--;
  }
  sorted[at] = value;
}

export const aggregators: Readonly<Record<AggregatorName, Aggregator>> = { fedavg, median };
