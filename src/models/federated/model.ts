import { defineModel } from '../../model/model.ts';
import { buildNetwork, deepestPools } from './architecture.ts';
import { parseDigits } from './dataset.ts';
import { evaluate } from './evaluate.ts';
import { drawFederation } from './federation.ts';
import { METRICS, PARAMETERS } from './parameters.ts';
import { runRounds } from './rounds.ts';
import { settingsOf } from './settings.ts';

/** Federated learning with poisoned clients: one permutation draws digits, clients, poison and weights, and trains once. */
export default defineModel({
  name: 'federated',
  version: '1',
  description: 'federated averaging over clients, some of them with wrong labels',
  parameters: PARAMETERS,
  inputs: {
    digits: {
      description: 'labelled images: a line of JSON, labels, pixels of 4 or 8 bits (examples/federated)',
      required: true,
    },
  },
  metrics: METRICS,
  lead: ['test_acc', 'test_loss'],
  load: (files) => ({ digits: parseDigits(files.digits) }),
  checkInputs: (parameters, { digits }) => {
    const { path, dataset, count } = digits;
    const wanted = parameters.dataset;
    const { num_train, num_val, num_test, model_type, depth } = settingsOf(parameters);
    const deepest = model_type === 'cnn' ? deepestPools(digits) : Infinity;
    const sum = num_train + num_val + num_test;
    return [
      ...(wanted === dataset ? [] : [`dataset ${wanted}: ${path} holds ${dataset}; name that, or give another file`]),
      ...(sum <= count
        ? []
        : [`num_train + num_val + num_test = ${sum}: ${path} holds ${count} digits; ask for fewer`]),
      ...(depth <= deepest
        ? []
        : [`depth ${depth}: every pool halves the images of ${path}; a cnn can have ${deepest}`]),
    ];
  },
  prepare: ({ parameters, inputs: { digits } }) => {
    const settings = settingsOf(parameters);
    const network = buildNetwork(settings, digits);
    return { settings, digits, network };
  },
  simulate: ({ settings, digits, network }, rng, row) => {
    const federation = drawFederation(settings, digits, rng);
    const { best_epoch, validation, parameters } = runRounds(settings, network, digits, federation, rng);
    const test = evaluate(network, parameters, digits, federation.test);
    row.test_acc = test.acc;
    row.test_loss = test.loss;
    row.val_acc = validation.acc;
    row.val_loss = validation.loss;
    row.best_epoch = best_epoch;
    row.num_parameters = network.num_parameters;
  },
  trace: ({ settings, digits, network }, rng) => {
    const federation = drawFederation(settings, digits, rng);
    const lines = federation.clients.map((samples, client) => {
      const poison = federation.poisoned.includes(client) ? `, poisoned (${settings.poison_type})` : '';
      return `client ${client}: ${samples.length} digits${poison}`;
    });
    const outcome = runRounds(settings, network, digits, federation, rng, (round, clients, { acc, loss }) => {
      lines.push(`round ${round}: ${clients} clients, val_acc ${acc}, val_loss ${loss}`);
    });
    lines.push(`best round ${outcome.best_epoch} of ${outcome.rounds_run}`);
    return lines;
  },
  path: ({ settings, digits, network }, rng) => {
    const rounds: { readonly round: number; readonly acc: number; readonly loss: number }[] = [];
    runRounds(settings, network, digits, drawFederation(settings, digits, rng), rng, (round, _, { acc, loss }) => {
      rounds.push({ round, acc, loss });
    });
    return {
      along: 'round',
      at: rounds.map(({ round }) => round),
      values: {
        'validation accuracy': rounds.map(({ acc }) => acc),
        'validation loss': rounds.map(({ loss }) => loss),
      },
    };
  },
});
