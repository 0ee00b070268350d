import type { Clock } from '../clock.ts';
import { DeadChunk } from '../execute/dead-chunk.ts';
import { describeSeed } from '../random/streams.ts';
import type { DeadLetter } from '../stored/queue-report.ts';
import type { Errand, Errands } from './errands.ts';
import type { SentSetup } from './setup-blobs.ts';
import type { BrokerCounts, ChunkState, ManagerTransport } from './transport.ts';
import { announcementText, type Announcement } from './wire.ts';
import { WorkerList } from './worker-list.ts';

/** A chunk that the broker does not know counts as lost when it was offered so long ago [ms]: results and acknowledgments are on their way, too. */
const LOST_AFTER_MS = 3_000;

export interface SurveyOptions {
  readonly transport: ManagerTransport;
  readonly clock: Clock;
  readonly errands: Errands;
  /** Gives a chunk to the broker, once more. */
  readonly offer: (errand: Errand) => void;
  readonly run: string;
  readonly setups: readonly SentSetup[];
  readonly engine: string;
  readonly node_major: number;
  readonly manager: string;
  readonly warn: (message: string) => void;
}

/** What the broker has, as it was when it was last asked; and what it must have, which it is given again where it lost it. */
export class Survey {
  readonly workers = new WorkerList();
  /** Chunks that no worker could compute. */
  readonly dead_letters: DeadLetter[] = [];
  private readonly options: SurveyOptions;
  private last_counts: BrokerCounts = { waiting: 0, taken: 0, retries: 0 };

  constructor(options: SurveyOptions) {
    this.options = options;
  }

  /** When it was last asked. */
  get counts(): BrokerCounts {
    return this.last_counts;
  }

  /** Tells the workers what is computed now. */
  async announce(): Promise<void> {
    const { transport, setups, engine, node_major, manager, run } = this.options;
    for (const { blobs } of setups) for (const [sha256, bytes] of blobs) await transport.putBlob(sha256, bytes);
    const said: Announcement = { run, engine, node_major, manager, setups: setups.map(({ named }) => named) };
    await transport.announce(announcementText(said));
  }

  async look(): Promise<void> {
    const { transport, clock } = this.options;
    for (const { host, pid, refused } of this.workers.see(await transport.workers(), clock.now()))
      this.options.warn(`The worker on ${host} (pid ${pid}) does not compute this, and ended: ${refused!}`);
    this.last_counts = await transport.counts();
  }

  /** Offers what the broker has lost, and gives up what no worker could compute. */
  async offerLost(): Promise<void> {
    const { transport, clock, errands } = this.options;
    const old = errands.offered().filter(({ offered_ms }) => clock.now() - offered_ms > LOST_AFTER_MS);
    const states = await transport.states(old.map(({ id }) => id));
    for (const [k, errand] of old.entries()) await this.seeTo(errand, states[k]!);
  }

  private async seeTo(errand: Errand, state: ChunkState): Promise<void> {
    const { errands, clock, offer, transport } = this.options;
    if (errand.local || !errands.isOpen(errand)) return;
    if (state === 'missing') {
      errand.offered_ms = clock.now();
      offer(errand);
    } else if (state === 'dead') {
      const { why, tries } = await transport.deathOf(errand.id);
      this.bury(errand, why, tries);
    }
  }

  private bury(errand: Errand, why: string, tries: number): void {
    const { cell, first, count } = errand.task;
    const seed = describeSeed(cell.source, first);
    this.dead_letters.push({ cell_id: cell.schema.cell_id, perm_index: first, count, seed, tries, error: why });
    this.options.errands.fail(errand, new DeadChunk({ seed, tries, why }));
  }
}
