/** What became of a batch in the present tick. */
export const OPEN = 0;
export const PASSED = 1;
export const FAILED = 2;
/** Failed because a member breaks an active test: decided without a draw. */
export const BROKEN = 3;

/** The end of a chain. */
export const NONE = -1;

/** One round of group testing: the batches of a tick and what they say about each change of the window. */
export interface Screening {
  readonly outcome: Uint8Array;
  /** 1: the batch has a member that was not cleared. */
  readonly suspicious: Uint8Array;
  /** Per batch the first link in the chain of its members with flaky effects, or `NONE`. */
  readonly chain: Int32Array;
  /** Per link the next link of the same chain, and the queue entry of the member. */
  readonly next: number[];
  readonly member: number[];
  /** The test failures of the batches that were not decided without a draw, in batch order. */
  readonly failed_batch: number[];
  readonly failed_test: number[];
  failures: number;
  /** Per position of the window: 1 if some batch of the change passed. */
  readonly cleared: Uint8Array;
}

export function createScreening(most_batches: number, most_changes: number): Screening {
  return {
    outcome: new Uint8Array(most_batches),
    suspicious: new Uint8Array(most_batches),
    chain: new Int32Array(most_batches),
    next: [],
    member: [],
    failed_batch: [],
    failed_test: [],
    failures: 0,
    cleared: new Uint8Array(most_changes),
  };
}
