import { expect, test } from 'vitest';
import { LeaseSize } from '../../../src/run/loop/lease-size.ts';

/** What the sizes come to when every chunk takes `ms_of(count)`. */
function sizes(lease: LeaseSize, chunks: number, msOf: (count: number) => number): number[] {
  return Array.from({ length: chunks }, () => {
    const count = lease.next();
    lease.observe(count, msOf(count));
    return count;
  });
}

test('chunks grow from small ones to some 10 to 20 ms within a few', () => {
  const found = sizes(new LeaseSize('auto'), 6, (count) => 2 + count * 0.002);
  expect(found[0]).toBe(32);
  for (const [i, size] of found.slice(1).entries()) expect(size).toBeLessThanOrEqual(found[i]! * 8);
  expect(2 + found.at(-1)! * 0.002).toBeGreaterThan(10);
  expect(2 + found.at(-1)! * 0.002).toBeLessThan(20);
});

test('a worker that had to wait for a processor does not make chunks much smaller', () => {
  const lease = new LeaseSize('auto');
  sizes(lease, 8, (count) => count * 0.002);
  let chunk = 0;
  // Every other chunk takes ten times as long.
  const found = sizes(lease, 20, (count) => count * 0.002 * (chunk++ % 2 === 0 ? 10 : 1));
  for (const size of found) expect(size * 0.002).toBeGreaterThanOrEqual(10 - 0.002);
});

test('cells that are slower, or faster, are followed', () => {
  const lease = new LeaseSize('auto');
  sizes(lease, 8, (count) => count * 0.002);
  expect(sizes(lease, 12, (count) => count * 0.05).at(-1)).toBe(360);
  expect(sizes(lease, 3, (count) => count * 0.01).at(-1)).toBe(1800);
});

test('a permutation of seconds is a chunk of its own; a fast one never makes a chunk without bounds', () => {
  expect(sizes(new LeaseSize('auto'), 9, (count) => count * 4000).at(-1)).toBe(1);
  expect(sizes(new LeaseSize('auto'), 9, () => 0).at(-1)).toBe(16_384);
});

test('a chunk size that was asked for stays', () => {
  expect(sizes(new LeaseSize(500), 4, () => 100)).toEqual([500, 500, 500, 500]);
});

test('over a queue a chunk takes a second, and a fast one is larger', () => {
  expect(sizes(new LeaseSize('auto', 'queue'), 9, (count) => count * 0.5).at(-1)).toBe(2000);
  expect(sizes(new LeaseSize('auto', 'queue'), 9, () => 0).at(-1)).toBe(131_072);
});
