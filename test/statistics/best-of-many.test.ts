import { describe, expect, it } from 'vitest';

import { normal } from '../../src/random/normal.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import { bestOfManyQuantile } from '../../src/statistics/best-of-many.ts';

describe('bestOfManyQuantile(count)', () => {
  it('is the one-sided 5 % quantile for two, and grows with the number of comparisons', () => {
    expect(bestOfManyQuantile(2)).toBeCloseTo(1.6448536269514722, 12);
    expect(bestOfManyQuantile(6)).toBeCloseTo(2.3263478740408408, 12);
    expect(bestOfManyQuantile(27)).toBeGreaterThan(bestOfManyQuantile(26));
  });

  it('keeps the truly best among those not told apart in at least 95 % of samples, whatever the best in the sample', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(20);
    const samples = 4000;
    for (const means of [Array<number>(10).fill(0), [0.3, 0, 0, 0, 0], [0, -3, -3]]) {
      const quantile = bestOfManyQuantile(means.length);
      let kept = 0;
      for (let k = 0; k < samples; k++) {
        const seen = means.map((mean) => mean + normal(rng));
        // Cell 0 is a best one; a difference of two has the standard error sqrt(2).
        if (Math.max(...seen) - seen[0]! <= quantile * Math.SQRT2) kept++;
      }
      // 4 standard errors below 95 %.
      expect(kept / samples).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / samples));
    }
  });
});
