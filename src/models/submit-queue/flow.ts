import assert from 'node:assert/strict';

import { clearedOf, rejectedOf, suspectedOf, verifiedOf } from './counters.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * No change is lost or invented: what came in has landed, was rejected or is still here; what was rejected was replaced or is being fixed.
 * Counted since tick 0, so that it holds between any two moments if it holds at both.
 */
export function assertFlow(queue: SubmitQueue): void {
  const { counters, pending, verification, fixing } = queue;
  const rejected = rejectedOf(counters);
  assert.equal(
    counters.arrivals + counters.replacements,
    counters.landings + rejected + pending.length + verification.length,
    'submit-queue: arrivals and replacements are not landings, rejections and waiting changes',
  );
  assert.equal(
    rejected,
    counters.replacements + fixing.length,
    'submit-queue: rejections are not replacements and fixes in progress',
  );
  assert.equal(
    counters.landings,
    clearedOf(counters) + verifiedOf(counters),
    'submit-queue: landings are not clearances and verifications',
  );
  assert.equal(
    suspectedOf(counters),
    verifiedOf(counters) + rejected + verification.length,
    'submit-queue: suspects are not verified, rejected or waiting',
  );
}
