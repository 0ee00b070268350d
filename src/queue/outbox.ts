import type { Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import { counted } from '../wording/format-number.ts';
import { spooledResult, type Spool } from './spool.ts';
import { GivenBack, isUnreachable, type WorkerTransport } from './transport.ts';

/** Between tries where neither the queue nor the spool takes anything [ms]. */
const FULL_MS = 5_000;

export interface OutboxOptions {
  readonly transport: Pick<WorkerTransport, 'submit'>;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** Nothing is waited for any longer. */
  readonly ended: AbortSignal;
}

/** Results on their way to the queue: at once, or from the spool when it is back. */
export class Outbox {
  private readonly options: OutboxOptions;
  private away = false;
  private is_full = false;

  constructor(options: OutboxOptions) {
    this.options = options;
  }

  /** Resolves when the broker or the disk has the result. Throws GivenBack where neither takes it. */
  async send(id: string, frame: Uint8Array): Promise<void> {
    try {
      await this.options.transport.submit(id, frame);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      this.isAway(error);
      await this.keep(id, frame);
    }
  }

  /** Sends what the spool holds; what is damaged is put aside. Throws EngineError QUEUE. */
  async sendSpooled(): Promise<void> {
    const { transport, spool, warn } = this.options;
    if (spool.length === 0) return;
    const sent = await sendAll(spool, transport, (id, { message }) => {
      spool.putAside(id);
      warn(`${id}.result in ${spool.folder} was put aside: ${message}`);
    });
    if (sent > 0) warn(`${counted(sent, 'result')} from ${spool.folder} sent.`);
  }

  /** Said once, until it is back. */
  isAway(error: EngineError): void {
    if (this.away) return;
    this.away = true;
    this.options.warn(
      `${error.message} Results are kept in ${this.options.spool.folder} and sent when the queue is back.`,
    );
  }

  isBack(): void {
    if (this.away) this.options.warn('The queue is back.');
    this.away = false;
    this.is_full = false;
  }

  /** A spool that is full is a pause: the chunk goes back, and is computed again. */
  private async keep(id: string, frame: Uint8Array): Promise<void> {
    const { spool, clock, warn, ended } = this.options;
    try {
      await spool.keep(id, frame);
    } catch (error) {
      if (!(error instanceof EngineError) || error.exit !== 3) throw error;
      if (!this.is_full) warn(error.message);
      this.is_full = true;
      await clock.sleep(FULL_MS, ended);
      throw new GivenBack('the spool is full');
    }
  }
}

/**
 * Sends what a spool holds; each result goes from it when the broker has it. `damaged`: told of one that is not as it was kept, which is not sent. Returns how many
 * were. Throws EngineError QUEUE.
 */
export async function sendAll(
  spool: Spool,
  transport: Pick<WorkerTransport, 'submit'>,
  damaged: (id: string, error: EngineError) => void,
): Promise<number> {
  let sent = 0;
  for (const id of spool.ids()) {
    const bytes = spool.read(id);
    if (bytes === undefined) continue;
    const result = spooledResult(bytes);
    if (result instanceof EngineError) {
      damaged(id, result);
      continue;
    }
    await transport.submit(id, bytes);
    await spool.remove(id);
    sent += 1;
  }
  return sent;
}
