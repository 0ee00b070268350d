import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dirichlet, partition } from '../../../src/models/federated/partition.ts';
import { shuffled } from '../../../src/models/federated/shuffle.ts';
import { digits, permutation } from './small.ts';

describe('dirichlet(alpha)', () => {
  it.each([0.1, 1, 10])('has the moments of the law for alpha = %s, within 5 standard errors', (alpha) => {
    const clients = 5;
    const draws = 4000;
    const rng = permutation(1);
    const first = Array.from({ length: draws }, () => dirichlet(rng, alpha, clients)[0]!);
    const mean = first.reduce((sum, share) => sum + share, 0) / draws;
    const variance = first.reduce((sum, share) => sum + (share - mean) * (share - mean), 0) / (draws - 1);
    const expected = ((1 / clients) * (1 - 1 / clients)) / (clients * alpha + 1);
    expect(Math.abs(mean - 1 / clients)).toBeLessThan(5 * Math.sqrt(expected / draws));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.15);
  });

  it('sums to 1 and is never undefined, even where gamma values round to 0', () => {
    const rng = permutation(2);
    for (let i = 0; i < 500; i++) {
      const shares = dirichlet(rng, 0.01, 2);
      expect(Math.abs(shares[0]! + shares[1]! - 1)).toBeLessThan(1e-12);
    }
  });
});

describe('the partition', () => {
  it('gives every sample to exactly one client, whatever alpha and the number of clients', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0.01, 0.1, 1, 1e6),
        fc.nat(1e6),
        (count, num_clients, alpha, seed) => {
          const rng = permutation(0, seed);
          const samples = shuffled(digits().count, rng).subarray(0, count);
          const clients = partition(samples, digits().labels, 10, num_clients, alpha, rng);
          expect(clients.length).toBe(num_clients);
          expect(clients.flatMap((client) => [...client]).sort((a, b) => a - b)).toEqual(
            [...samples].sort((a, b) => a - b),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('makes clients alike with a large alpha and different with a small one', () => {
    const samples = shuffled(digits().count, permutation(3)).subarray(0, 5000);
    // Share of a client's samples that are of its commonest class, on average over the samples.
    const purity = (alpha: number): number => {
      const clients = partition(samples, digits().labels, 10, 10, alpha, permutation(4));
      const commonest = clients.map((client) => {
        const counts = new Array<number>(10).fill(0);
        for (const sample of client) counts[digits().labels[sample]!]! += 1;
        return Math.max(...counts);
      });
      return commonest.reduce((sum, count) => sum + count, 0) / samples.length;
    };
    expect(purity(1e6)).toBeLessThan(0.13);
    expect(purity(0.05)).toBeGreaterThan(0.4);
  });
});
