import { EngineError } from '../../errors.ts';

const PATH = 'command';

/** The program as a whole cannot be used: the run ends, and no permutation is recorded as failed for it. */
export class UnusableProgram extends EngineError {
  constructor(message: string, cause: unknown) {
    super('MODEL', message, { path: PATH, cause });
  }
}

/** The same of an error that crossed from another thread, where it has lost its class. */
export function isUnusableProgram(error: unknown): error is EngineError {
  return error instanceof EngineError && error.code === 'MODEL' && error.path === PATH;
}
