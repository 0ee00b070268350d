import type { ModelSetup } from './messages.ts';
import { Simulator } from './simulator.ts';

/** What one thread can compute: a simulator for each setup, made when it is first needed. */
export class Simulators {
  private readonly setups: readonly ModelSetup[];
  private readonly made: Promise<Simulator>[] = [];

  constructor(setups: readonly ModelSetup[]) {
    this.setups = setups;
  }

  of(setup: number): Promise<Simulator> {
    return (this.made[setup] ??= Simulator.create(this.setups[setup]!));
  }
}
