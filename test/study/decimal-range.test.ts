import { expect, it, test } from 'vitest';
import * as fc from 'fast-check';
import { rangeValues } from '../../src/study/decimal-range.ts';

test.each([
  [0, 0.3, 0.1, [0, 0.1, 0.2, 0.3]],
  [0, 300, 75, [0, 75, 150, 225, 300]],
  [1, 0, -0.25, [1, 0.75, 0.5, 0.25, 0]],
  [-0.2, 0.2, 0.2, [-0.2, 0, 0.2]],
  [5, 5, 1, [5]],
  [1e-7, 3e-7, 1e-7, [1e-7, 2e-7, 3e-7]],
  [1e21, 3e21, 1e21, [1e21, 2e21, 3e21]],
])('%d to %d by %d', (from, to, step, values) => {
  expect(rangeValues(from, to, step)).toEqual(values);
});

it('every value is the exact decimal rounded once, and the last is `to`', () => {
  const whole = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(
      whole,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 12 }),
      (first, step, n, digits) => {
        const at = (i: number): number => Number(`${first + i * step}e-${digits}`);
        const expected = Array.from({ length: n + 1 }, (_, i) => at(i) + 0);
        expect(rangeValues(at(0), at(n), Number(`${step}e-${digits}`))).toEqual(expected);
      },
    ),
  );
});

test('an end that is not hit, a step that leads away, too many values', () => {
  expect(rangeValues(0, 310, 25)).toEqual({ at: 'to', allowed: 'a value that the range hits: 300 or 325' });
  expect(rangeValues(0, 1, -1)).toMatchObject({ at: 'step' });
  expect(rangeValues(0, 1e300, 1e-300)).toMatchObject({ at: 'step' });
});
