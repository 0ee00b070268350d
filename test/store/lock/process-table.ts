import type { ProcessFacts } from '../../../src/store/lock/process-facts.ts';

/** A machine as locks see it: which processes run, and since when. */
export class ProcessTable {
  readonly #running = new Map<number, string>();
  readonly #machine: Partial<ProcessFacts>;
  #clock = 0;

  constructor(machine: Partial<ProcessFacts> = {}) {
    this.#machine = machine;
  }

  /** A process that starts now, perhaps with the number of one that ended. */
  start(pid: number): ProcessFacts {
    this.#running.set(pid, String(++this.#clock));
    const facts: ProcessFacts = {
      pid,
      host: 'here',
      platform: 'linux',
      machine: 'm1',
      boot: 'boot1',
      pid_space: 'pid:[1]',
      startOf: (of) => this.#running.get(of) ?? '',
      exists: (of) => this.#running.has(of),
      ...this.#machine,
    };
    return facts;
  }

  end(pid: number): void {
    this.#running.delete(pid);
  }
}
