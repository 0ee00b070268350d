import type { Clock } from '../../clock.ts';
import type { Durability } from '../run-options.ts';

/** What is synced together: an open cell. */
export interface Syncable {
  sync(): Promise<void>;
  /** What the last `sync` covered counts. */
  acknowledge(): void;
  /** All that was appended counts, synced or not. */
  acknowledgeAppended(): void;
}

/** Time between two group syncs [ms]. One sync of many files costs hardly more than one of one file; a chunk counts only after it. */
const GROUP_MS: Readonly<Record<Durability, number>> = { chunk: 150, interval: 1000, none: Infinity };

/**
 * Syncs the files of all cells that were appended to, together, again and again, while chunks keep being computed: so that
 * "counts only when on disk" costs a few fsyncs a second and not one a chunk.
 */
export class GroupSync {
  private readonly durability: Durability;
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private dirty = new Set<Syncable>();
  private running: Promise<void> | undefined;
  private readonly ended = new AbortController();

  constructor(durability: Durability, clock: Clock, onError: (error: unknown) => void) {
    this.durability = durability;
    this.clock = clock;
    this.onError = onError;
  }

  /** The cell was appended to. */
  appended(cell: Syncable): void {
    if (this.durability !== 'chunk') cell.acknowledgeAppended();
    if (this.durability === 'none') return;
    this.dirty.add(cell);
    this.running ??= this.run();
  }

  /** Syncs a cell now, at its end. */
  async now(cell: Syncable): Promise<void> {
    this.dirty.delete(cell);
    if (this.durability === 'none') return;
    await cell.sync();
    cell.acknowledge();
  }

  /** Syncs what is left and stops. */
  async end(): Promise<void> {
    this.ended.abort();
    await this.running;
    await this.syncDirty();
  }

  private async run(): Promise<void> {
    while (this.dirty.size > 0) {
      // An aborted wait is the end of the run: what is dirty is synced at once.
      await this.clock.sleep(GROUP_MS[this.durability], this.ended.signal);
      await this.syncDirty();
    }
    this.running = undefined;
  }

  private async syncDirty(): Promise<void> {
    const cells = [...this.dirty];
    this.dirty = new Set();
    await Promise.all(
      cells.map(async (cell) => {
        try {
          await cell.sync();
          cell.acknowledge();
        } catch (error) {
          this.onError(error);
        }
      }),
    );
  }
}
