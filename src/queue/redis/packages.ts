import type * as BullMQ from 'bullmq';
import type * as IORedis from 'ioredis';

import { EngineError } from '../../errors.ts';

export interface QueuePackages {
  readonly bullmq: typeof BullMQ;
  readonly ioredis: typeof IORedis;
}

/** Loaded only where a queue is asked for: most never need them. Throws EngineError USAGE where they are not installed. */
export async function queuePackages(): Promise<QueuePackages> {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, ioredis };
  } catch (cause) {
    throw new EngineError(
      'USAGE',
      'A queue needs the packages bullmq and ioredis, which are not installed beside permafrost: npm install bullmq@6 ioredis@6',
      { path: '--queue', allowed: 'bullmq and ioredis installed', cause },
    );
  }
}
