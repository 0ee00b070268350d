import type { Rng } from '../../../random/generator.ts';

/**
 * One layer of a network, for one image at a time. Its parameters are a stretch of the network's one array, so that averaging two
 * networks is averaging two arrays.
 *
 * Every layer but the first has outputs of ReLUs (or the largest of some) for its inputs. So an input of exactly 0 is a unit that is off, and its gradient is
 * 0 whatever the weights say: `backward` returns 0 there, which is the ReLU's own backward step.
 */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly num_parameters: number;
  /** Writes the first values of this layer's parameters. */
  initialise(parameters: Float64Array, rng: Rng): void;
  /** Writes outputs y of inputs x. */
  forward(parameters: Float64Array, x: Float64Array, y: Float64Array): void;
  /**
   * After `forward` of the same x: adds d loss / d parameters to `gradient` and writes d loss / d x to dx, which the first layer
   * does not need.
   */
  backward(
    parameters: Float64Array,
    x: Float64Array,
    dy: Float64Array,
    gradient: Float64Array,
    dx: Float64Array | undefined,
  ): void;
}

/**
 * Uniform on [-b, b), b = sqrt(6 / fan_in): keeps the scale of activations through ReLUs.
 * Source: He et al. 2015, "Delving deep into rectifiers", doi:10.1109/ICCV.2015.123, equation 10 as a uniform. One draw each.
 */
export function initialiseWeights(weights: Float64Array, fan_in: number, rng: Rng): void {
  const bound = Math.sqrt(6 / fan_in);
  for (let i = 0; i < weights.length; i++) weights[i] = (2 * rng() - 1) * bound;
}
