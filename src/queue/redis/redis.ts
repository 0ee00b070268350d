import type { Broker } from '../transport.ts';

/** Redis, or what speaks its protocol. Loaded when a queue is asked for. */
export const redis: Broker = {
  manager: async (reference, namespace) => (await import('./manager.ts')).RedisManager.open(reference, namespace),
  board: async (reference, namespace) => (await import('./board.ts')).openBoard(reference, namespace),
  worker: async (reference, namespace) => (await import('./worker.ts')).RedisWorker.open(reference, namespace),
};
