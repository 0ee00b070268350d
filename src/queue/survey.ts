import type { Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { Errand, Errands } from './errands.ts';
import type { SentSetup } from './setup-blobs.ts';
import type { ChunkState, ManagerTransport } from './transport.ts';
import { announcementText, workerNoteOf, type Announcement, type WorkerNote } from './wire.ts';

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
}

/** What the broker has, as it was when it was last asked; and what it must have, which it is given again where it lost it. */
export class Survey {
  private readonly options: SurveyOptions;
  private notes: readonly WorkerNote[] = [];

  constructor(options: SurveyOptions) {
    this.options = options;
  }

  /** The workers that are alive. */
  get workers(): readonly WorkerNote[] {
    return this.notes;
  }

  /** Tells the workers what is computed now. */
  async announce(): Promise<void> {
    const { transport, setups, engine, node_major, manager, run } = this.options;
    for (const { blobs } of setups) for (const [sha256, bytes] of blobs) await transport.putBlob(sha256, bytes);
    const said: Announcement = { run, engine, node_major, manager, setups: setups.map(({ named }) => named) };
    await transport.announce(announcementText(said));
  }

  async look(): Promise<void> {
    const texts = await this.options.transport.workers();
    this.notes = texts.flatMap((text) => workerNoteOf(text) ?? []);
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
      const why = await transport.deathOf(errand.id);
      errands.fail(errand, new EngineError('WORKER', `No worker could compute it. The last one said: ${why}`));
    }
  }
}
