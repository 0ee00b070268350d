import { Convolution, type ImageShape } from './layers/convolution.ts';
import { Dense } from './layers/dense.ts';
import type { Layer } from './layers/layer.ts';
import { MaxPool } from './layers/max-pool.ts';
import { Network } from './network.ts';

export const MODEL_TYPES = ['lr', 'mlp', 'cnn'] as const;
export type ModelType = (typeof MODEL_TYPES)[number];

export interface Architecture {
  readonly model_type: ModelType;
  /** Hidden units per layer of a perceptron, channels of a convolution = UNITS_PER_WIDTH x width_factor. */
  readonly width_factor: number;
  /** Hidden layers; of a cnn: convolutions, each with a pool behind it. */
  readonly depth: number;
}

/** What goes in and comes out: images of one channel, and a score per class. */
export interface Task {
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** So that the narrowest network, width_factor 1, can tell ten digits apart at all. */
export const UNITS_PER_WIDTH = 4;

/** The most pools that leave an image a pixel. */
export function deepestPools({ height, width }: Task): number {
  let depth = 0;
  while (Math.min(height, width) >> (depth + 1) > 0) depth++;
  return depth;
}

/**
 * The network of an architecture. `lr` is logistic regression: one dense layer. `mlp` has `depth` dense layers of ReLUs before it,
 * `cnn` has `depth` times a convolution of 3 x 3 with ReLUs and a pool of 2 x 2.
 */
export function buildNetwork(architecture: Architecture, task: Task): Network {
  const { model_type, width_factor, depth } = architecture;
  const units = UNITS_PER_WIDTH * width_factor;
  const layers: Layer[] = [];
  let at = 0;
  let inputs = task.height * task.width;
  const add = (layer: Layer): void => {
    layers.push(layer);
    at += layer.num_parameters;
    inputs = layer.outputs;
  };
  let shape: ImageShape = { ...task, channels: 1 };
  for (let k = 0; k < depth && model_type !== 'lr'; k++) {
    if (model_type === 'mlp') {
      add(new Dense(inputs, units, at, true));
    } else {
      add(new Convolution(shape, units, at));
      const pool = new MaxPool({ ...shape, channels: units });
      add(pool);
      shape = pool.shape;
    }
  }
  add(new Dense(inputs, task.classes, at, false));
  return new Network(layers);
}
