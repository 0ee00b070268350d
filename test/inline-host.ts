import { disk } from '../src/files/disk.ts';
import { inlineHost } from '../src/readers/host.ts';

/** The real files, and the calling thread alone: whole commands in milliseconds, without a build. Nobody else is at these folders, so nothing is locked. */
export const HOST = inlineHost(disk, { acquire: () => Promise.resolve({ by: 'file', release: () => undefined }) });
