import fc from 'fast-check';
import { expect, test } from 'vitest';

import { waitPercentile } from '../../../src/models/submit-queue/wait-histogram.ts';

test('a percentile from the histogram is that of the sorted waits', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (waits, p) => {
      const histogram = new Uint32Array(41);
      for (const wait of waits) histogram[wait]!++;
      const sorted = [...waits].sort((a, b) => a - b);
      const x = p * (waits.length - 1);
      const low = sorted[Math.floor(x)]!;
      const high = sorted[Math.ceil(x)]!;
      expect(waitPercentile(histogram, waits.length, p)).toBeCloseTo(low + (x - Math.floor(x)) * (high - low), 10);
    }),
  );
  expect(waitPercentile(new Uint32Array(3), 0, 0.5)).toBeNaN();
});
