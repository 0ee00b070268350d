import { SILENT, type RunEvent, type Tell } from '../run/output/events.ts';
import { StopSwitch } from '../run/stop.ts';
import { positiveOption } from '../wording/expected.ts';
import type { Watch } from './run-studies.ts';

/** Who watches a run, and who may stop it. */
export interface Watching {
  /** Aborted, the run finishes nothing new, writes what is computed, and resolves: `stopped` says so, and the same run resumes it. As Ctrl-C does. */
  readonly signal?: AbortSignal | undefined;
  /** Told what happens. What it throws stops the run, as `signal` does, and rejects. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Interval between `progress` events [ms]; default 1000. */
  readonly progress_ms?: number | undefined;
}

/** Options of a run and of watching it. */
export function apart<Options extends Watching>(
  options: Options,
): { readonly watching: Watching; readonly asked: Omit<Options, keyof Watching> } {
  const { signal, onEvent, progress_ms, ...asked } = options;
  return { watching: { signal, onEvent, progress_ms }, asked };
}

export async function watched<Result>(
  { signal, onEvent, progress_ms = 1_000 }: Watching,
  work: (watch: Watch) => Promise<Result>,
): Promise<Result> {
  positiveOption('progress_ms', progress_ms);
  const stop = new StopSwitch();
  const release = stopOn(signal, stop);
  const watcher = new Watcher(onEvent, stop);
  try {
    const result = await work({
      stop,
      tell: watcher.tell,
      progress_ms: onEvent === undefined ? undefined : progress_ms,
    });
    watcher.throwIfFailed();
    return result;
  } finally {
    release();
  }
}

/** Returns what takes it back. */
function stopOn(signal: AbortSignal | undefined, stop: StopSwitch): () => void {
  if (signal === undefined) return () => undefined;
  const onAbort = (): void => {
    stop.stop({ kind: 'aborted', reason: signal.reason });
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  return () => {
    signal.removeEventListener('abort', onAbort);
  };
}

/** Who watches may fail; the run must not, in the middle of a file. */
class Watcher {
  readonly tell: Tell;
  private failure: { readonly error: unknown } | undefined;

  constructor(onEvent: Watching['onEvent'], stop: StopSwitch) {
    this.tell = onEvent === undefined ? SILENT : this.guarded(onEvent, stop);
  }

  private guarded(onEvent: NonNullable<Watching['onEvent']>, stop: StopSwitch): Tell {
    return (event) => {
      if (this.failure !== undefined) return;
      try {
        onEvent(event);
      } catch (error) {
        this.failure = { error };
        stop.stop({ kind: 'error', error });
      }
    };
  }

  throwIfFailed(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
