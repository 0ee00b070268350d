import type { FilePort } from '../../src/files/port.ts';
import { foldingNames } from './folding-names.ts';
import { Network } from './network.ts';
import { Windows } from './windows.ts';
import { withoutLinks } from './without-links.ts';

/** A system that the engine runs on, as a layer over any file port: a disk in memory, or the real one. */
export interface Platform {
  readonly name: string;
  /** It cannot sync folders: after a power cut the newest names may be missing. */
  readonly foldersUnsynced?: boolean;
  readonly over: (port: FilePort) => FilePort;
}

/** Every system that refuses something. Runs over each of them must end as over the plain disk. */
export const PLATFORMS: readonly Platform[] = [
  { name: 'Windows', over: (port) => new Windows(foldingNames(port, mistaken)).port },
  {
    name: 'Windows with a virus scanner, on exFAT',
    foldersUnsynced: true,
    over: (port) =>
      withoutLinks(new Windows(foldingNames(port, mistaken), { scanner: 3, syncsFolders: false }).port, 'EISDIR'),
  },
  { name: 'macOS: names in any case', over: (port) => foldingNames(port, mistaken) },
  { name: 'exFAT on Linux', over: (port) => withoutLinks(foldingNames(port, mistaken), 'EPERM') },
  { name: 'NFS', over: (port) => new Network(port).port },
  { name: 'NFS that loses answers', over: (port) => new Network(port, { losesAnswers: true }).port },
];

/** The engine never asks for one name in two spellings. */
function mistaken(asked: string, found: string): void {
  throw new Error(`${asked} was asked for, and ${found} found`);
}
