import assert from 'node:assert/strict';

import type { GivenSetup } from './setup.ts';
import { Simulator } from './simulator.ts';
import { Turns } from './turns.ts';

/** What one thread can compute: a simulator for each setup, made when it is first needed. */
export class Simulators {
  private readonly setups: ReadonlyMap<string, GivenSetup>;
  private readonly made = new Map<string, Promise<Simulator>>();
  /** A thread that a permutation ends was computing that one and no other. */
  private readonly turns = new Turns();
  private readonly copies = new Map<string, Promise<Simulator>>();

  constructor(setups: readonly GivenSetup[]) {
    this.setups = new Map(setups.map((given) => [given.id, given]));
  }

  /** `id`: the hash of the setup. */
  of(id: string): Promise<Simulator> {
    const known = this.made.get(id);
    if (known !== undefined) return known;
    const given = this.setups.get(id);
    assert(given !== undefined, `setup ${id} was not given`);
    const simulator = Simulator.create(given, this.turns);
    this.made.set(id, simulator);
    return simulator;
  }

  /** One that shares nothing with the other but the inputs, and computes only what was computed before. */
  copyOf(id: string): Promise<Simulator> {
    const known = this.copies.get(id);
    if (known !== undefined) return known;
    const copy = this.of(id).then((simulator) => simulator.copy());
    this.copies.set(id, copy);
    return copy;
  }

  /** Ends what runs for models besides this thread. One that could not be made has nothing. */
  async close(): Promise<void> {
    for (const made of await Promise.allSettled([...this.made.values(), ...this.copies.values()]))
      if (made.status === 'fulfilled') await made.value.close();
  }
}
