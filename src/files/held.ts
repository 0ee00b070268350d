import { EngineError } from '../errors.ts';
import type { FilePort } from './port.ts';

/**
 * On Windows a file that another program has open (a virus scanner for some 30 ms, a backup, Excel for a day) can be neither
 * replaced nor removed. Whoever meets one waits, longer and longer, up to a minute; then only this file is given up.
 */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 5_000;
const PATIENCE_MS = 60_000;
/** For what is written every second anyway. */
export const HARDLY_ANY_PATIENCE_MS = 150;

/** Another program had a file for so long that it was given up. What it should have become is tried again at the next write. */
export class HeldFile extends EngineError {
  constructor(doing: string, path: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    super(
      'DISK',
      `cannot ${doing} ${path}: ${code}, another program has it open, or permissions protect it: close it there, then run the same command again`,
      { path, cause },
    );
  }
}

/** Several tasks, some of which other programs may block: those are skipped and reported at the end. */
export class UnlessHeld {
  readonly #held: HeldFile[] = [];

  async do(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HeldFile)) throw error;
      this.#held.push(error);
    }
  }

  /** Throws for what was left out; everything else is done. */
  assertAllDone(): void {
    if (this.#held.length === 0) return;
    const [first] = this.#held;
    if (this.#held.length === 1) throw first!;
    const paths = this.#held.map(({ path }) => path).join(', ');
    throw new EngineError(
      'DISK',
      `other programs have these files open, or permissions protect them: ${paths}. Everything else was written: close them there, then run the same command again`,
      { path: first!.path!, cause: first },
    );
  }
}

/** Puts a file in the place of another. */
export function renameWhenFree(port: FilePort, from: string, to: string, patience_ms?: number): Promise<void> {
  return whenFree(port, 'replace', to, patience_ms, () => {
    port.rename(from, to);
  });
}

/** Does one step with a file as soon as no other program has it. */
export async function whenFree(
  { patience }: FilePort,
  doing: string,
  path: string,
  patience_ms = PATIENCE_MS,
  step: () => void,
): Promise<void> {
  let pause_ms = FIRST_PAUSE_MS;
  for (let waited_ms = 0; ;) {
    try {
      step();
      return;
    } catch (error) {
      if (patience?.isHeld(error) !== true) throw error;
      if (waited_ms >= patience_ms) throw new HeldFile(doing, path, error);
    }
    await patience.pause(pause_ms);
    waited_ms += pause_ms;
    pause_ms = Math.min(2 * pause_ms, LONGEST_PAUSE_MS);
  }
}
