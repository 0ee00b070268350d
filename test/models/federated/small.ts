import { readFileSync } from 'node:fs';
import { parseDigits, type Digits } from '../../../src/models/federated/dataset.ts';
import model from '../../../src/models/federated/model.ts';
import type { FederatedParameters } from '../../../src/models/federated/parameters.ts';
import { settingsOf, type Settings } from '../../../src/models/federated/settings.ts';
import type { InputFile, Model, Parameters } from '../../../src/model/model.ts';
import type { Rng } from '../../../src/random/generator.ts';
import { createStreams } from '../../../src/random/streams.ts';

/** As the engine has it: any parameters, any row. */
export const federated: Model<{ readonly digits: Digits }> = model;

/** The stream of one permutation, as the engine gives it. */
export function permutation(perm_index: number, base_seed = 1337): Rng {
  return createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed }, perm_index, 1).rng(0);
}

export const EXAMPLE = new URL('../../../examples/federated/', import.meta.url);
export const DIGITS_FILE: InputFile = {
  path: 'mnist-14x14.digits',
  bytes: readFileSync(new URL('mnist-14x14.digits', EXAMPLE)),
};

let parsed: Digits | undefined;
/** The digits of the example, read once. */
export function digits(): Digits {
  parsed ??= parseDigits(DIGITS_FILE);
  return parsed;
}

/** Parameters as the engine resolves them, all of them. */
export function resolved(given: Parameters): Parameters {
  const defaults = Object.entries(federated.parameters).map(([name, spec]) => [name, spec.default!]);
  return { ...(Object.fromEntries(defaults) as Parameters), ...given };
}

export function settings(given: Parameters): Settings {
  return settingsOf(resolved(given) as FederatedParameters);
}

/** A row of the model on the example's digits. */
export async function rowOf(given: Parameters, rng: Rng): Promise<Record<string, number>> {
  const context = { parameters: resolved(given), inputs: { digits: digits() }, shared: undefined, metrics: [] };
  const state = await federated.prepare!({ ...context, streams: 'independent' });
  const row: Record<string, number> = {};
  void federated.simulate!(state, rng, row);
  return row;
}
