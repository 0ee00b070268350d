import { describe, expect, it } from 'vitest';
import { trainClient } from '../../../src/models/federated/client.ts';
import { evaluate } from '../../../src/models/federated/evaluate.ts';
import { drawFederation, STREAM } from '../../../src/models/federated/federation.ts';
import { buildNetwork } from '../../../src/models/federated/architecture.ts';
import { runRounds, type RoundObserver } from '../../../src/models/federated/rounds.ts';
import type { Parameters } from '../../../src/model/model.ts';
import { digits, permutation, settings } from './small.ts';

const SMALL = { num_train: 300, num_val: 100, num_test: 100, model_type: 'lr', local_epochs: 1 };

function outcome(given: Parameters, observe?: RoundObserver) {
  const typed = settings({ ...SMALL, ...given });
  const network = buildNetwork(typed, digits());
  const rng = permutation(6);
  return runRounds(typed, network, digits(), drawFederation(typed, digits(), rng), rng, observe);
}

describe('the rounds', () => {
  it('with one client are plain training', () => {
    const typed = settings({ ...SMALL, num_clients: 1, global_rounds: 1, local_epochs: 3 });
    const network = buildNetwork(typed, digits());
    const federation = drawFederation(typed, digits(), permutation(6));
    const parameters = network.initialise(permutation(6).substream(STREAM.weights));
    const data = { ...digits(), image_pixels: 196, labels: federation.labels, samples: federation.clients[0]! };
    const gradient = new Float64Array(network.num_parameters);
    trainClient(network, parameters, data, typed, permutation(6).substream(STREAM.batches), gradient);
    expect(outcome({ num_clients: 1, global_rounds: 1, local_epochs: 3 }).parameters).toEqual(parameters);
  });

  it('return the best round by the monitored value, not the last', () => {
    for (const monitor of ['val_loss', 'val_acc'] as const) {
      const seen: number[] = [];
      // A learning rate that overshoots: rounds get worse as well as better.
      const { best_epoch, validation, parameters, rounds_run } = outcome(
        { monitor, lr: 5, global_rounds: 12, alpha: 0.1 },
        (_round, _clients, { acc, loss }) => seen.push(monitor === 'val_acc' ? -acc : loss),
      );
      expect(rounds_run).toBe(12);
      expect(best_epoch).toBe(1 + seen.indexOf(Math.min(...seen)));
      expect(best_epoch).toBeLessThan(12);
      const typed = settings(SMALL);
      const { validation: samples } = drawFederation(typed, digits(), permutation(6));
      expect(evaluate(buildNetwork(typed, digits()), parameters, digits(), samples)).toEqual(validation);
    }
  });

  it('stop after `patience` rounds without a better value, at the same best round', () => {
    const given = { lr: 5, global_rounds: 60, alpha: 0.1, monitor: 'val_acc' };
    const stopped = outcome({ ...given, early_stopping: true, patience: 3 });
    expect(stopped.rounds_run).toBe(stopped.best_epoch + 3);
    expect(stopped.rounds_run).toBeLessThan(60);
    const longer = outcome({ ...given, global_rounds: stopped.rounds_run });
    expect(longer.best_epoch).toBe(stopped.best_epoch);
    expect(longer.parameters).toEqual(stopped.parameters);
  });

  it('train the share of clients asked for, at least one, others in other rounds', () => {
    for (const [fraction_fit, expected] of [
      [1, 8],
      [0.5, 4],
      [0.01, 1],
    ] as const) {
      const seen: number[] = [];
      outcome({ num_clients: 8, alpha: 1000, fraction_fit, global_rounds: 3 }, (_, clients) => seen.push(clients));
      expect(seen).toEqual([expected, expected, expected]);
    }
  });

  it('leave out clients without digits', () => {
    const seen: number[] = [];
    const few = outcome({ num_train: 5, num_clients: 50, global_rounds: 2 }, (_, clients) => seen.push(clients));
    expect(Math.max(...seen)).toBeLessThanOrEqual(5);
    expect(Number.isFinite(few.validation.loss)).toBe(true);
  });

  it('say so when training diverges', () => {
    expect(() =>
      outcome({ model_type: 'mlp', depth: 8, width_factor: 16, lr: 1000, batch_size: 100, num_clients: 1 }),
    ).toThrow(/training diverged: the validation loss of round \d+ is not a number; take a smaller lr/);
  });
});
