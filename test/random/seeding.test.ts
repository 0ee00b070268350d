import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import * as fc from 'fast-check';
import { baseSeed, philoxKey, seedOf, streamSource } from '../../src/random/seeding.ts';
import type { Seed } from '../../src/random/seeding.ts';

const shared = [fileURLToPath(new URL('../../../shared', import.meta.url)), process.env.PERMAFROST_SHARED ?? ''].find(
  (folder) => folder !== '' && existsSync(`${folder}/oracle/seeding.json`),
);

const PERMS = [0, 1, 199999, 4294];
const IDS = { '3_2_0_1_1': 0x3f420bb4, '0_0_0_0_0_0': 0xb3202abd, cell_ü: 0x20550f79 };

/** id, global, stride, base, seeds of permutations 0, 1, 199999 and 4294: specification of the seeding, computed in Python and in Node. */
const VECTORS: readonly [keyof typeof IDS, number, number, number, number[]][] = [
  ['3_2_0_1_1', 1337, 0, 1061294317, [1061294317, 1062294320, 3492398698, 1060339903]],
  ['3_2_0_1_1', 1337, 1000000, 294317, [294317, 1294320, 2431398698, 4294307199]],
  ['3_2_0_1_1', 0, 0, 1061292980, [1061292980, 1062292983, 3492397361, 1060338566]],
  ['3_2_0_1_1', 0, 1000000, 292980, [292980, 1292983, 2431397361, 4294305862]],
  ['3_2_0_1_1', 4294967295, 0, 1061292979, [1061292979, 1062292982, 3492397360, 1060338565]],
  ['3_2_0_1_1', 4294967295, 1000000, 292979, [292979, 1292982, 2431397360, 4294305861]],
  ['0_0_0_0_0_0', 1337, 0, 3005231094, [3005231094, 3006231097, 1141368179, 3004276680]],
  ['0_0_0_0_0_0', 1337, 1000000, 231094, [231094, 1231097, 2431335475, 4294243976]],
  ['0_0_0_0_0_0', 0, 0, 3005229757, [3005229757, 3006229760, 1141366842, 3004275343]],
  ['0_0_0_0_0_0', 0, 1000000, 229757, [229757, 1229760, 2431334138, 4294242639]],
  ['0_0_0_0_0_0', 4294967295, 0, 3005229756, [3005229756, 3006229759, 1141366841, 3004275342]],
  ['0_0_0_0_0_0', 4294967295, 1000000, 229756, [229756, 1229759, 2431334137, 4294242638]],
  ['cell_ü', 1337, 0, 542446770, [542446770, 543446773, 2973551151, 541492356]],
  ['cell_ü', 1337, 1000000, 446770, [446770, 1446773, 2431551151, 4294459652]],
  ['cell_ü', 0, 0, 542445433, [542445433, 543445436, 2973549814, 541491019]],
  ['cell_ü', 0, 1000000, 445433, [445433, 1445436, 2431549814, 4294458315]],
  ['cell_ü', 4294967295, 0, 542445432, [542445432, 543445435, 2973549813, 541491018]],
  ['cell_ü', 4294967295, 1000000, 445432, [445432, 1445435, 2431549813, 4294458314]],
];

const sha: Seed = { global: 1337, stride: 0, scheme: 'sha256-32', generator: 'alea', namespace: '' };
const philox: Seed = { global: 1337, stride: 0, scheme: 'philox', generator: 'philox', namespace: 'demo' };

describe('scheme sha256-32', () => {
  test.each(VECTORS)('%s with global %i and stride %i has base %i', (id, global, stride, base, seeds) => {
    expect(baseSeed(id, global, stride)).toBe(base);
    expect(PERMS.map((perm) => seedOf(base, perm))).toEqual(seeds);
  });

  test.each(Object.entries(IDS))('the offset of %s is the first 32 bits of its hash', (id, first) => {
    expect(baseSeed(id, 0, 0)).toBe(first);
  });

  it('seeds are base + perm x 1000003 modulo 2^32, for every base and permutation', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4294967295 }), fc.integer({ min: 0, max: 4294967295 }), (base, perm) => {
        expect(BigInt(seedOf(base, perm))).toBe((BigInt(base) + BigInt(perm) * 1000003n) % 4294967296n);
      }),
    );
  });
});

describe('scheme philox', () => {
  test.each([
    ['3_2_0_1_1', 3250027550, 3925871041],
    ['0_0_0_0_0_0', 3395903094, 1787976947],
    ['cell_ü', 2196410397, 2041558803],
    ['*crn*', 938261151, 1719069266],
  ])('the key of %s in namespace demo is %i %i', (id, k0, k1) => {
    expect(philoxKey(id, 1337, 'demo')).toEqual([k0, k1]);
  });
});

describe('stream sources', () => {
  it('independent cells hash their own id', () => {
    expect(streamSource('3_2_0_1_1', sha, { sharing: 'independent' })).toEqual({
      scheme: 'sha256-32',
      generator: 'alea',
      base_seed: 1061294317,
    });
    expect(streamSource('cell_ü', philox, { sharing: 'independent' })).toEqual({
      scheme: 'philox',
      generator: 'philox',
      key: [2196410397, 2041558803],
    });
  });

  it('cells that share streams hash the name of their group', () => {
    const group = { sharing: 'shared', group: '*crn*' } as const;
    expect(streamSource('a', sha, group)).toEqual(streamSource('b', sha, group));
    expect(streamSource('a', philox, group)).toMatchObject({ key: [938261151, 1719069266] });
    expect(streamSource('a', sha, { sharing: 'shared', group: '3_2_0_1_1' })).toMatchObject({ base_seed: 1061294317 });
  });
});

interface Oracle {
  readonly perm_indices: number[];
  readonly ap32: { base: number; cell: string; global_seed: number; stride: number; seeds: number[] }[];
  readonly philox_v1: { study: string; global_seed: number; cell: string; k0: number; k1: number }[];
}

describe.skipIf(shared === undefined)('the oracle (skipped where the shared data is absent)', () => {
  it('agrees on every seed and every key', () => {
    const oracle = JSON.parse(readFileSync(`${shared!}/oracle/seeding.json`, 'utf8')) as Oracle;
    expect(oracle.ap32.length + oracle.philox_v1.length).toBeGreaterThan(20);
    for (const { cell, global_seed, stride, base, seeds } of oracle.ap32) {
      expect(baseSeed(cell, global_seed, stride)).toBe(base);
      expect(oracle.perm_indices.map((perm) => seedOf(base, perm))).toEqual(seeds);
    }
    for (const { cell, global_seed, study, k0, k1 } of oracle.philox_v1) {
      expect(philoxKey(cell, global_seed, study)).toEqual([k0, k1]);
    }
  });
});
