import type { FilePort } from '../../../src/files/port.ts';
import { inlineHost, type Host } from '../../../src/readers/host.ts';
import { SILENT, type RunObserver } from '../../../src/run/output/observer.ts';
import type { Progress } from '../../../src/run/output/progress.ts';
import { acquireLock } from '../../../src/store/lock.ts';
import type { ProcessFacts } from '../../../src/store/lock/process-facts.ts';
import { TurnClock } from './turn-clock.ts';

/** One process: what it finds on its machine, and what it says counts. */
export class Life {
  readonly host: Host;
  readonly observer: RunObserver;
  readonly study: (name: string) => string;
  readonly #progress = new Map<string, Progress>();

  /** `pid`: another one for each life. `study`: where the file of a study is. */
  constructor(port: FilePort, pid: number, study: (name: string) => string) {
    this.study = study;
    const me = alone(pid);
    this.host = inlineHost(port, { acquire: (output) => acquireLock(output, [], { port, me }) }, new TurnClock());
    this.observer = {
      ...SILENT,
      started: ({ output, progress }) => this.#progress.set(output, progress),
    };
  }

  /** How many rows of each output it said count: found or computed. */
  acknowledged(): Map<string, number> {
    return new Map(Array.from(this.#progress, ([output, progress]) => [output, progress.numbers().permutations_done]));
  }
}

/** A process whose predecessors are all dead. */
function alone(pid: number): ProcessFacts {
  const isMe = (of: number): boolean => of === pid;
  return {
    pid,
    host: 'here',
    platform: 'linux',
    machine: 'm1',
    boot: 'boot1',
    pid_space: 'pid:[1]',
    startOf: (of) => (isMe(of) ? '1' : ''),
    exists: isMe,
  };
}
