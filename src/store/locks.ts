import type { Lock } from './lock.ts';

/** Ensures that an output has one writer. */
export interface Locks {
  /** Throws EngineError LOCKED where another process writes that output. */
  acquire(output: string): Promise<Lock>;
}

/**
 * Locks that are kept once they are taken, until `releaseAll`: a run goes through its outputs several times (steps that wait for earlier ones, rounds after a
 * full disk), and between two times nobody else is to write there, nor to think that it has ended.
 */
export class KeptLocks implements Locks {
  private readonly locks: Locks;
  private readonly kept = new Map<string, Lock>();

  constructor(locks: Locks) {
    this.locks = locks;
  }

  async acquire(output: string): Promise<Lock> {
    const before = this.kept.get(output);
    if (before?.stands?.() === false) {
      before.release();
      this.kept.delete(output);
    }
    const lock = this.kept.get(output) ?? (await this.locks.acquire(output));
    this.kept.set(output, lock);
    return { by: lock.by, release: () => undefined };
  }

  releaseAll(): void {
    for (const lock of this.kept.values()) lock.release();
    this.kept.clear();
  }
}
