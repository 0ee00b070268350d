import { EngineError } from '../errors.ts';
import { PERMUTATIONS, type ChunkTask, type Fatal } from '../execute/messages.ts';
import { errorRecord } from '../model/error-record.ts';

/** Computes a chunk. Rejects with EngineError WORKER where its thread died of it, or was ended since it did not go on for `limit_ms`. */
export type Compute<Result> = (
  task: ChunkTask,
  fatal: readonly Fatal[],
  limit_ms: number | undefined,
) => Promise<Result>;

/**
 * Computes a chunk of a user's model, of which a permutation may never end, or end its thread (process.exit, more memory than there is). Each permutation is then
 * tried alone, and one that does it again has failed. Where none does, they do it together: the chunk is tried once more.
 */
export async function computeWithoutFatal<Result>(compute: Compute<Result>, task: ChunkTask): Promise<Result> {
  const limit_ms = task.permutation_timeout_ms;
  try {
    return await compute(task, [], limit_ms);
  } catch (error) {
    if (!diedOf(error)) throw error;
  }
  const fatal: Fatal[] = [];
  for (let perm_index = task.first; perm_index < task.first + task.count; perm_index += 1) {
    try {
      await compute({ ...task, first: perm_index, count: 1 }, [], limit_ms);
    } catch (error) {
      if (!diedOf(error)) throw error;
      fatal.push({ perm_index, error: errorRecord(causeOf(error)) });
    }
  }
  // A model with simulateChunk says nothing before its chunk is done.
  return compute(task, fatal, limit_ms === undefined ? undefined : limit_ms * task.count);
}

function diedOf(error: unknown): error is EngineError {
  return error instanceof EngineError && error.code === 'WORKER' && !(error instanceof EndsInPrepare);
}

/** Why, in terms of the model. */
function causeOf({ cause }: EngineError): unknown {
  if (!(cause instanceof Error)) return cause;
  const [, exit_code] = /exited with code: (\d+)/.exec(cause.message) ?? [];
  if (exit_code !== undefined) return new ThreadEnded(Number(exit_code));
  return (cause as { readonly code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? new OutOfMemory() : cause;
}

/** Whoever prepares the cell ends its thread: none of its permutations can be tried. */
export class EndsInPrepare extends EngineError {
  constructor(cause: EngineError) {
    super('WORKER', `prepare() ends its thread, every time. ${cause.message}`, { cause });
  }
}

/** A permutation ended the thread that computed it. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
  constructor(exit_code: number) {
    super(`ended its thread with exit code ${exit_code}: a model must not call process.exit; throw an error instead`);
  }
}

/** A permutation needed more memory than a thread of Node has. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
  constructor() {
    super('needed more memory than a thread may have, alone; NODE_OPTIONS=--max-old-space-size=8192 gives more [MB]');
  }
}

/** A permutation went on for too long. */
export class PermutationTimeout extends Error {
  override readonly name = 'PermutationTimeout';
  constructor(limit_ms: number) {
    super(`did not end within ${limit_ms / 1_000} s (--permutation-timeout); its thread was ended`);
  }
}

/** How often it is looked whether a permutation goes on, in parts of what it may take. */
const LOOKS = 8;
const LONGEST_LOOK_MS = 1_000;

/** Aborts when `progress` was counted up once, and then not for so long. */
export function watchProgress(progress: Int32Array, limit_ms: number): { signal: AbortSignal; end: () => void } {
  const over = new AbortController();
  let seen = 0;
  let still_ms = 0;
  const look_ms = Math.min(LONGEST_LOOK_MS, limit_ms / LOOKS);
  let looked_ms = performance.now();
  const timer = setInterval(() => {
    const now_ms = performance.now();
    const now = Atomics.load(progress, PERMUTATIONS);
    still_ms = now === 0 || now !== seen ? 0 : still_ms + (now_ms - looked_ms);
    seen = now;
    looked_ms = now_ms;
    if (still_ms < limit_ms) return;
    clearInterval(timer);
    const cause = new PermutationTimeout(limit_ms);
    over.abort(new EngineError('WORKER', `A permutation ${cause.message}.`, { cause }));
  }, look_ms);
  const end = (): void => {
    clearInterval(timer);
  };
  return { signal: over.signal, end };
}
