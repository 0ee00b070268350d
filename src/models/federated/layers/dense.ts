import type { Rng } from '../../../random/generator.ts';
import { initialiseWeights, type Layer } from './layer.ts';

/** y = b + sum of x_i W_i, with a ReLU in hidden layers. Weights are stored input by input, then the biases. */
export class Dense implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly num_parameters: number;
  private readonly relu: boolean;
  /** Where the weights and the biases start in the network's parameters. */
  private readonly weights_at: number;
  private readonly biases_at: number;

  constructor(inputs: number, outputs: number, at: number, relu: boolean) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.num_parameters = (inputs + 1) * outputs;
    this.relu = relu;
    this.weights_at = at;
    this.biases_at = at + inputs * outputs;
  }

  initialise(parameters: Float64Array, rng: Rng): void {
    initialiseWeights(parameters.subarray(this.weights_at, this.biases_at), this.inputs, rng);
    parameters.fill(0, this.biases_at, this.biases_at + this.outputs);
  }

  forward(parameters: Float64Array, x: Float64Array, y: Float64Array): void {
    const { inputs, outputs, weights_at, biases_at, relu } = this;
    for (let j = 0; j < outputs; j++) y[j] = parameters[biases_at + j]!;
    for (let i = 0; i < inputs; i++) {
      const value = x[i]!;
      // Three pixels of four are blank: leaving them out adds nothing but speed.
      if (value === 0) continue;
      const row = weights_at + i * outputs;
      for (let j = 0; j < outputs; j++) y[j]! += value * parameters[row + j]!;
    }
    if (!relu) return;
    // NaN stays NaN, so that training that has diverged shows.
    for (let j = 0; j < outputs; j++) if (y[j]! <= 0) y[j] = 0;
  }

  backward(
    parameters: Float64Array,
    x: Float64Array,
    dy: Float64Array,
    gradient: Float64Array,
    dx: Float64Array | undefined,
  ): void {
    const { inputs, outputs, weights_at, biases_at } = this;
    for (let j = 0; j < outputs; j++) gradient[biases_at + j]! += dy[j]!;
    for (let i = 0; i < inputs; i++) {
      const value = x[i]!;
      if (value === 0) {
        if (dx !== undefined) dx[i] = 0;
        continue;
      }
      const row = weights_at + i * outputs;
      for (let j = 0; j < outputs; j++) gradient[row + j]! += value * dy[j]!;
      if (dx !== undefined) dx[i] = dot(parameters, row, dy, outputs);
    }
  }
}

function dot(parameters: Float64Array, from: number, dy: Float64Array, count: number): number {
  let sum = 0;
  for (let j = 0; j < count; j++) sum += parameters[from + j]! * dy[j]!;
  return sum;
}
