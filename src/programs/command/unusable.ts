import { EngineError } from '../../errors.ts';

/** The program as a whole cannot be used: the run ends, and no permutation is recorded as failed for it. */
export class UnusableProgram extends EngineError {
  constructor(message: string, cause: unknown) {
    super('MODEL', message, { path: 'command', cause });
  }
}
