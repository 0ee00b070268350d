import { describe, expect, it, test } from 'vitest';
import * as fc from 'fast-check';
import { auditOverlap, expectedPairs, studyOverlap } from '../../src/plan/overlap.ts';
import { baseSeed } from '../../src/random/seeding.ts';
import type { Seed } from '../../src/random/seeding.ts';

/** Index ids of a full grid, last axis fastest. */
function grid(...axes: number[]): { length: number; idAt(i: number): string; indexOf(id: string): number } {
  const ids = axes.reduce<string[]>(
    (heads, n) => heads.flatMap((head) => Array.from({ length: n }, (_, i) => (head === '' ? `${i}` : `${head}_${i}`))),
    [''],
  );
  return { length: ids.length, idAt: (i) => ids[i]!, indexOf: (id) => ids.indexOf(id) };
}

const seed: Seed = { global: 1337, stride: 0, scheme: 'sha256-32', generator: 'alea', namespace: '' };
const independent = { sharing: 'independent' } as const;
const N = 200000;

describe('the exact figures of the specification, N = 200,000, every grid point a cell', () => {
  test('five axes 7x8x3x3x3: 87 pairs, 169 cells, 9,159,496 shared permutations, 3.03 %', () => {
    const cells = grid(7, 8, 3, 3, 3);
    const audit = studyOverlap(cells, seed, independent, N);
    expect(audit).toMatchObject({ pairs: 87, cells_involved: 169, shared_streams: 9159496, identical_pairs: 0 });
    expect((100 * audit.fraction).toFixed(2)).toBe('3.03');
    expect(audit.largest[0]).toEqual({
      first: cells.indexOf('2_2_0_0_2'),
      second: cells.indexOf('6_4_1_0_1'),
      lag: 9523,
      shared: 190477,
    });
    expect(baseSeed('2_2_0_0_2', 1337, 0)).toBe(214672806);
    expect(baseSeed('6_4_1_0_1', 1337, 0)).toBe(1147766783);
  });

  test('six axes: 98 pairs, 181 cells, 10,161,435 shared; the largest shares 197,921', () => {
    const cells = grid(7, 8, 1, 3, 3, 3);
    const audit = studyOverlap(cells, seed, independent, N);
    expect(audit).toMatchObject({ pairs: 98, cells_involved: 181, shared_streams: 10161435 });
    expect(audit.largest[0]).toEqual({
      first: cells.indexOf('0_3_0_0_2_1'),
      second: cells.indexOf('2_2_0_0_0_1'),
      lag: 2079,
      shared: 197921,
    });
  });

  test('six axes with four delays, 6,048 cells: 1,750 pairs, 178,152,622 shared', () => {
    const audit = studyOverlap(grid(7, 8, 4, 3, 3, 3), seed, independent, N);
    expect(audit).toMatchObject({ pairs: 1750, shared_streams: 178152622 });
  });

  test('stride 1,000,000 on the five axes: 115 pairs, two of them identical, and a warning', () => {
    const cells = grid(7, 8, 3, 3, 3);
    const audit = studyOverlap(cells, { ...seed, stride: 1000000 }, independent, N);
    expect(audit).toMatchObject({ pairs: 115, identical_pairs: 2 });
    expect(audit.largest.slice(0, 2).map((o) => [cells.idAt(o.first), cells.idAt(o.second), o.lag])).toEqual(
      expect.arrayContaining([
        ['1_6_1_0_0', '5_7_2_2_0', 0],
        ['4_5_1_0_1', '5_3_1_0_1', 0],
      ]),
    );
    expect(audit.notes.join(' ')).toContain('seed.stride 1000000');
  });

  test('another global seed changes nothing', () => {
    const cells = grid(7, 8, 3, 3, 3);
    const audit = studyOverlap(cells, seed, independent, N);
    expect(studyOverlap(cells, { ...seed, global: 99 }, independent, N)).toEqual(audit);
  });
});

describe('the law', () => {
  /** Every pair, one by one. */
  function slow(bases: number[], n: number): { pairs: number; cells: number; shared: number; identical: number } {
    const circle = 4294967296;
    const involved = new Set<number>();
    let [pairs, shared, identical] = [0, 0, 0];
    for (let i = 0; i < bases.length; i++) {
      for (let j = i + 1; j < bases.length; j++) {
        const lag = Math.imul(bases[j]! - bases[i]!, 2021759595) >>> 0;
        const both = Math.max(0, n - lag) + Math.max(0, n - (circle - lag));
        if (both === 0) continue;
        pairs++;
        shared += both;
        if (lag === 0) identical++;
        involved.add(i).add(j);
      }
    }
    return { pairs, cells: involved.size, shared, identical };
  }
  const place = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 4294967295 }));
  const count = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 4294967296 }));

  it('agrees with looking at every pair, also past half the circle and with equal seeds', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 12 }), count, (places, n) => {
        const bases = places.map((x) => Math.imul(x, 1000003) >>> 0);
        const expected = slow(bases, n);
        const audit = auditOverlap(Uint32Array.from(bases), n, 1000);
        expect(audit.pairs).toBe(expected.pairs);
        expect(audit.cells_involved).toBe(expected.cells);
        expect(audit.shared_streams).toBe(expected.shared);
        expect(audit.identical_pairs).toBe(expected.identical);
        expect(audit.largest.length).toBe(expected.pairs);
        expect(audit.largest.reduce((sum, o) => sum + o.shared, 0)).toBe(expected.shared);
        expect(auditOverlap(Uint32Array.from(bases), n, 3).largest).toEqual(audit.largest.slice(0, 3));
      }),
      { numRuns: 300 },
    );
  });
});

