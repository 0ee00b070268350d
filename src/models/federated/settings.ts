import type { AggregatorName } from './aggregate.ts';
import type { Architecture } from './architecture.ts';
import type { LocalTraining } from './client.ts';
import type { FederatedParameters } from './parameters.ts';
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

export function settingsOf(parameters: FederatedParameters): Settings {
  return {
    model_type: parameters.model_type,
    width_factor: parameters.width_factor ?? 0,
    depth: parameters.depth ?? 0,
    num_train: parameters.num_train,
    num_val: parameters.num_val,
    num_test: parameters.num_test,
    num_clients: parameters.num_clients,
    fraction_fit: parameters.fraction_fit,
    alpha: parameters.alpha,
    poison_ratio: parameters.poison_ratio,
    poison_type: parameters.poison_type,
    aggregator: parameters.aggregator,
    global_rounds: parameters.global_rounds,
    local_epochs: parameters.local_epochs,
    batch_size: parameters.batch_size,
    lr: parameters.lr,
    monitor: parameters.monitor,
    patience: parameters.early_stopping ? (parameters.patience ?? 0) : Infinity,
  };
}
