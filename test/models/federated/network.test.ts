import { describe, expect, it } from 'vitest';
import { buildNetwork, type Architecture } from '../../../src/models/federated/architecture.ts';
import { descend } from '../../../src/models/federated/optimiser/sgd.ts';
import { bestClass, crossEntropy, softmax } from '../../../src/models/federated/softmax.ts';
import { digits, permutation } from './small.ts';

const DIGITS = { height: 14, width: 14, classes: 10 };
const LR: Architecture = { model_type: 'lr', width_factor: 1, depth: 1 };
const mlp = (width_factor: number, depth: number): Architecture => ({ model_type: 'mlp', width_factor, depth });
const cnn = (width_factor: number, depth: number): Architecture => ({ model_type: 'cnn', width_factor, depth });

describe('the gradient', () => {
  it.each([
    ['lr', LR],
    ['mlp of one hidden layer', mlp(2, 1)],
    ['mlp of three hidden layers', mlp(2, 3)],
    ['cnn of one convolution', cnn(1, 1)],
    ['cnn of two convolutions', cnn(1, 2)],
  ])('of %s equals central differences of the loss, parameter by parameter', (_, architecture) => {
    const height = 4;
    const width = 5;
    const height_width = height * width;
    const rng = permutation(1);
    const pixels = Float32Array.from({ length: 2 * height_width }, (_, i) => (i % 3 === 0 ? 0 : rng()));
    const network = buildNetwork(architecture, { height, width, classes: 5 });
    const parameters = network.initialise(rng);
    // Not the biases of 0 that training starts with: they must count, too.
    for (let i = 0; i < parameters.length; i++) parameters[i]! += 0.1 * (rng() - 0.5);
    const loss = (): number =>
      crossEntropy(network.scores(parameters, pixels, 0), 3) +
      crossEntropy(network.scores(parameters, pixels, height_width), 0);
    const gradient = new Float64Array(network.num_parameters);
    network.addGradient(parameters, pixels, 0, 3, gradient);
    network.addGradient(parameters, pixels, height_width, 0, gradient);

    const step = 1e-6;
    for (let i = 0; i < parameters.length; i++) {
      const value = parameters[i]!;
      parameters[i] = value + step;
      const above = loss();
      parameters[i] = value - step;
      const below = loss();
      parameters[i] = value;
      expect(Math.abs(gradient[i]! - (above - below) / (2 * step))).toBeLessThan(1e-7);
    }
    expect(gradient.some((value) => Math.abs(value) > 0.01)).toBe(true);
  });
});

describe('the number of parameters', () => {
  it('is (pixels + 1) x classes for logistic regression, whatever width and depth', () => {
    expect(buildNetwork(LR, DIGITS).num_parameters).toBe(197 * 10);
    expect(buildNetwork({ ...LR, width_factor: 64, depth: 5 }, DIGITS).num_parameters).toBe(197 * 10);
  });

  it.each([
    [1, 1],
    [4, 1],
    [16, 3],
    [64, 2],
  ])('with width %s and depth %s is that of 4 x width units a layer', (width, depth) => {
    const units = 4 * width;
    const expected = 197 * units + (depth - 1) * (units + 1) * units + (units + 1) * 10;
    expect(buildNetwork(mlp(width, depth), DIGITS).num_parameters).toBe(expected);
  });
});

describe('the number of parameters of a cnn', () => {
  it('is (9 x channels in + 1) x channels out per convolution, and the dense layer on what the pools leave', () => {
    expect(buildNetwork(cnn(2, 1), DIGITS).num_parameters).toBe(10 * 8 + (7 * 7 * 8 + 1) * 10);
    expect(buildNetwork(cnn(2, 3), DIGITS).num_parameters).toBe(10 * 8 + 2 * (9 * 8 + 1) * 8 + (8 + 1) * 10);
  });
});

describe('softmax and cross-entropy', () => {
  it('agree: the loss is -log of the chance of the label', () => {
    const scores = Float64Array.of(0.3, -2, 1.7);
    const chances = scores.slice();
    softmax(chances);
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 14);
    for (let label = 0; label < 3; label++) {
      expect(crossEntropy(scores, label)).toBeCloseTo(-Math.log(chances[label]!), 13);
    }
  });

  it('stand scores that exp would overflow on', () => {
    const scores = Float64Array.of(1000, 0, -1000);
    expect(crossEntropy(scores, 2)).toBe(2000);
    softmax(scores);
    expect([...scores]).toEqual([1, 0, 0]);
  });

  it('the first of equal scores is the best class', () => {
    expect(bestClass(Float64Array.of(1, 2, 2))).toBe(1);
  });
});

it('a step of gradient descent lowers the loss and leaves the gradient at 0', () => {
  const { pixels, labels } = digits();
  const network = buildNetwork(mlp(4, 2), DIGITS);
  const parameters = network.initialise(permutation(3));
  const gradient = new Float64Array(network.num_parameters);
  const before = crossEntropy(network.scores(parameters, pixels, 0), labels[0]!);
  network.addGradient(parameters, pixels, 0, labels[0]!, gradient);
  descend(parameters, gradient, 0.01);
  expect(crossEntropy(network.scores(parameters, pixels, 0), labels[0]!)).toBeLessThan(before);
  expect(gradient.every((value) => value === 0)).toBe(true);
});
