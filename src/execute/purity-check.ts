import { EngineError } from '../errors.ts';
import type { MetricsSchema } from '../encoding/metrics-schema.ts';
import type { AgainTask, ChunkTask, Told, ToldAgain } from './messages.ts';
import type { GivenSetup } from './setup.ts';

/** Permutations of a chunk, told while they were computed with all others of it, and the thread that did. */
export interface Sampled {
  readonly told: readonly Told[];
  readonly thread: number;
}

/** Has them computed by a copy of the model that has computed nothing else, on another thread than `avoid` where there is one. */
export type Again = (task: AgainTask, avoid: number, signal?: AbortSignal) => Promise<ToldAgain>;

/** Of all the time that is spent on computing, this much may go into computing again. */
const SHARE = 0.01;
/** So many cells are checked whatever it costs. */
const CERTAIN = 3;
/** A task that goes to a thread and back takes this long [ms]. */
const MESSAGE_MS = 0.2;
/** A smaller chunk has one of its permutations computed again, a larger one two. */
const SMALL = 200;
/** Cells under way, and more. */
const RECENT = 64;

/**
 * A row must follow from parameters, inputs and seed alone, or no run can be resumed, verified or shared by machines. Whether a user's model keeps to that is tried
 * in every run: of each cell's first chunk some permutations are computed once more, the last one first, each alone, by a fresh copy of the model, under another clock,
 * in another thread. It costs a hundredth of the computing at most: of very small cells not each is checked then.
 */
export class PurityCheck {
  /** The study of each user's model, by the hash of its setup. The engine's own models are checked by its tests. */
  private readonly files: ReadonlyMap<string, string>;
  private readonly again: Again;
  /** Experiments whose first chunk was seen. */
  private readonly recent = new Set<string>();
  private n_checked = 0;
  private computed_ms = 0;
  private checked_ms = 0;

  constructor(setups: readonly GivenSetup[], again: Again) {
    this.files = new Map(setups.flatMap(({ id, setup: { model } }) => ('code' in model ? [[id, model.file]] : [])));
    this.again = again;
  }

  /** Which permutations of the chunk are to be told for the check; none where there is none. */
  sampleOf({ setup, cell, first, count }: ChunkTask): readonly number[] {
    if (!this.files.has(setup) || this.recent.has(cell.schema.experiment)) return [];
    if (this.n_checked >= CERTAIN && this.checked_ms > SHARE * this.computed_ms) return [];
    this.n_checked += 1;
    this.recent.add(cell.schema.experiment);
    for (const oldest of this.recent) {
      if (this.recent.size <= RECENT) break;
      this.recent.delete(oldest);
    }
    const last = first + count - 1;
    return count < SMALL ? [last] : [last, first + (count >>> 1)];
  }

  /** A chunk was computed in so many ms. */
  computed(ms: number): void {
    this.computed_ms += ms;
  }

  /** Rejects with EngineError MODEL where they are not the same, to the last bit, when they are computed again. */
  async check(
    { setup, cell }: ChunkTask,
    perms: readonly number[],
    sampled: Sampled,
    signal?: AbortSignal,
  ): Promise<void> {
    const { told, ms } = await this.again({ setup, cell, perms }, sampled.thread, signal);
    this.checked_ms += ms + MESSAGE_MS;
    for (const [k, perm_index] of perms.entries()) {
      const difference = differenceOf(sampled.told[k]!, told[k]!, cell.schema);
      if (difference !== undefined) throw notPure(this.files.get(setup)!, cell.schema, perm_index, difference);
    }
  }
}

/** What differs, for people; undefined where nothing does. Of a failure its message may name what is of no account. */
function differenceOf(one: Told, other: Told, { metrics }: MetricsSchema): string | undefined {
  if (one instanceof Float64Array && other instanceof Float64Array) {
    const m = metrics.findIndex((_, k) => !Object.is(one[k], other[k]));
    return m < 0 ? undefined : `${metrics[m]!} is ${one[m]!} among others, and ${other[m]!} when it is computed again`;
  }
  const [a, b] = [one, other].map((each) =>
    each instanceof Float64Array ? 'has a row' : `fails (${each.error_class}: ${each.message})`,
  );
  const same =
    !(one instanceof Float64Array) && !(other instanceof Float64Array) && one.error_class === other.error_class;
  return same ? undefined : `it ${a!} among others, and ${b!} when it is computed again`;
}

function notPure(file: string, { cell_id }: MetricsSchema, perm_index: number, difference: string): EngineError {
  return new EngineError(
    'MODEL',
    `The model of ${file} is not pure. In permutation ${perm_index} of cell ${cell_id} ${difference}, alone and by a fresh copy of the model. A row may depend on parameters, inputs and rng, and on nothing else: look for Math.random, a clock, or something that one permutation leaves for the next. Nothing of this chunk was stored. (--no-purity-check computes it all the same: such a run cannot be resumed, verified or shared.)`,
    { path: file },
  );
}
