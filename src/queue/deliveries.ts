import type { Executor } from '../execute/executor.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { errorOf } from '../model/error-record.ts';
import type { PermutationRange } from '../study/permutation-range.ts';
import { counted } from '../wording/format-number.ts';
import { Auditor, type Claim, type Finding } from './auditor.ts';
import { checkedResult } from './check-result.ts';
import { chunkKey } from './chunk-key.ts';
import type { Errand, Errands } from './errands.ts';
import { HeldResults } from './held-results.ts';
import { Incoming, type Recipient } from './incoming.ts';
import type { ReceivedResult } from './result-frame.ts';
import type { ManagerTransport } from './transport.ts';
import type { WorkerNote } from './wire.ts';

/** How workers' results are audited. */
export interface AuditHow {
  /** Of their permutations [%]. */
  readonly percent: number;
  /** What decides which ones, known to this process alone. */
  readonly secret: string;
  /** Who computes them again. */
  readonly local: Executor;
}

export interface DeliveriesOptions {
  readonly transport: ManagerTransport;
  readonly errands: Errands;
  readonly engine: string;
  readonly node_major: number;
  /** Undefined: what workers send is looked at, and believed. */
  readonly audit: AuditHow | undefined;
  readonly closing: AbortSignal;
  /** The worker that a name is of, while it is known. */
  readonly worker: (name: string) => WorkerNote | undefined;
  readonly warn: (message: string) => void;
  /** What was on its way is so no more: results wait for an audit, or have to be computed here or elsewhere. */
  readonly onWaiting: () => void;
}

/** What workers send, on its way to whoever asked for it; and, until its rows are durable, what the broker keeps of it. */
export class Deliveries implements Recipient {
  readonly incoming: Incoming;
  private readonly options: DeliveriesOptions;
  private readonly held = new HeldResults();
  private readonly auditor: Auditor | undefined;
  private n_done = 0;
  /** Results that were handed over and whose rows are not durable yet, each with what says which ids are done with when they are. */
  private readonly unacknowledged = new Map<ChunkResult, () => readonly string[]>();

  constructor(options: DeliveriesOptions) {
    this.options = options;
    const { transport, engine, node_major, audit, closing } = options;
    this.incoming = new Incoming({ transport, engine, node_major, recipient: this });
    this.auditor =
      audit &&
      new Auditor({
        ...audit,
        closing,
        onClean: (claims) => {
          for (const claim of claims) this.handOver(claim);
        },
        onWrong: (finding, claims) => {
          this.putOut(finding, claims);
        },
        onError: (error, claims) => {
          for (const { id } of claims) this.fail(id, error);
        },
      });
  }

  /** Chunks that were handed over. */
  get done(): number {
    return this.n_done;
  }

  /** Permutations that were computed again, and were as they came. */
  get audited(): number {
    return this.auditor?.audited ?? 0;
  }

  /** Results that have come and are not in a file yet. */
  get not_durable(): number {
    return this.unacknowledged.size + this.waiting + this.held.length;
  }

  /** Results that have come and wait for an audit. */
  get waiting(): number {
    return this.auditor?.waiting ?? 0;
  }

  /** Nothing else is on its way: what waits for an audit has it now. */
  auditWaiting(): void {
    if (this.auditor !== undefined && this.options.errands.allHere) this.auditor.flush();
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

  /** These rows were durable before anybody asked for them: what an earlier manager left of them is done with. */
  found(experiment: string, present: readonly PermutationRange[]): void {
    for (const id of this.held.durable(experiment, present)) this.incoming.drop(id);
  }

  /** The result of a chunk where an earlier manager's chunks hold it, and are right where they are audited. */
  fromHeld(task: ChunkTask): ChunkResult | Promise<ChunkResult | undefined> | undefined {
    if (this.held.length === 0) return undefined;
    const found = this.held.take(task, (id, why) => {
      this.incoming.refuse(id, '', why);
    });
    if (found === undefined) return undefined;
    const { result, parts } = found;
    if (this.auditor === undefined) return this.ofHeld(task, result);
    const claims = parts.map((part) => ({ ...part, task, result }));
    return this.auditor.confirm(claims).then((finding) => {
      if (finding === undefined) return this.ofHeld(task, result);
      this.putOut(finding, []);
      return undefined;
    });
  }

  private ofHeld({ cell }: ChunkTask, result: ChunkResult): ChunkResult {
    this.n_done += 1;
    const rows = [{ from: result.first, to: result.first + result.count }];
    this.unacknowledged.set(result, () => this.held.durable(cell.schema.experiment, rows));
    return result;
  }

  isLate(id: string): boolean {
    return this.options.errands.isLate(id);
  }

  /** The survey finds that the broker does not have the chunk. */
  refused(id: string): void {
    const errand = this.options.errands.get(id);
    if (errand !== undefined) Object.assign(errand, { offered_ms: -Infinity, here: false });
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
    const { id, task } = errand;
    const { worker, key, failed } = received.header;
    if (key !== chunkKey(task)) {
      this.incoming.refuse(id, worker, 'it is of another chunk');
    } else if (failed !== undefined) {
      this.incoming.drop(id);
      this.fail(id, errorOf(failed));
    } else {
      const result = checkedResult(task, received);
      if (typeof result === 'string') this.incoming.refuse(id, worker, result);
      else this.audit(errand, { id, worker, task, result, range: { from: task.first, to: task.first + task.count } });
    }
  }

  private audit(errand: Errand, claim: Claim): void {
    if (this.auditor === undefined) this.handOver(claim);
    else {
      errand.here = true;
      this.auditor.take(claim);
      this.options.onWaiting();
    }
  }

  /** To whoever asked for it, unless its chunk was taken back meanwhile: then it is for a later run. */
  private handOver({ id, result }: Claim): void {
    const errand = this.options.errands.get(id);
    if (errand === undefined) return;
    this.n_done += 1;
    this.unacknowledged.set(result, () => [id]);
    this.options.errands.settle(errand, result);
  }

  /** A worker makes up rows, or cannot compute: nothing more of it is taken, and what it sent since it was last found right is computed again. */
  private putOut(finding: Finding, claims: readonly Claim[]): void {
    const { worker, cell_id, perm_index, sent, computed } = finding;
    const what = `permutation ${perm_index} of cell ${cell_id} came as ${sent}, and is ${computed}`;
    const ids = [...claims.map(({ id }) => id), ...this.held.dropOf(worker)];
    for (const id of ids) this.incoming.discard(id);
    if (this.incoming.expel(worker, what)) {
      const who = this.worker(worker);
      const whose = who === undefined ? 'A worker that is gone' : `The worker on ${who.host} (pid ${who.pid})`;
      const again = `${counted(ids.length, 'result')} that came since its last clean audit ${ids.length === 1 ? 'is' : 'are'}`;
      this.warn(
        `${whose} sent rows that are not those of this machine: ${what}. It is put out, and ${again} computed again.`,
      );
    }
    this.options.onWaiting();
  }

  private fail(id: string, error: unknown): void {
    const errand = this.options.errands.get(id);
    if (errand !== undefined) this.options.errands.fail(errand, error);
  }

  /** The result of an earlier manager's chunk: for whoever asks for the same. */
  private hold(id: string, received: ReceivedResult, bytes: number): void {
    if (received.header.failed !== undefined || received.header.cannot_prepare !== undefined) this.incoming.drop(id);
    else for (const dropped of this.held.add(id, received, bytes)) this.incoming.drop(dropped);
  }
}
