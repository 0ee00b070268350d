import type { Parameters } from '../../model/model.ts';
import type { AggregatorName } from './aggregate.ts';
import type { Architecture, ModelType } from './architecture.ts';
import type { LocalTraining } from './client.ts';
import type { PoisonType } from './poison.ts';

/** The parameters of one cell, typed. Those that are inactive have a value that nothing reads. */
export interface Settings extends Architecture, LocalTraining {
  readonly num_train: number;
  readonly num_val: number;
  readonly num_test: number;
  readonly num_clients: number;
  readonly fraction_fit: number;
  readonly alpha: number;
  readonly poison_ratio: number;
  readonly poison_type: PoisonType;
  readonly aggregator: AggregatorName;
  readonly global_rounds: number;
  readonly monitor: 'val_loss' | 'val_acc';
  /** Rounds without a better value after which training stops; Infinity without early stopping. */
  readonly patience: number;
}

export function settingsOf(parameters: Parameters): Settings {
  const number = (name: string): number => Number(parameters[name] ?? 0);
  return {
    model_type: parameters['model_type'] as ModelType,
    width_factor: number('width_factor'),
    depth: number('depth'),
    num_train: number('num_train'),
    num_val: number('num_val'),
    num_test: number('num_test'),
    num_clients: number('num_clients'),
    fraction_fit: number('fraction_fit'),
    alpha: number('alpha'),
    poison_ratio: number('poison_ratio'),
    poison_type: parameters['poison_type'] as PoisonType,
    aggregator: parameters['aggregator'] as AggregatorName,
    global_rounds: number('global_rounds'),
    local_epochs: number('local_epochs'),
    batch_size: number('batch_size'),
    lr: number('lr'),
    monitor: parameters['monitor'] as Settings['monitor'],
    patience: parameters['early_stopping'] === true ? number('patience') : Infinity,
  };
}
