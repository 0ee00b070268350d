import { expect, it } from 'vitest';

import { intervalRanks } from '../../src/statistics/quantile-interval.ts';
import { withErrorNote } from '../../src/terminal/error-note.ts';

it('what ± means stands once, below everything that has one', () => {
  const text = withErrorNote('a  1.0 ± 0.1\n\nb  2.0 ± 0.2');
  expect(text).toMatch(/2\.0 ± 0\.2\n\n± is the Monte Carlo standard error\.$/);
  expect(withErrorNote('nothing computed')).toBe('nothing computed');
});

it('± ? says how many permutations an error needs', () => {
  expect(withErrorNote('3.0 ± ?')).toContain(
    '± ?: no error is available: too few permutations (a mean needs 2, a median 6, p05 and p95 need 72)',
  );
  const bounded = (n: number, q: number): boolean => {
    const { lower, upper } = intervalRanks(n, q);
    return lower >= 1 && upper <= n;
  };
  for (const [q, least] of [
    [0.5, 6],
    [0.05, 72],
    [0.95, 72],
  ] as const)
    expect([bounded(least - 1, q), bounded(least, q)]).toEqual([false, true]);
});
