import { expect, it } from 'vitest';
import { fedavg, median, type Update } from '../../../src/models/federated/aggregate.ts';

const update = (samples: number, ...parameters: number[]): Update => ({
  samples,
  parameters: Float64Array.from(parameters),
});

it('fedavg is the mean weighted by samples', () => {
  const into = Float64Array.of(9, 9);
  fedavg([update(1, 0, 4), update(3, 4, 8)], into);
  expect([...into]).toEqual([3, 7]);
});

it('median is that of each parameter on its own, whatever the samples', () => {
  const into = new Float64Array(2);
  median([update(1, 5, -1), update(1000, 1, 3), update(7, 2, 2)], into);
  expect([...into]).toEqual([2, 2]);
});

it('median of an even number of clients is the mean of the middle two', () => {
  const into = new Float64Array(1);
  median([update(1, 8), update(1, 1), update(1, 2), update(1, 4)], into);
  expect([...into]).toEqual([3]);
});

it('one hostile client moves the mean as far as it likes and the median not beyond its neighbours', () => {
  const honest = [update(1, 1), update(1, 1.1), update(1, 0.9), update(1, 1.05)];
  const mean = new Float64Array(1);
  const middle = new Float64Array(1);
  fedavg([...honest, update(1, 1e6)], mean);
  median([...honest, update(1, 1e6)], middle);
  expect(mean[0]).toBeGreaterThan(1e5);
  expect(middle[0]).toBe(1.05);
});

it.each([fedavg, median])('$name of clients that agree is what they agree on', (aggregate) => {
  const into = new Float64Array(3);
  aggregate([update(2, 1, 2, 3), update(6, 1, 2, 3)], into);
  expect([...into]).toEqual([1, 2, 3]);
});
