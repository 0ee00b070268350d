/** The tests of the main branch, and what is believed of them. */
export interface Suite {
  readonly count: number;
  /** Pass probability of each test on the main branch. */
  readonly base: Float64Array;
  /** Estimated failure rate of each test. */
  readonly rate: Float64Array;
  /** 1: the test gates landing. */
  readonly active: Uint8Array;
  active_count: number;
  /** The active tests with base < 1, ascending: entries 0 .. `impaired_count` - 1. As of the last `listImpaired`. */
  readonly impaired: Int32Array;
  impaired_count: number;
}

export function createSuite(count: number): Suite {
  return {
    count,
    base: new Float64Array(count),
    rate: new Float64Array(count),
    active: new Uint8Array(count),
    active_count: count,
    impaired: new Int32Array(count),
    impaired_count: 0,
  };
}

/** All tests healthy, active and without history. */
export function resetSuite(suite: Suite): void {
  suite.base.fill(1);
  suite.rate.fill(0);
  suite.active.fill(1);
  suite.active_count = suite.count;
  suite.impaired_count = 0;
}

/** Which active tests can fail on an innocent change. Once a tick: neither `base` nor `active` changes before the landings. */
export function listImpaired(suite: Suite): void {
  let found = 0;
  for (let test = 0; test < suite.count; test++) {
    if (suite.base[test]! < 1 && suite.active[test] === 1) suite.impaired[found++] = test;
  }
  suite.impaired_count = found;
}
