import type { Rng } from '../../random/generator.ts';
import type { Layer } from './layers/layer.ts';
import { softmax } from './softmax.ts';

/**
 * Layers one after the other, without parameters of its own: they are handed in, so that one network serves every client. It holds
 * the activations of one image, which every call writes before it reads them.
 */
export class Network {
  readonly num_parameters: number;
  private readonly layers: readonly Layer[];
  /** activations[k] are the inputs of layer k; the last are the scores. */
  private readonly activations: readonly Float64Array[];
  private readonly deltas: readonly Float64Array[];

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
    this.num_parameters = layers.reduce((sum, layer) => sum + layer.num_parameters, 0);
    const sizes = [layers[0]!.inputs, ...layers.map((layer) => layer.outputs)];
    this.activations = sizes.map((size) => new Float64Array(size));
    this.deltas = sizes.map((size) => new Float64Array(size));
  }

  /** New parameters, drawn layer by layer. */
  initialise(rng: Rng): Float64Array {
    const parameters = new Float64Array(this.num_parameters);
    for (const layer of this.layers) layer.initialise(parameters, rng);
    return parameters;
  }

  /** The scores of the image that starts at pixels[from]; good until the next call. */
  scores(parameters: Float64Array, pixels: Float32Array, from: number): Float64Array {
    const { layers, activations } = this;
    const image = activations[0]!;
    for (let i = 0; i < image.length; i++) image[i] = pixels[from + i]!;
    for (let k = 0; k < layers.length; k++) layers[k]!.forward(parameters, activations[k]!, activations[k + 1]!);
    return activations[layers.length]!;
  }

  /** Adds the gradient of the cross-entropy of one image to `gradient`. */
  addGradient(
    parameters: Float64Array,
    pixels: Float32Array,
    from: number,
    label: number,
    gradient: Float64Array,
  ): void {
    const { layers, activations, deltas } = this;
    const delta = deltas[layers.length]!;
    delta.set(this.scores(parameters, pixels, from));
    // d cross-entropy / d score_j = p_j - [j = label].
    softmax(delta);
    delta[label]! -= 1;
    for (let k = layers.length - 1; k >= 0; k--) {
      const dx = k === 0 ? undefined : deltas[k]!;
      layers[k]!.backward(parameters, activations[k]!, deltas[k + 1]!, gradient, dx);
    }
  }
}
