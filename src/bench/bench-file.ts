import type { ChunkResult } from '../execute/messages.ts';
import type { CellFile } from '../store/scan/cell-file.ts';
import type { Syncable } from '../run/loop/group-sync.ts';

/** A metrics file that is written only to be measured: chunks in order, synced with the others, not counted. */
export class BenchFile implements Syncable {
  readonly file: CellFile;
  private readonly release: (result: ChunkResult) => void;
  private readonly waiting = new Map<number, ChunkResult>();
  private dispatched = 0;
  private next = 0;
  private syncing: Promise<void> = Promise.resolve();

  /** `release` is told of every chunk that was appended. */
  constructor(file: CellFile, release: (result: ChunkResult) => void) {
    this.file = file;
    this.release = release;
  }

  dispatch(): number {
    this.dispatched += 1;
    return this.dispatched - 1;
  }

  deliver(sequence: number, result: ChunkResult): void {
    this.waiting.set(sequence, result);
    for (let due = this.waiting.get(this.next); due !== undefined; due = this.waiting.get(this.next)) {
      this.file.append(due);
      this.release(due);
      this.waiting.delete(this.next);
      this.next += 1;
    }
  }

  sync(): Promise<void> {
    this.syncing = this.syncing.then(() => this.file.sync());
    return this.syncing;
  }

  acknowledge(): void {
    // Nobody counts.
  }

  acknowledgeAppended(): void {
    // Nobody counts.
  }
}
