import pLimit from 'p-limit';

import { EngineError } from '../errors.ts';
import type { Executor } from '../execute/executor.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { PermutationRange } from '../study/permutation-range.ts';
import { auditSample } from './audit-sample.ts';
import { SentRows } from './same-rows.ts';

/** A worker's results wait for an audit; so many, or so many bytes of them, are enough to make one. */
const MOST_WAITING = 256;
const MOST_BYTES = 32 << 20;

/** What a worker says of a chunk, or of the part of it that it computed. */
export interface Claim {
  /** Of the result, at the broker. */
  readonly id: string;
  readonly worker: string;
  readonly task: ChunkTask;
  readonly result: ChunkResult;
  readonly range: PermutationRange;
}

/** Where a worker's rows are not those of this machine. */
export interface Finding {
  readonly worker: string;
  readonly cell_id: string;
  readonly perm_index: number;
  readonly sent: string;
  readonly computed: string;
}

export interface AuditorOptions {
  /** Of all permutations that workers send [%]. */
  readonly percent: number;
  /** Known to this process alone. */
  readonly secret: string;
  /** Who computes here. */
  readonly local: Executor;
  /** Nothing more is audited. */
  readonly closing: AbortSignal;
  /** Their worker was found right since they came. */
  readonly onClean: (claims: readonly Claim[]) => void;
  /** Their worker was found wrong. */
  readonly onWrong: (finding: Finding, claims: readonly Claim[]) => void;
  /** They could not be audited: this machine itself is in trouble. */
  readonly onError: (error: unknown, claims: readonly Claim[]) => void;
}

/** One worker: what it sent since its last clean audit. */
interface Account {
  waiting: Claim[];
  bytes: number;
  /** One of those that wait was drawn. */
  is_due: boolean;
  /** It was found right at least once. */
  known: boolean;
  auditing: boolean;
}

/**
 * Results of a worker wait here until a sample of them, computed again by this machine, is the same to the last bit. Only then are they appended, so that what an
 * audit throws doubt on is in no file yet: nothing durable must be taken back, and no precision rule or step has decided on it.
 *
 * A result of which nothing was drawn waits for the next of the same worker of which something was. The first result of a worker is always drawn from, and so is
 * one where nothing else is on its way: a run never waits for an audit that does not come.
 */
export class Auditor {
  private readonly options: AuditorOptions;
  private readonly accounts = new Map<string, Account>();
  private readonly limit: ReturnType<typeof pLimit>;
  private n_waiting = 0;
  private n_audited = 0;

  constructor(options: AuditorOptions) {
    this.options = options;
    this.limit = pLimit(options.local.parallel);
  }

  /** Results that are not handed over yet. */
  get waiting(): number {
    return this.n_waiting;
  }

  /** Permutations that were computed again, and were as they came. */
  get audited(): number {
    return this.n_audited;
  }

  take(claim: Claim): void {
    const account = this.accountOf(claim.worker);
    account.waiting.push(claim);
    account.bytes += claim.result.bytes.length;
    this.n_waiting += 1;
    const full = account.waiting.length >= MOST_WAITING || account.bytes > MOST_BYTES;
    const drawn = !account.known || full || claim.result.cannot_prepare !== undefined || this.sample(claim, 0) > 0;
    if (!drawn) return;
    account.is_due = true;
    void this.audit(claim.worker, account);
  }

  /** Nothing else is on its way: what waits is audited now. */
  flush(): void {
    for (const [worker, account] of this.accounts) {
      if (account.waiting.length === 0) continue;
      account.is_due = true;
      void this.audit(worker, account);
    }
  }

  /** Audits these at once, something of each. Returns what is wrong with the first that is. */
  async confirm(claims: readonly Claim[]): Promise<Finding | undefined> {
    return this.firstFinding(claims, () => 1);
  }

  private accountOf(worker: string): Account {
    const found = this.accounts.get(worker);
    if (found !== undefined) return found;
    const account: Account = { waiting: [], bytes: 0, is_due: false, known: false, auditing: false };
    this.accounts.set(worker, account);
    return account;
  }

