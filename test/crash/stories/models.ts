import { vi } from 'vitest';

import type { Model, Parameters, PrepareContext } from '../../../src/model/model.ts';
import { builtInModels } from '../../../src/models/registry.ts';

type State = PrepareContext;

function numberOf({ parameters }: State, name: keyof Parameters): number {
  return parameters[name] as number;
}

/** A walk of eight steps. */
const walk = {
  name: 'walk',
  version: '1',
  parameters: { width: { type: 'integer', min: 1, default: 1 } },
  metrics: { end: {}, peak: { missing: true } },
  simulate: (state: State, rng, row) => {
    let [at, peak] = [0, 0];
    for (let i = 0; i < 8; i += 1) {
      at += (rng() - 0.5) * numberOf(state, 'width');
      if (at > peak) peak = at;
    }
    row['end'] = at;
    row['peak'] = peak === 0 ? NaN : peak;
  },
} satisfies Model<unknown, State>;

/** One permutation in eight fails. */
const brittle = {
  name: 'brittle',
  version: '1',
  parameters: { width: { type: 'integer', min: 1, default: 1 } },
  metrics: { end: {} },
  simulate: (state: State, rng, row) => {
    const u = rng();
    if (u < 0.125) throw new RangeError(`broke at ${u}`);
    row['end'] = u * numberOf(state, 'width');
  },
} satisfies Model<unknown, State>;

/** Serving with GPUs: best with four of them. */
const serve = {
  name: 'serve',
  version: '1',
  parameters: {
    volume: { type: 'integer', min: 1, default: 10 },
    gpus: { type: 'integer', min: 1, default: 1 },
    bins: { type: 'integer', min: 1, default: 8 },
  },
  metrics: { capacity: {}, latency: {} },
  simulate: (state: State, rng, row) => {
    const gpus = numberOf(state, 'gpus');
    row['capacity'] = -((gpus - 4) * (gpus - 4)) + rng() / 10;
    row['latency'] = numberOf(state, 'volume') / gpus + rng() / numberOf(state, 'bins');
  },
} satisfies Model<unknown, State>;

const MODELS: Readonly<Record<string, Model>> = { walk, brittle, serve };

/** Makes the models of the stories built-in ones, until the returned function is called: nothing is bundled. */
export function useModels(): () => void {
  const load = builtInModels.load.bind(builtInModels);
  const spy = vi
    .spyOn(builtInModels, 'load')
    .mockImplementation((name) => (Object.hasOwn(MODELS, name) ? Promise.resolve(MODELS[name]!) : load(name)));
  return () => {
    spy.mockRestore();
  };
}
