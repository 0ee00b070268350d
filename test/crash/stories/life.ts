import type { FilePort } from '../../../src/files/port.ts';
import { inlineHost, type Host } from '../../../src/readers/host.ts';
import type { RunEvent } from '../../../src/run/output/events.ts';
import { acquireLock } from '../../../src/store/lock.ts';
import type { ProcessFacts } from '../../../src/store/lock/process-facts.ts';
import { TurnClock } from './turn-clock.ts';

/** One process: what it finds on its machine, and what it says counts. */
export class Life {
  readonly host: Host;
  readonly study: (name: string) => string;
  /** Rows that it said count, by output and cell. */
  readonly #rows = new Map<string, Map<string, number>>();

  /** `pid`: another one for each life. `study`: where the file of a study is. */
  constructor(port: FilePort, pid: number, study: (name: string) => string) {
    this.study = study;
    const me = alone(pid);
    this.host = inlineHost(port, { acquire: (output) => acquireLock(output, [], { port, me }) }, new TurnClock());
  }

  /** How many rows of each output it said count: found or computed. */
  acknowledged(): Map<string, number> {
    const sum = (rows: Iterable<number>): number => [...rows].reduce((all, n) => all + n, 0);
    return new Map(Array.from(this.#rows, ([output, cells]) => [output, sum(cells.values())]));
  }

  readonly tell = (event: RunEvent): void => {
    if (!('cell_id' in event)) return;
    const { output, cell_id } = event;
    const cells = this.#rows.get(output) ?? new Map<string, number>();
    this.#rows.set(output, cells);
    if (event.type === 'acknowledged') cells.set(cell_id, (cells.get(cell_id) ?? 0) + event.rows);
    else if (event.type !== 'cell-finished' || event.complete) cells.set(cell_id, event.n_done);
  };
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
