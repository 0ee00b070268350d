import { EngineError } from '../errors.ts';

/** What there is to say of a chunk that nobody could compute. */
export interface Death {
  /** Of its first permutation. */
  readonly seed: string;
  readonly tries: number;
  /** What the last of those who tried said. */
  readonly why: string;
}

/** Whoever computes this chunk fails or dies: it was tried as often as it may be. */
export class DeadChunk extends EngineError {
  readonly death: Death;

  constructor(death: Death) {
    const said = death.why.replace(/\s+/g, ' ').replace(/\.?$/, '.');
    super(
      'WORKER',
      `No worker could compute it, in ${death.tries} tries. The last one said: ${said} It is on record in aggregated/dead_letters.csv.`,
    );
    this.death = death;
  }
}
