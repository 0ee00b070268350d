/**
 * Heartbeats come, and no row or cell counts for so long [s]. A chunk of a slow model takes a while: where the longest wait of this run was longer, it is
 * given four times that.
 */
export const IDLE_SECONDS = 600;
const TIMES_LONGEST_WAIT = 4;

/** How long nothing may count before a run is called stalled [s]. */
export function mostIdleSeconds(longest_wait_seconds = 0): number {
  return Math.max(IDLE_SECONDS, TIMES_LONGEST_WAIT * longest_wait_seconds);
}
