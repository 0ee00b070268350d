/** What a program does wrong, as it is recorded of a permutation: the class by its name, the message on one line. */

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The process was gone before its answer was whole. */
export class ProgramDied extends Error {
  override readonly name = 'ProgramDied';
  readonly exit: Exit;
  constructor(shown: string, exit: Exit, progress: string, stderr: readonly string[]) {
    super(`${shown} ${exitText(exit)}${progress === '' ? '' : ` after ${progress}`}${stderrText(stderr)}`);
    this.exit = exit;
  }
}

/** It did not answer in time, and was ended. */
export class ProgramTimeout extends Error {
  override readonly name = 'ProgramTimeout';
  constructor(shown: string, timeout_ms: number, progress: string, stderr: string | undefined) {
    const last = stderr === undefined ? '' : `; the last line of its stderr: ${stderr}`;
    super(
      `${shown} had answered ${progress} when ${timeout_ms / 1000} s were over (command.timeout), and was ended${last}`,
    );
  }
}

/** What it printed is no answer. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** It says itself that the permutation failed. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

export function exitText({ code, signal }: Exit): string {
  if (signal !== null) return `was ended by ${signal}`;
  return `ended with exit code ${code ?? 'unknown'}`;
}

/** Its last lines, on one. */
export function stderrText(lines: readonly string[]): string {
  if (lines.length === 0) return '; it wrote nothing to stderr';
  return `; the end of its stderr: ${lines.join(' | ')}`;
}