describe('shares of permutations', () => {
  test('of five cells with the same five streams 20 of 25 permutations are repeated, and no share is over 100 %', () => {
    const audit = studyOverlap(grid(5), { ...seed, stride: 1 }, independent, 5);
    expect(audit).toMatchObject({ pairs: 10, identical_pairs: 10, shared_streams: 50, expected_pairs: 10 });
    expect(audit).toMatchObject({ fraction: 1, repeated_permutations: 20, repeated_fraction: 0.8 });
  });

  test('the five axes of the specification repeat 8,999,125 permutations: of three cells that meet the third is counted once', () => {
    const audit = studyOverlap(grid(7, 8, 3, 3, 3), seed, independent, N);
    expect(audit.repeated_permutations).toBe(8999125);
    expect(audit.repeated_fraction).toBe(8999125 / (1512 * N));
  });

  it('the permutations that are left are as many as there are streams', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 30 }),
        (places, n) => {
          const bases = Uint32Array.from(places, (x) => Math.imul(x, 1000003) >>> 0);
          const streams = new Set(places.flatMap((x) => Array.from({ length: n }, (_, p) => x + p)));
          expect(auditOverlap(bases, n).repeated_permutations).toBe(places.length * n - streams.size);
        },
      ),
    );
  });
});

describe('the pairs that are to be expected', () => {
  test('on the whole ring are C (C - 1) (2N - 1) / 2^33', () => {
    expect(expectedPairs(1512, N, 0)).toBeCloseTo((1512 * 1511 * (2 * N - 1)) / 2 ** 33, 8);
    expect(expectedPairs(1512, N, 0)).toBeCloseTo(106.4, 1);
  });

  test.each([1, 2, 50, 1000, 65536])(
    'on a ring cut to a stride of %d are those of its differences, one by one',
    (stride) => {
      let chance = 0;
      for (let d = 1 - stride; d < stride; d++) {
        const ahead = Math.imul(d, 2021759595) >>> 0;
        if (Math.min(ahead, 4294967296 - ahead) < N) chance += (stride - Math.abs(d)) / (stride * stride);
      }
      expect(expectedPairs(1000, N, stride) / (499500 * chance)).toBeCloseTo(1, 9);
    },
  );

  test('stride 1,000,000 on the five axes: 115 pairs were found, 106 are to be expected, 1.1 of them identical', () => {
    expect(expectedPairs(1512, N, 1_000_000)).toBeCloseTo(106.2, 1);
    expect(expectedPairs(1512, 1, 1_000_000)).toBeCloseTo(1.142, 3);
  });

  test('stride 1000: every tenth pair of cells, whatever the full ring would say', () => {
    expect(expectedPairs(1512, 1, 1000)).toBeCloseTo(1142.3, 0);
    expect(expectedPairs(2, 4294967296, 7)).toBeLessThanOrEqual(1);
  });
});

describe('schemes without chance overlap', () => {
  it('philox has none', () => {
    const philox: Seed = { ...seed, scheme: 'philox', generator: 'philox' };
    expect(studyOverlap(grid(7, 8), philox, independent, N)).toMatchObject({
      kind: 'none',
      pairs: 0,
      shared_streams: 0,
      fraction: 0,
    });
  });

  it('shared streams are shared on purpose, by every pair', () => {
    const audit = studyOverlap(grid(4), seed, { sharing: 'shared', group: '*crn*' }, 10);
    expect(audit).toMatchObject({
      kind: 'on_purpose',
      pairs: 6,
      shared_streams: 60,
      fraction: 1,
      repeated_permutations: 30,
      repeated_fraction: 0.75,
    });
    expect(audit.notes[0]).toContain('on purpose');
  });

  it('no cell and one cell have no pair', () => {
    for (const n of [0, 1]) {
      expect(auditOverlap(new Uint32Array(n), 4294967296)).toMatchObject({ pairs: 0, cells_involved: 0, fraction: 0 });
    }
  });
});
