import { createHmac } from 'node:crypto';

import type { PermutationRange } from '../study/permutation-range.ts';

/** A sample lies in the chunk as at most so many runs of neighbours: each is one message to a thread. */
const MOST_RUNS = 8;

/**
 * Which of the permutations [from, to) are computed again: `percent` of them on average, at least `least`, spread over the chunk. It follows from the secret and
 * from what the result is of, and from nothing that a worker knows: it cannot keep the others for its lies.
 */
export function auditSample(
  secret: string,
  of: string,
  { from, to }: PermutationRange,
  { percent, least }: { readonly percent: number; readonly least: number },
): PermutationRange[] {
  const digest = createHmac('sha512', secret).update(`${of}:${from}-${to}`).digest();
  /** Uniform on [0, 1). */
  const draw = (k: number): number => digest.readUInt32LE(4 * k) / 2 ** 32;
  const count = to - from;
  const expected = (count * percent) / 100;
  const whole = Math.floor(expected);
  const n = Math.min(count, Math.max(least, whole + (draw(MOST_RUNS) < expected - whole ? 1 : 0)));
  const runs = Math.min(n, MOST_RUNS);
  return Array.from({ length: runs }, (_, k) => {
    const start = from + Math.floor((count * k) / runs);
    const room = from + Math.floor((count * (k + 1)) / runs) - start;
    const length = Math.min(room, Math.floor((n * (k + 1)) / runs) - Math.floor((n * k) / runs));
    const first = start + Math.floor(draw(k) * (room - length + 1));
    return { from: first, to: first + length };
  });
}