  /** All that waits, again and again, as long as something of it was drawn. */
  private async audit(worker: string, account: Account): Promise<void> {
    if (account.auditing) return;
    account.auditing = true;
    while (account.is_due && !this.options.closing.aborted) {
      const claims = account.waiting;
      Object.assign(account, { waiting: [], bytes: 0, is_due: false });
      await this.auditAll(worker, account, claims);
    }
    account.auditing = false;
  }

  private async auditAll(worker: string, account: Account, claims: readonly Claim[]): Promise<void> {
    const { onClean, onWrong, onError, closing } = this.options;
    try {
      const anything = claims.some((claim) => this.sample(claim, 0) > 0);
      // Where nothing was drawn, something of the last one is: it is the nearest to what comes.
      const least = ({ result }: Claim, k: number): number =>
        result.cannot_prepare !== undefined || (k === claims.length - 1 && !anything) ? 1 : 0;
      const finding = await this.firstFinding(claims, least);
      if (closing.aborted) return;
      this.n_waiting -= claims.length;
      if (finding === undefined) {
        account.known = true;
        onClean(claims);
      } else {
        const since = account.waiting;
        this.n_waiting -= since.length;
        this.accounts.delete(worker);
        Object.assign(account, { waiting: [], bytes: 0, is_due: false });
        onWrong(finding, [...claims, ...since]);
      }
    } catch (error) {
      if (closing.aborted) return;
      this.n_waiting -= claims.length;
      onError(error, claims);
    }
  }

  private sample(claim: Claim, least: number): number {
    return this.runsOf(claim, least).reduce((sum, { from, to }) => sum + to - from, 0);
  }

  private runsOf({ id, task, range }: Claim, least: number): PermutationRange[] {
    const { secret, percent } = this.options;
    return auditSample(secret, `${id}:${task.cell.schema.experiment}`, range, { percent, least });
  }

  private async firstFinding(
    claims: readonly Claim[],
    least: (claim: Claim, k: number) => number,
  ): Promise<Finding | undefined> {
    const findings = await Promise.all(
      claims.flatMap((claim, k) => {
        const sent = new SentRows(claim.task, claim.result);
        return this.runsOf(claim, least(claim, k)).map((run) => this.compare(claim, sent, run));
      }),
    );
    return findings.find((finding) => finding !== undefined);
  }

  private async compare({ worker, task }: Claim, sent: SentRows, run: PermutationRange): Promise<Finding | undefined> {
    const difference = await this.fresh(task, run, (fresh) => sent.differenceFrom(fresh));
    if (difference === undefined) {
      this.n_audited += run.to - run.from;
      return undefined;
    }
    const again = await this.fresh(task, run, (one) =>
      this.fresh(task, run, (other) => new SentRows(task, one).differenceFrom(other)),
    );
    if (again !== undefined) throw notPure(task, again.perm_index);
    return { worker, cell_id: task.cell.schema.cell_id, ...difference };
  }

  /** Computes it here, and hands over what comes as long as its memory is in use. */
  private async fresh<T>(
    { setup, cell }: ChunkTask,
    { from, to }: PermutationRange,
    use: (fresh: ChunkResult) => T | Promise<T>,
  ): Promise<T> {
    const { local, closing } = this.options;
    const fresh = await this.limit(() => local.compute({ setup, cell, first: from, count: to - from }, closing));
    try {
      return await use(fresh);
    } finally {
      local.release(fresh);
    }
  }
}

/** Nobody can be blamed for other rows. */
function notPure({ cell }: ChunkTask, perm_index: number): EngineError {
  return new EngineError(
    'MODEL',
    `Permutation ${perm_index} of cell ${cell.schema.cell_id} was computed twice on this machine, and the rows differ: the model draws on something else than its parameters, its inputs and its random numbers, or this machine's memory fails.`,
  );
}
