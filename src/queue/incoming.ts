import { EngineError } from '../errors.ts';
import type { WorkerPutOut } from '../stored/queue-report.ts';
import { receiveResult, type ReceivedResult } from './result-frame.ts';
import type { ManagerTransport } from './transport.ts';
import type { WorkerNote } from './wire.ts';

/** A worker is expelled when this many of its results were not what they must be. */
const MOST_FAULTS = 3;

/** What is done with results. */
export interface Recipient {
  /** Nobody waits for it, or will: it came twice, or late. */
  isLate(id: string): boolean;
  take(id: string, received: ReceivedResult, bytes: number): void;
  /** It was not what it must be, and is dropped. */
  refused(id: string): void;
  /** The worker that a name is of, while it is known. */
  worker(name: string): WorkerNote | undefined;
  warn(message: string): void;
}

export interface IncomingOptions {
  readonly transport: Pick<ManagerTransport, 'result' | 'acknowledge' | 'expel'>;
  readonly engine: string;
  readonly node_major: number;
  readonly recipient: Recipient;
}

/** Results as the broker has them: each is taken once, and the broker is told when it is done with. */
export class Incoming {
  private readonly options: IncomingOptions;
  /** Ids of results that were taken and that the broker still has. */
  private readonly in_hand = new Set<string>();
  /** Those of them that are done with; the broker is still to be told. */
  private readonly done: string[] = [];
  /** Workers of which nothing more is taken, by their names; for people, who they were. */
  private readonly out = new Map<string, WorkerPutOut>();
  /** Those of them that the broker is still to be told of. */
  private readonly untold: { readonly worker: string; readonly why: string }[] = [];
  private readonly faults = new Map<string, number>();

  constructor(options: IncomingOptions) {
    this.options = options;
  }

  async takeAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.in_hand.has(id)) continue;
      this.in_hand.add(id);
      try {
        await this.takeOne(id);
      } catch (error) {
        this.in_hand.delete(id);
        throw error;
      }
    }
    await this.tell();
  }

  /** The broker may forget it. */
  drop(id: string): void {
    this.done.push(id);
  }

  /** It is dropped through no fault of the message: its worker is not believed any more. */
  discard(id: string): void {
    this.drop(id);
    this.options.recipient.refused(id);
  }

  /** Nothing more of this worker is taken, and it is told why. False where that was so before, or nobody knows who it is. */
  expel(worker: string, why: string): boolean {
    if (worker === '' || this.out.has(worker)) return false;
    const { host, pid } = this.options.recipient.worker(worker) ?? { host: 'unknown', pid: 0 };
    this.out.set(worker, { host, pid, why });
    this.untold.push({ worker, why });
    return true;
  }

  get put_out(): WorkerPutOut[] {
    return [...this.out.values()];
  }

  /** It is not what it must be: it goes, and so does its worker where that happens again and again. */
  refuse(id: string, worker: string, why: string): void {
    this.fault(worker, why);
    this.discard(id);
  }

  /** Tells the broker what is done with. Where that fails, it is told the next time. */
  async tell(): Promise<void> {
    const { transport } = this.options;
    for (let next = this.untold[0]; next !== undefined; next = this.untold[0]) {
      await transport.expel(next.worker, next.why);
      this.untold.shift();
    }
    if (this.done.length === 0) return;
    const ids = this.done.splice(0);
    try {
      await transport.acknowledge(ids);
      for (const id of ids) this.in_hand.delete(id);
    } catch (error) {
      this.done.unshift(...ids);
      throw error;
    }
  }

  private async takeOne(id: string): Promise<void> {
    const { recipient, transport } = this.options;
    const bytes = recipient.isLate(id) ? undefined : await transport.result(id);
    if (bytes === undefined || recipient.isLate(id)) {
      this.drop(id);
      return;
    }
    const received = this.received(id, bytes);
    if (received !== undefined) recipient.take(id, received, bytes.length);
  }

  private received(id: string, bytes: Uint8Array): ReceivedResult | undefined {
    const { engine, node_major } = this.options;
    try {
      const received = receiveResult(bytes);
      const { header } = received;
      if (this.out.has(header.worker)) {
        this.discard(id);
        return undefined;
      }
      if (header.engine === engine && header.node_major === node_major) return received;
      const other = `it was computed by permafrost ${header.engine} on Node.js ${header.node_major}`;
      this.refuse(id, header.worker, other);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.refuse(id, '', error.message);
    }
    return undefined;
  }

  private fault(worker: string, why: string): void {
    const faults = (this.faults.get(worker) ?? 0) + 1;
    this.faults.set(worker, faults);
    if (faults > MOST_FAULTS) return;
    if (faults === MOST_FAULTS) this.expel(worker, why);
    const who = this.options.recipient.worker(worker);
    const whose = who === undefined ? '' : ` of the worker on ${who.host} (pid ${who.pid})`;
    this.options.recipient.warn(
      `A result${whose} was rejected: ${why.replace(/\.$/, '')}. The chunk is computed again.`,
    );
  }
}
