import type { Executor } from '../execute/executor.ts';
import type { Errand, Errands } from './errands.ts';
import type { ManagerTransport } from './transport.ts';

export interface OwnThreadsOptions {
  /** Undefined: only workers compute. */
  readonly local: Executor | undefined;
  readonly errands: Errands;
  readonly transport: Pick<ManagerTransport, 'states' | 'withdraw'>;
  readonly offer: (errand: Errand) => void;
  /** The broker cannot be reached. Throws what is a bug. */
  readonly gone: (error: unknown) => void;
}

/** The manager's own share of the work: what its threads can take at once, and what would else wait at the broker while they idle. */
export class OwnThreads {
  private readonly options: OwnThreadsOptions;
  private busy = 0;
  private n_done = 0;

  constructor(options: OwnThreadsOptions) {
    this.options = options;
  }

  get parallel(): number {
    return this.options.local?.parallel ?? 0;
  }

  /** Chunks that were computed here. */
  get done(): number {
    return this.n_done;
  }

  hasSlot(): boolean {
    return this.busy < this.parallel;
  }

  compute(errand: Errand): void {
    const { local, errands } = this.options;
    errand.local = true;
    this.busy += 1;
    void local!
      .compute(errand.task, errand.taken_back.signal, errand.keep, errand.summarise)
      .then(
        (result) => {
          // A worker may have been faster after all.
          if (errands.settle(errand, result)) this.n_done += 1;
          else local!.release(result);
        },
        (error: unknown) => {
          errands.fail(errand, error);
        },
      )
      .finally(() => {
        this.busy -= 1;
        // Chunks that are asked for now come first.
        setImmediate(() => void this.steal());
      });
  }

  /** Threads that would idle take what no worker has begun; without a broker, everything: what then comes twice is dropped. */
  async steal(): Promise<void> {
    const { errands, transport, gone } = this.options;
    if (!this.hasSlot()) return;
    const offered = errands.offered();
    if (offered.length === 0) return;
    try {
      const states = await transport.states(offered.map(({ id }) => id));
      for (const [k, errand] of offered.entries()) {
        if (!this.hasSlot()) return;
        if (states[k] === 'waiting' && this.isFree(errand)) await this.takeFromBroker(errand);
      }
    } catch (error) {
      gone(error);
      for (const errand of offered) if (this.hasSlot() && this.isFree(errand)) this.compute(errand);
    }
  }

  private isFree(errand: Errand): boolean {
    return !errand.local && this.options.errands.isOpen(errand);
  }

  private async takeFromBroker(errand: Errand): Promise<void> {
    const { errands, transport, offer } = this.options;
    // Meanwhile nobody else here takes it.
    errand.local = true;
    const is_ours = await transport.withdraw(errand.id).finally(() => {
      errand.local = false;
    });
    if (!is_ours || !errands.isOpen(errand)) return;
    if (this.hasSlot()) this.compute(errand);
    else offer(errand);
  }
}
