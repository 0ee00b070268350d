import type { Rng } from '../../random/generator.ts';
import { aggregators, type Update } from './aggregate.ts';
import { trainClient } from './client.ts';
import type { Digits } from './dataset.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { STREAM, type Federation } from './federation.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings.ts';
import { shuffled } from './shuffle.ts';

/** The best round by the monitored value, the first of equals: its parameters are the outcome. */
export interface Outcome {
  /** 1 .. rounds_run. */
  readonly best_epoch: number;
  readonly rounds_run: number;
  readonly validation: Evaluation;
  readonly parameters: Float64Array;
}

export type RoundObserver = (round: number, clients: number, validation: Evaluation) => void;

/**
 * Federated training: in every round a share of the clients trains the global network on its own digits, and the aggregate becomes
 * the new global network. Stops when `patience` rounds in a row brought nothing better on the validation digits. Throws an Error
 * where training diverges.
 */
export function runRounds(
  settings: Settings,
  network: Network,
  digits: Digits,
  federation: Federation,
  rng: Rng,
  observe?: RoundObserver,
): Outcome {
  const { global_rounds, patience, monitor, aggregator } = settings;
  const global = network.initialise(rng.substream(STREAM.weights));
  const selection = rng.substream(STREAM.selection);
  const batches = rng.substream(STREAM.batches);
  const trainer = new Trainer(settings, network, digits, federation);
  let best: Omit<Outcome, 'rounds_run'> | undefined;

  let round = 0;
  while (round < global_rounds && (best === undefined || round - best.best_epoch < patience)) {
    round++;
    const updates = trainer.train(global, selectClients(settings, selection), batches);
    if (updates.length > 0) aggregators[aggregator](updates, global);
    const validation = evaluate(network, global, digits, federation.validation);
    if (!Number.isFinite(validation.loss)) {
      throw new Error(`training diverged: the validation loss of round ${round} is not a number; take a smaller lr`);
    }
    observe?.(round, updates.length, validation);
    if (best === undefined || isBetter(validation, best.validation, monitor)) {
      best = { best_epoch: round, validation, parameters: global.slice() };
    }
  }
  return { ...best!, rounds_run: round };
}

function isBetter(a: Evaluation, b: Evaluation, monitor: Settings['monitor']): boolean {
  return monitor === 'val_loss' ? a.loss < b.loss : a.acc > b.acc;
}

/** fraction_fit x num_clients of the clients, rounded half up but at least one, without replacement, in ascending order. */
function selectClients({ num_clients, fraction_fit }: Settings, rng: Rng): Int32Array {
  const count = Math.max(1, Math.floor(fraction_fit * num_clients + 0.5));
  return shuffled(num_clients, rng).subarray(0, count).sort();
}

/** Holds one array of parameters per client that trains in a round, used again in the next. */
class Trainer {
  private readonly settings: Settings;
  private readonly network: Network;
  private readonly digits: Digits;
  private readonly federation: Federation;
  private readonly gradient: Float64Array;
  private readonly copies: Float64Array[] = [];

  constructor(settings: Settings, network: Network, digits: Digits, federation: Federation) {
    this.settings = settings;
    this.network = network;
    this.digits = digits;
    this.federation = federation;
    this.gradient = new Float64Array(network.num_parameters);
  }

  /** Trains these clients from the global parameters. Clients without digits have nothing to say and are left out. */
  train(global: Float64Array, selected: Int32Array, rng: Rng): Update[] {
    const { network, settings, digits, federation, gradient } = this;
    const updates: Update[] = [];
    for (const client of selected) {
      const samples = federation.clients[client]!;
      if (samples.length === 0) continue;
      const parameters = (this.copies[updates.length] ??= new Float64Array(global.length));
      parameters.set(global);
      const image_pixels = digits.height * digits.width;
      const data = { pixels: digits.pixels, image_pixels, labels: federation.labels, samples };
      trainClient(network, parameters, data, settings, rng, gradient);
      updates.push({ parameters, samples: samples.length });
    }
    return updates;
  }
}
