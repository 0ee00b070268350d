import { systemClock } from '../clock.ts';
import { disk } from '../files/disk.ts';
import { redis } from '../queue/redis/redis.ts';
import { acquireLock } from '../store/lock.ts';
import type { Host } from './host.ts';
import { openThreads } from './threads.ts';

/** The disk and the threads of this process. */
export const thisMachine: Host = {
  port: disk,
  locks: { acquire: (output) => acquireLock(output) },
  clock: systemClock,
  broker: redis,
  open: (...given) => openThreads(disk, ...given),
};
