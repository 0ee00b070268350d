import { expect, test } from 'vitest';
import { chunksOf } from '../../../src/plan/chunks.ts';
import { seededRandom } from '../../crash/simulated-disk.ts';
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
  expect(sizes(lease, 12, (count) => count * 0.05).at(-1)).toBe(256);
  expect(sizes(lease, 3, (count) => count * 0.01).at(-1)).toBe(2048);
});

test('times that vary by a fifth cut hardly any chunk short', () => {
  const lease = new LeaseSize('auto');
  const random = seededRandom(1);
  let chunks = 0;
  for (const { from, to } of chunksOf([{ from: 0, to: 2_000_000 }], () => lease.next())) {
    lease.observe(to - from, (to - from) * 0.0022 * (0.9 + 0.2 * random()));
    chunks += 1;
  }
  // 2,000,000 / 8,192 is 244.1.
  expect(chunks).toBeLessThan(255);
});

test('a permutation of seconds is a chunk of its own; a fast one never makes a chunk without bounds', () => {
  expect(sizes(new LeaseSize('auto'), 9, (count) => count * 4000).at(-1)).toBe(1);
  expect(sizes(new LeaseSize('auto'), 9, () => 0).at(-1)).toBe(16_384);
});

test('a chunk size that was asked for stays', () => {
  expect(sizes(new LeaseSize(500), 4, () => 100)).toEqual([500, 500, 500, 500]);
});

test('over a queue a chunk takes a second, and a fast one is larger', () => {
  expect(sizes(new LeaseSize('auto', 'queue'), 9, (count) => count * 0.5).at(-1)).toBe(2048);
  expect(sizes(new LeaseSize('auto', 'queue'), 9, () => 0).at(-1)).toBe(131_072);
});
