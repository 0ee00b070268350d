import { describe, expect, it } from 'vitest';

import { normal } from '../../src/random/normal.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import { bestOfManyTail } from '../../src/statistics/best-of-many.ts';
import { independentDifference, sideOf } from '../../src/statistics/difference.ts';
import { meanOf } from './reference.ts';

describe('bestOfManyTail(count)', () => {
  it('is 5 % for two, and that shared by all comparisons for more', () => {
    expect(bestOfManyTail(2)).toBe(0.05);
    expect(bestOfManyTail(6)).toBe(0.01);
    expect(() => bestOfManyTail(1)).toThrow('nothing');
  });

  it.each([3, 5, 10])(
    'keeps the truly best among those not told apart in at least 95 % of samples of %d rows, whatever the best in the sample',
    (n) => {
      const rng = createSeededRng('sfc32');
      rng.reseed(20);
      const samples = 1500;
      for (const means of [Array<number>(10).fill(0), [0.3, 0, 0, 0, 0], [0, -3, -3]]) {
        const tail = bestOfManyTail(means.length);
        let kept = 0;
        for (let k = 0; k < samples; k++) {
          const seen = means.map((mean) => meanOf(Float64Array.from({ length: n }, () => mean + normal(rng))));
          const best = seen.reduce((a, b) => (b.mean > a.mean ? b : a));
          // Cell 0 is a best one.
          if (best === seen[0] || sideOf(independentDifference(seen[0]!, best), tail) !== -1) kept++;
        }
        // 4 standard errors below 95 %. With 1.96 errors instead of Student's t it is 84 to 89 % at n = 3.
        expect(kept / samples).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / samples));
      }
    },
  );
});
