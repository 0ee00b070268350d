import type { ModelSetup } from '../execute/messages.ts';
import { disk } from '../files/disk.ts';
import type { FilePort } from '../files/port.ts';
import { Inline } from './inline.ts';
import type { Local } from './readers.ts';
import { openThreads } from './threads.ts';

/** Where a study lives: its files, and who computes and reads there. */
export interface Host {
  readonly port: FilePort;
  /** `setups`: what is to be computed; none where files are only read. */
  open(threads: number, setups?: readonly ModelSetup[]): Local;
}

/** The disk and the threads of this process. */
export const thisMachine: Host = { port: disk, open: openThreads };

/** The files behind any port, and the calling thread alone. */
export function inlineHost(port: FilePort): Host {
  return { port, open: (_threads, setups) => new Inline(port, setups) };
}
