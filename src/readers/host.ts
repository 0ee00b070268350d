import { systemClock, type Clock } from '../clock.ts';
import type { GivenSetup } from '../execute/setup.ts';
import type { FilePort } from '../files/port.ts';
import type { Broker } from '../queue/transport.ts';
import type { Locks } from '../store/locks.ts';
import { Inline } from './inline.ts';
import type { Local } from './readers.ts';

/** Where a study lives: its files, who may write them, and who computes and reads there. Every operation is given one; this machine is the default. */
export interface OpenHow {
  /** Users' models are checked while they compute. */
  readonly purity_check?: boolean;
  /** Whether it is known that something is to be computed: then threads start at once, and are up when they are wanted. As a rule where there are setups. */
  readonly computes?: boolean;
}

export interface Host {
  readonly port: FilePort;
  readonly locks: Locks;
  readonly clock: Clock;
  /** How a queue is reached, where there may be one. */
  readonly broker?: Broker;
  /** `setups`: what may be computed; none where files are only read. */
  open(threads: number, setups?: readonly GivenSetup[], how?: OpenHow): Local;
}

/**
 * The files behind any port, and the calling thread alone: whole studies on a simulated disk. Nothing that is shipped asks for it.
 *
 * @internal
 */
export function inlineHost(port: FilePort, locks: Locks, clock: Clock = systemClock): Host {
  return { port, locks, clock, open: (_threads, setups) => new Inline(port, setups) };
}
