import type { MetricSpecs, ParametersOf, ParameterSpecs } from '../../model/model.ts';
import { AGGREGATORS } from './aggregate.ts';
import { MODEL_TYPES, UNITS_PER_WIDTH } from './architecture.ts';
import { POISON_TYPES } from './poison.ts';

export const PARAMETERS = {
  dataset: {
    type: 'string',
    default: 'mnist',
    description: 'the set that the input `digits` must hold: the name in its first line',
  },
  num_train: {
    type: 'integer',
    min: 1,
    max: 1000000,
    default: 7000,
    unit: 'digits',
    description: 'digits that the clients share; redrawn in every permutation, like the other two sets',
  },
  num_val: {
    type: 'integer',
    min: 1,
    max: 1000000,
    default: 1000,
    unit: 'digits',
    description: 'clean digits of the server that choose the best round',
  },
  num_test: {
    type: 'integer',
    min: 1,
    max: 1000000,
    default: 2000,
    unit: 'digits',
    description: 'clean digits that the best round is measured on',
  },
  model_type: {
    type: 'choice',
    values: MODEL_TYPES,
    default: 'mlp',
    description:
      'logistic regression, a perceptron with hidden layers of ReLUs, or convolutions of 3 x 3 and pools of 2 x 2',
  },
  width_factor: {
    type: 'integer',
    min: 1,
    max: 1024,
    default: 4,
    unit: `${UNITS_PER_WIDTH} units or channels`,
    description: `units per hidden layer, channels per convolution = ${UNITS_PER_WIDTH} x width_factor`,
    active_when: [{ model_type: ['mlp', 'cnn'] }],
  },
  depth: {
    type: 'integer',
    min: 1,
    max: 16,
    default: 1,
    unit: 'layers',
    description: 'hidden layers; of a cnn, convolutions with a pool behind each (14 x 14 pixels: 3 at most)',
    active_when: [{ model_type: ['mlp', 'cnn'] }],
  },
  num_clients: { type: 'integer', min: 1, max: 10000, default: 10, unit: 'clients' },
  fraction_fit: {
    type: 'number',
    above: 0,
    max: 1,
    default: 1,
    unit: '0..1',
    description: 'share of the clients that train in a round, at least one of them',
  },
  alpha: {
    type: 'number',
    min: 0.01,
    max: 1000000,
    default: 1,
    description: 'concentration of the Dirichlet shares of each class: small = clients differ, large = clients alike',
  },
  poison_ratio: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0,
    unit: '0..1',
    description: 'share of the clients all of whose training labels are wrong',
  },
  poison_type: {
    type: 'choice',
    values: POISON_TYPES,
    default: 'label_flip',
    description: 'how they are wrong: 9 - label (classes - 1 - label), or one of the other classes at random',
  },
  aggregator: {
    type: 'choice',
    values: AGGREGATORS,
    default: 'fedavg',
    description: 'mean of the clients weighted by their digits, or median of each parameter',
  },
  global_rounds: { type: 'integer', min: 1, max: 100000, default: 20, unit: 'rounds', description: 'most rounds' },
  local_epochs: {
    type: 'integer',
    min: 1,
    max: 1000,
    default: 2,
    unit: 'epochs',
    description: 'times a client goes over its digits in a round',
  },
  batch_size: { type: 'integer', min: 1, max: 1000000, default: 16, unit: 'digits' },
  lr: { type: 'number', above: 0, max: 1000, default: 0.3, description: 'learning rate of plain gradient descent' },
  monitor: {
    type: 'choice',
    values: ['val_loss', 'val_acc'],
    default: 'val_loss',
    description: 'what the best round is best in; its network gives the metrics',
  },
  early_stopping: { type: 'boolean', default: false, description: 'stop when rounds no longer improve' },
  patience: {
    type: 'integer',
    min: 1,
    max: 100000,
    default: 5,
    unit: 'rounds',
    description: 'rounds in a row without a better value before training stops',
    active_when: [{ early_stopping: true }],
  },
} as const satisfies ParameterSpecs;
export type FederatedParameters = ParametersOf<typeof PARAMETERS>;

export const METRICS = {
  test_acc: {
    unit: '0..1',
    description: 'share of the test digits that the best round classifies correctly',
    label: 'test accuracy',
    good: 'high',
  },
  test_loss: {
    unit: 'nats',
    description: 'mean cross-entropy of the best round on the test digits',
    label: 'test loss',
    good: 'low',
  },
  val_acc: {
    unit: '0..1',
    description: 'share of the validation digits that the best round classifies correctly',
    good: 'high',
  },
  val_loss: { unit: 'nats', description: 'mean cross-entropy of the best round on the validation digits', good: 'low' },
  best_epoch: { unit: 'rounds', description: 'the best round by `monitor`, from 1; the first of equals' },
  num_parameters: { unit: 'count', description: 'weights and biases of the network', constant: true },
} satisfies MetricSpecs;
