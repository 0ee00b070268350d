import type { Lock } from './lock.ts';

/** Who sees to it that an output has one writer. */
export interface Locks {
  /** Throws EngineError LOCKED where another process writes that output. */
  acquire(output: string): Promise<Lock>;
}
