/**
 * How a program is asked. `lines`: a line of JSON per request, a line per row. `arrow`: an Arrow IPC stream per request and per answer. `one`: a process per
 * permutation.
 */
export const FORMS = ['lines', 'arrow', 'one'] as const;
export type CommandForm = (typeof FORMS)[number];

/** A model that is a program of any kind, as plain data. */
export interface CommandProgram {
  readonly program: 'command';
  /** Name, version, parameters, metrics and what else of a model is no function. */
  readonly declaration: object;
  /** The program and its arguments. */
  readonly run: readonly string[];
  readonly form: CommandForm;
  /** SHA-256, 64 hex digits, of each file that it is made of, by its path from the study's folder, with `/`. */
  readonly files: Readonly<Record<string, string>>;
  /** Names of variables that it is given, and `NAME=value` for one that is set. */
  readonly environment: readonly string[];
  /** An answer may take so long [ms]. */
  readonly timeout_ms: number;
}

/** Where nothing is said. */
export const DEFAULTS = { form: 'lines', environment: ['PATH'], timeout_ms: 600_000 } as const;
