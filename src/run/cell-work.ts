import assert from 'node:assert/strict';

import type { ChunkResult, PermutationFailure } from '../execute/messages.ts';
import type { CellFile } from '../store/cell-file.ts';
import type { Syncable } from './group-sync.ts';

/**
 * One cell while its permutations are computed: chunks come back in any order and are appended in permutation order, so that an undamaged file is
 * always a prefix. Chunks that wait here are never more than are in flight.
 */
export class CellWork implements Syncable {
  readonly file: CellFile;
  private readonly onAcknowledged: (rows: number) => void;
  private readonly waiting = new Map<number, ChunkResult>();
  private dispatched = 0;
  private outstanding = 0;
  private next = 0;
  private n_appended = 0;
  private n_synced = 0;
  private n_acknowledged = 0;
  private syncing: Promise<void> = Promise.resolve();
  private onSettled: (() => void) | undefined;

  constructor(file: CellFile, onAcknowledged: (rows: number) => void) {
    this.file = file;
    this.onAcknowledged = onAcknowledged;
  }

  /** Numbers the chunks in the order in which they are to be appended. */
  dispatch(): number {
    const sequence = this.dispatched;
    this.dispatched += 1;
    this.outstanding += 1;
    return sequence;
  }

  /** Takes a computed chunk and appends all that are due now. Returns the failures of the appended ones, in order. */
  deliver(sequence: number, result: ChunkResult): PermutationFailure[] {
    assert(sequence >= this.next && !this.waiting.has(sequence), 'a chunk is delivered once');
    this.waiting.set(sequence, result);
    try {
      return this.appendDue();
    } finally {
      this.settle();
    }
  }

  private appendDue(): PermutationFailure[] {
    const failures: PermutationFailure[] = [];
    for (let due = this.waiting.get(this.next); due !== undefined; due = this.waiting.get(this.next)) {
      this.file.append(due);
      this.waiting.delete(this.next);
      this.next += 1;
      this.n_appended += due.rows;
      failures.push(...due.failures);
    }
    return failures;
  }

  /** A dispatched chunk will not come: the thread died or the run was abandoned. Chunks after it are not appended. */
  lost(): void {
    this.settle();
  }

  /** Resolves when every dispatched chunk has come or is lost. Call it after the last dispatch. */
  async settled(): Promise<void> {
    if (this.outstanding > 0) {
      await new Promise<void>((resolve) => {
        this.onSettled = resolve;
      });
    }
  }

  private settle(): void {
    this.outstanding -= 1;
    if (this.outstanding === 0) this.onSettled?.();
  }

  /** One sync at a time: the next waits for the one under way. */
  sync(): Promise<void> {
    this.syncing = this.syncing.then(async () => {
      const covered = this.n_appended;
      await this.file.sync();
      this.n_synced = covered;
    });
    return this.syncing;
  }

  acknowledge(durability_reached = this.n_synced): void {
    const rows = durability_reached - this.n_acknowledged;
    if (rows <= 0) return;
    this.n_acknowledged = durability_reached;
    this.onAcknowledged(rows);
  }

  /** Counts everything appended, durable or not: for the durability modes that promise less. */
  acknowledgeAppended(): void {
    this.acknowledge(this.n_appended);
  }
}
