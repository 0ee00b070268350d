/** What the benchmarks share: the built model, its defaults, and one permutation of a cell. Build first: npx tsc -b */
import model from '../../dist/models/llm-scheduler/model.js';
import { createStreams } from '../../dist/random/streams.js';

/** BurstGPT's published shape at 200 x, settings of the stress suite. */
export const STRESS = {
  arrival_process: 'gamma_burst',
  lengths: 'burstgpt',
  rps_scaling: 200,
  sample_for_bins: 5000,
  bin_cap: 'none',
  d_sla_request: 20,
  latency_epsilon: 0.001,
};

/** @type {import('../../dist/random/generator.js').StreamSource} */
export const SOURCE = { scheme: 'sha256-32', generator: 'alea', base_seed: 1337 };

/** Every default, then the changes. */
export function resolve(changes) {
  const defaults = Object.entries(model.parameters).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default]],
  );
  return { ...Object.fromEntries(defaults), ...changes };
}

/** Resolves with a function that computes one permutation of the cell and returns its row. */
export async function cell(changes, inputs = {}) {
  const parameters = resolve(changes);
  const state = await model.prepare({
    parameters,
    inputs,
    streams: 'independent',
    shared: undefined,
    metrics: Object.keys(model.metrics),
  });
  return (perm_index) => {
    const row = /** @type {Parameters<typeof model.simulate>[2]} */ ({});
    model.simulate(state, createStreams(SOURCE, perm_index, 1).rng(0), row);
    return row;
  };
}

/** CPU seconds of this process that `work` takes: the least of `repetitions`. */
export function cpuSeconds(work, repetitions = 3) {
  let least = Infinity;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const before = process.cpuUsage();
    work(repetition);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}
