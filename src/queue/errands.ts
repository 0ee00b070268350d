import type { KeptColumns } from '../execute/kept-columns.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { SummariseOptions } from '../statistics/summarise.ts';

/** A chunk that is asked for. */
export interface Errand {
  readonly id: string;
  readonly task: ChunkTask;
  /** What who computes here may do besides: see `Executor.compute`. */
  readonly keep: KeptColumns | undefined;
  readonly summarise: SummariseOptions | undefined;
  /** When the broker was given it [ms]. */
  offered_ms: number;
  /** Computed here by now. */
  local: boolean;
  /** Its result has come, and waits for an audit. */
  here: boolean;
  readonly taken_back: AbortController;
  readonly resolve: (result: ChunkResult) => void;
  readonly reject: (error: Error) => void;
}

/** Everything that is asked for, by whatever id it goes under at the broker. Each is settled once, by whoever comes first. */
export class Errands {
  private readonly by_id = new Map<string, Errand>();
  private readonly run: string;
  private made = 0;

  /** `run`: what all ids begin with. */
  constructor(run: string) {
    this.run = run;
  }

  add(task: ChunkTask, besides: Pick<Errand, 'keep' | 'summarise'>, now_ms: number): [Errand, Promise<ChunkResult>] {
    const id = `${this.run}-${this.made}`;
    this.made += 1;
    let settle: Pick<Errand, 'resolve' | 'reject'>;
    const result = new Promise<ChunkResult>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const errand = {
      id,
      task,
      ...besides,
      offered_ms: now_ms,
      local: false,
      here: false,
      taken_back: new AbortController(),
      ...settle!,
    };
    this.by_id.set(id, errand);
    return [errand, result];
  }

  get(id: string): Errand | undefined {
    return this.by_id.get(id);
  }

  all(): Errand[] {
    return [...this.by_id.values()];
  }

  /** Those that the broker was given and of which nothing has come, in the order in which they were asked for. */
  offered(): Errand[] {
    return this.all().filter(({ local, here }) => !local && !here);
  }

  /** Something is asked for, and of all of it results have come that wait for an audit. */
  get allHere(): boolean {
    for (const { here } of this.by_id.values()) if (!here) return false;
    return this.by_id.size > 0;
  }

  isOpen({ id }: Errand): boolean {
    return this.by_id.has(id);
  }

  /** Of this run, and settled: what comes for it comes twice, or late. */
  isLate(id: string): boolean {
    return !this.by_id.has(id) && id.startsWith(`${this.run}-`);
  }

  /** False where somebody was faster. */
  settle({ id, resolve }: Errand, result: ChunkResult): boolean {
    if (!this.by_id.delete(id)) return false;
    resolve(result);
    return true;
  }

  fail({ id, reject }: Errand, error: unknown): boolean {
    if (!this.by_id.delete(id)) return false;
    reject(error instanceof Error ? error : new Error(String(error)));
    return true;
  }
}
