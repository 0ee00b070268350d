import type { Rng } from '../../../random/generator.ts';
import { initialiseWeights, type Layer } from './layer.ts';

/** Images of a height, a width and a number of channels; value (row, column, channel) is at (row x width + column) x channels + channel. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const TAPS = 9;

/**
 * 3 x 3 convolution to as many rows and columns as it is given (beyond the edge is 0), then a ReLU. Weights stand input channel by
 * input channel, tap by tap, output channel by output channel; then the biases. Written from the inputs' side, value by value, so
 * that the many that are 0 cost nothing.
 */
export class Convolution implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly num_parameters: number;
  private readonly shape: ImageShape;
  /** Output channels. */
  private readonly channels: number;
  /** The place of the output by place and tap of the input; -1 beyond the edge. */
  private readonly reached: Int32Array;
  /** Where the weights and the biases start in the network's parameters. */
  private readonly weights_at: number;
  private readonly biases_at: number;

  constructor(shape: ImageShape, channels: number, at: number) {
    this.shape = shape;
    this.channels = channels;
    this.inputs = shape.height * shape.width * shape.channels;
    this.outputs = shape.height * shape.width * channels;
    this.num_parameters = (TAPS * shape.channels + 1) * channels;
    this.reached = placesReached(shape);
    this.weights_at = at;
    this.biases_at = at + TAPS * shape.channels * channels;
  }

  initialise(parameters: Float64Array, rng: Rng): void {
    initialiseWeights(parameters.subarray(this.weights_at, this.biases_at), TAPS * this.shape.channels, rng);
    parameters.fill(0, this.biases_at, this.biases_at + this.channels);
  }

  forward(parameters: Float64Array, x: Float64Array, y: Float64Array): void {
    const { inputs, outputs, channels, reached, weights_at, biases_at } = this;
    const from = this.shape.channels;
    for (let at = 0; at < outputs; at += channels) {
      for (let k = 0; k < channels; k++) y[at + k] = parameters[biases_at + k]!;
    }
    for (let i = 0; i < inputs; i++) {
      const value = x[i]!;
      if (value === 0) continue;
      const first = Math.floor(i / from) * TAPS;
      for (let tap = 0; tap < TAPS; tap++) {
        const place = reached[first + tap]!;
        if (place === -1) continue;
        const at = place * channels;
        const row = weights_at + ((i % from) * TAPS + tap) * channels;
        for (let k = 0; k < channels; k++) y[at + k]! += value * parameters[row + k]!;
      }
    }
    for (let j = 0; j < outputs; j++) if (y[j]! <= 0) y[j] = 0;
  }

  backward(
    parameters: Float64Array,
    x: Float64Array,
    dy: Float64Array,
    gradient: Float64Array,
    dx: Float64Array | undefined,
  ): void {
    const { inputs, outputs, channels, reached, weights_at, biases_at } = this;
    const from = this.shape.channels;
    for (let at = 0; at < outputs; at += channels) {
      for (let k = 0; k < channels; k++) gradient[biases_at + k]! += dy[at + k]!;
    }
    for (let i = 0; i < inputs; i++) {
      const value = x[i]!;
      const first = Math.floor(i / from) * TAPS;
      let sum = 0;
      for (let tap = 0; value !== 0 && tap < TAPS; tap++) {
        const place = reached[first + tap]!;
        if (place === -1) continue;
        const at = place * channels;
        const row = weights_at + ((i % from) * TAPS + tap) * channels;
        for (let k = 0; k < channels; k++) gradient[row + k]! += value * dy[at + k]!;
        if (dx === undefined) continue;
        for (let k = 0; k < channels; k++) sum += parameters[row + k]! * dy[at + k]!;
      }
      if (dx !== undefined) dx[i] = sum;
    }
  }
}

/** By place (row x width + column) and tap: the place of the output that the tap reaches from there; -1 beyond the edge. */
function placesReached({ height, width }: ImageShape): Int32Array {
  return Int32Array.from({ length: height * width * TAPS }, (_, i) => {
    const place = Math.floor(i / TAPS);
    const row = Math.floor(place / width) + 1 - Math.floor((i % TAPS) / 3);
    const column = (place % width) + 1 - (i % 3);
    return row < 0 || row >= height || column < 0 || column >= width ? -1 : row * width + column;
  });
}
