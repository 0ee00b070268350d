/**
 * The one list of operating errors: what went wrong outside the program's own logic.
 * Programmer errors are assertions (`node:assert`), and what `verify` finds are values, not errors.
 */
export const ERRORS = {
  /** The command line itself is wrong. */
  USAGE: 2,
  /** The study file: syntax, unknown keys, types, ranges. */
  STUDY: 2,
  /** An input file that the study names: missing, malformed, a bad value. */
  DATA: 2,
  /** The user's model: cannot be loaded or does not follow the interface. */
  MODEL: 2,
  /** The output holds another experiment, or the same one under other settings. */
  IDENTITY: 2,
  /** The file or folder named is not a run. */
  NOT_A_RUN: 2,
  /** At least one permutation failed. */
  SIMULATION: 1,
  /** `verify` found something. */
  VERIFY: 1,
  /** Another process writes this output. */
  LOCKED: 3,
  /** Disk full, quota, file-size limit. */
  DISK_FULL: 3,
  /** Any other failure of the file system: read-only, I/O error, permission, vanished folder. */
  DISK: 3,
  /** Stopped before the end as asked: time budget. */
  STOPPED: 3,
  /** The queue of a distributed run is lost. */
  QUEUE: 3,
  /** A worker thread died. */
  WORKER: 3,
} as const;

/** A code of the closed list of errors. */
export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** Where: a path in the study (`grid.p_skip[2]`), a file with line or byte. */
  readonly path?: string | undefined;
  /** The value found there. */
  readonly value?: unknown;
  /** What would be right. */
  readonly allowed?: string | undefined;
  readonly cause?: unknown;
}

/** Errors of every copy of the class have it: a user's model has a copy of its own in its bundle, a program perhaps another version. */
const MARK = Symbol.for('permafrost.EngineError');

/**
 * An operating error. `message` says what, where and what to do, in that order, and is printed as it is.
 * `exit` is the process exit code that belongs to it.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: ErrorCode;
  readonly exit: number;
  readonly path: string | undefined;
  readonly value: unknown;
  readonly allowed: string | undefined;

  /** Errors of every copy of the class are instances of it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class that extends this one has instances of its own.
    if (this !== EngineError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && MARK in value;
  }

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.exit = ERRORS[code];
    this.path = details.path;
    this.value = details.value;
    this.allowed = details.allowed;
    Object.defineProperty(this, MARK, { value: true });
  }
}
