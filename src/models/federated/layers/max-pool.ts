import type { ImageShape } from './convolution.ts';
import type { Layer } from './layer.ts';

/** The largest of every 2 x 2 values, channel by channel; an odd last row or column is left out. */
export class MaxPool implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly num_parameters = 0;
  /** Of the outputs. */
  readonly shape: ImageShape;
  /** By output: the four inputs it is the largest of. */
  private readonly sources: Int32Array;

  constructor({ height, width, channels }: ImageShape) {
    this.shape = { height: height >> 1, width: width >> 1, channels };
    this.inputs = height * width * channels;
    this.outputs = this.shape.height * this.shape.width * channels;
    this.sources = new Int32Array(4 * this.outputs);
    for (let j = 0; j < this.outputs; j++) {
      const place = Math.floor(j / channels);
      const row = 2 * Math.floor(place / this.shape.width);
      const column = 2 * (place % this.shape.width);
      for (let corner = 0; corner < 4; corner++) {
        const source = (row + (corner >> 1)) * width + column + (corner & 1);
        this.sources[4 * j + corner] = source * channels + (j % channels);
      }
    }
  }

  initialise(): void {
    // Nothing to learn.
  }

  forward(_parameters: Float64Array, x: Float64Array, y: Float64Array): void {
    for (let j = 0; j < this.outputs; j++) y[j] = x[this.largest(x, j)]!;
  }

  backward(
    _parameters: Float64Array,
    x: Float64Array,
    dy: Float64Array,
    _gradient: Float64Array,
    dx: Float64Array | undefined,
  ): void {
    if (dx === undefined) return;
    dx.fill(0);
    for (let j = 0; j < this.outputs; j++) dx[this.largest(x, j)] = dy[j]!;
  }

  /** The input that output j takes: the first of equals; NaN wins, so that training that has diverged shows. */
  private largest(x: Float64Array, j: number): number {
    const { sources } = this;
    let best = sources[4 * j]!;
    for (let corner = 1; corner < 4; corner++) {
      const source = sources[4 * j + corner]!;
      if (!(x[source]! <= x[best]!)) best = source;
    }
    return best;
  }
}
