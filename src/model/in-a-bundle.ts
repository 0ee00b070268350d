import type { ErrorCode, ErrorDetails } from '../errors.ts';

/**
 * What `import ... from 'permafrost'` means in a user's own model or study file, which are bundled: the same names as in a program. Those that
 * work on studies and runs have no place there; a file that a model shares with a program may import them all the same, and who calls one in a
 * worker thread is told so. test/index.test.ts holds the names against those of index.ts.
 */
export * from './kit.ts';

/**
 * EngineError as a model has it. The engine knows its errors by their mark (errors.ts). It stands for itself, without the list of codes: a
 * code that the engine gets must not change the hash of every model that throws an error. A constant, because the name of a class would
 * be kept from models that have an EngineError of their own.
 */
export const EngineError = class extends Error {
  override readonly name = 'EngineError';
  readonly code: ErrorCode;
  readonly exit: number;
  readonly path: string | undefined;
  readonly value: unknown;
  readonly allowed: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.exit = /^(SIMULATION|VERIFY)$/.test(code)
      ? 1
      : /^(LOCKED|DISK|DISK_FULL|STOPPED|QUEUE|WORKER)$/.test(code)
        ? 3
        : 2;
    this.path = details.path;
    this.value = details.value;
    this.allowed = details.allowed;
    Object.defineProperty(this, Symbol.for('permafrost.EngineError'), { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== EngineError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && Symbol.for('permafrost.EngineError') in value;
  }
};

function outOfPlace(name: string): never {
  throw new EngineError(
    'MODEL',
    `${name}() works on studies and runs; it cannot be called in a model or a study file: call it in a program that names them.`,
  );
}

export const run = (): never => outOfPlace('run');
export const plan = (): never => outOfPlace('plan');
export const openRun = (): never => outOfPlace('openRun');
export const status = (): never => outOfPlace('status');
export const verify = (): never => outOfPlace('verify');
export const repair = (): never => outOfPlace('repair');
export const replay = (): never => outOfPlace('replay');
export const serve = (): never => outOfPlace('serve');
export const work = (): never => outOfPlace('work');
export const submit = (): never => outOfPlace('submit');
export const merge = (): never => outOfPlace('merge');
export const exportRun = (): never => outOfPlace('exportRun');
export const summarize = (): never => outOfPlace('summarize');
export const compare = (): never => outOfPlace('compare');
export const report = (): never => outOfPlace('report');
export const bench = (): never => outOfPlace('bench');
export const init = (): never => outOfPlace('init');
export const inspect = (): never => outOfPlace('inspect');
export const importTrades = (): never => outOfPlace('importTrades');
export const generate = (): never => outOfPlace('generate');
export const seeds = (): never => outOfPlace('seeds');
