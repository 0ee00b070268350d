import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { errorOf } from '../model/error-record.ts';
import { checkedResult } from './check-result.ts';
import { chunkKey } from './chunk-key.ts';
import type { Errand, Errands } from './errands.ts';
import { HeldResults } from './held-results.ts';
import { Incoming, type Recipient } from './incoming.ts';
import type { ReceivedResult } from './result-frame.ts';
import type { ManagerTransport } from './transport.ts';
import type { WorkerNote } from './wire.ts';

export interface DeliveriesOptions {
  readonly transport: ManagerTransport;
  readonly errands: Errands;
  readonly engine: string;
  readonly node_major: number;
  /** The worker that a name is of, while it is known. */
  readonly worker: (name: string) => WorkerNote | undefined;
  readonly warn: (message: string) => void;
}

/** What workers send, on its way to whoever asked for it; and, until its rows are durable, what the broker keeps of it. */
export class Deliveries implements Recipient {
  readonly incoming: Incoming;
  private readonly options: DeliveriesOptions;
  private readonly held = new HeldResults();
  /** Results that were handed over and whose rows are not durable yet, each with what says which ids are done with when they are. */
  private readonly unacknowledged = new Map<ChunkResult, () => readonly string[]>();

  constructor(options: DeliveriesOptions) {
    this.options = options;
    const { transport, engine, node_major } = options;
    this.incoming = new Incoming({ transport, engine, node_major, recipient: this });
  }

  /** Whether it came from here, and its rows are not durable yet. */
  has(result: ChunkResult): boolean {
    return this.unacknowledged.has(result);
  }

  /** Its rows are durable: the broker may forget it. */
  acknowledge(result: ChunkResult): void {
    const done = this.unacknowledged.get(result);
    if (done === undefined) return;
    this.unacknowledged.delete(result);
    for (const id of done()) this.incoming.drop(id);
  }

  /** The result of a chunk where an earlier manager's chunks hold it. */
  fromHeld(task: ChunkTask): ChunkResult | undefined {
    if (this.held.length === 0) return undefined;
    const { experiment } = task.cell.schema;
    const result = this.held.take(task, (id, why) => {
      this.incoming.refuse(id, '', why);
    });
    if (result !== undefined) this.unacknowledged.set(result, () => this.held.acknowledged(experiment, result));
    return result;
  }

  isLate(id: string): boolean {
    return this.options.errands.isLate(id);
  }

  /** The survey finds that the broker does not have the chunk. */
  refused(id: string): void {
    const errand = this.options.errands.get(id);
    if (errand !== undefined) errand.offered_ms = -Infinity;
  }

  worker(name: string): WorkerNote | undefined {
    return this.options.worker(name);
  }

  warn(message: string): void {
    this.options.warn(message);
  }

  take(id: string, received: ReceivedResult, bytes: number): void {
    const errand = this.options.errands.get(id);
    if (errand === undefined) this.hold(id, received, bytes);
    else this.deliver(errand, received);
  }

  private deliver(errand: Errand, received: ReceivedResult): void {
    const { header } = received;
    if (header.key !== chunkKey(errand.task)) {
      this.incoming.refuse(errand.id, header.worker, 'it is of another chunk');
    } else if (header.failed !== undefined) {
      this.incoming.drop(errand.id);
      this.options.errands.fail(errand, errorOf(header.failed));
    } else {
      const result = checkedResult(errand.task, received);
      if (typeof result === 'string') this.incoming.refuse(errand.id, header.worker, result);
      else this.handOver(errand, result);
    }
  }

  private handOver(errand: Errand, result: ChunkResult): void {
    this.unacknowledged.set(result, () => [errand.id]);
    this.options.errands.settle(errand, result);
  }

  /** The result of an earlier manager's chunk: for whoever asks for the same. */
  private hold(id: string, received: ReceivedResult, bytes: number): void {
    if (received.header.failed !== undefined || received.header.cannot_prepare !== undefined) this.incoming.drop(id);
    else for (const dropped of this.held.add(id, received, bytes)) this.incoming.drop(dropped);
  }
}
