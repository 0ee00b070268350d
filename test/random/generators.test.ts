import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { createAlea } from '../../src/random/alea.ts';
import { GENERATORS } from '../../src/random/generator.ts';
import type { GeneratorName, Rng, StreamSource } from '../../src/random/generator.ts';
import { philoxBlock } from '../../src/random/philox.ts';
import { fmix32, substreamSeed } from '../../src/random/seeded.ts';
import { createSeededRng, createStreams } from '../../src/random/streams.ts';
import { namedComponent } from '../../src/random/substreams.ts';
import { sharedFolder } from './shared-folder.ts';

type SeededName = Exclude<GeneratorName, 'philox'>;
const SEEDED = GENERATORS.filter((name): name is SeededName => name !== 'philox');
const EDGE_SEEDS = [0, 1, 9, 10, 1337, 2147483647, 2147483648, 4294967295, 4294967294, 1000003, 3005231094];

const source = (generator: GeneratorName, start: number): StreamSource =>
  generator === 'philox'
    ? { scheme: 'philox', generator, key: [start >>> 0, Math.imul(start, 77) >>> 0] }
    : { scheme: 'sha256-32', generator, base_seed: start >>> 0 };

const draw = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng());
/** Draw number `draw` of a component of a permutation, alone. */
function philoxDraw(key: readonly [number, number], perm_index: number, component: number, draw: number): number {
  const out = new Uint32Array(4);
  philoxBlock(out, Math.floor(draw / 4), component, perm_index, 0, key[0], key[1]);
  return out[draw % 4]!;
}

const words = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng.uint32());

/** seedrandom's own generators, given the seed as an unsigned Number. Its types know only text. */
const PACKAGE: Partial<Record<SeededName, (seed: number) => () => number>> = {
  alea: (seed) => seedrandom.alea(seed as unknown as string),
  tychei: (seed) => seedrandom.tychei(seed as unknown as string),
  xor4096: (seed) => seedrandom.xor4096(seed as unknown as string),
  arc4: (seed) => seedrandom(seed as unknown as string),
};

describe.each(GENERATORS)('laws of %s', (generator) => {
  const at = (start: number, perm: number): Rng => createStreams(source(generator, start), perm, 1).rng(0);
  const seeds = fc.integer({ min: 0, max: 4294967295 });

  it('uniforms lie in [0, 1)', () => {
    for (const seed of EDGE_SEEDS) {
      for (const u of draw(at(seed, 0), 500)) expect(u >= 0 && u < 1).toBe(true);
    }
  });

  it('a 32-bit output is floor(u 2^32) of the same draw, and an index below m is floor(u m)', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2097151 }), (seed, m) => {
        const u = draw(at(seed, 3), 40);
        expect(words(at(seed, 3), 40)).toEqual(u.map((x) => Math.floor(x * 4294967296)));
        const rng = at(seed, 3);
        expect(u.map(() => rng.index(m))).toEqual(u.map((x) => Math.floor(x * m)));
      }),
      { numRuns: 60 },
    );
  });

  it('every call is one draw, whatever is asked for', () => {
    const u = draw(at(5, 8), 12);
    const rng = at(5, 8);
    for (let i = 0; i < 12; i += 3) {
      expect(rng()).toBe(u[i]);
      expect(rng.index(7)).toBe(Math.floor(u[i + 1]! * 7));
      expect(rng.uint32()).toBe(Math.floor(u[i + 2]! * 4294967296));
    }
  });

  it('fill gives what as many calls give, to the bit, whatever was drawn before and is drawn after', () => {
    // 10,000: past the end of what alea draws ahead.
    const stream = draw(at(5, 8), 10_100);
    for (const lengths of [
      [0, 1, 2],
      [49, 50, 51, 3],
      [700, 1300],
      [8062, 3],
      [8063, 1],
      [10_000, 5],
    ]) {
      const rng = at(5, 8);
      let next = 0;
      for (const length of lengths) {
        const values = new Float64Array(length);
        expect(rng()).toBe(stream[next]);
        rng.fill(values);
        expect([...values]).toEqual(stream.slice(next + 1, next + 1 + length));
        expect(rng.index(1000)).toBe(Math.floor(stream[next + 1 + length]! * 1000));
        next += length + 2;
      }
    }
    const values = new Float64Array(100);
    at(5, 8).substream('named').fill(values);
    expect([...values]).toEqual(draw(at(5, 8).substream('named'), 100));
  });

  it('one object is restarted in place and then gives the stream of a fresh one', () => {
    const streams = createStreams(source(generator, 99), 10, 5);
    const fresh = [0, 1, 2, 3, 4].map((i) => draw(streams.rng(i), 20));
    expect(streams.rng(0)).toBe(streams.rng(4));
    for (const i of [4, 0, 3, 3, 1]) expect(draw(streams.rng(i), 20)).toEqual(fresh[i]);
    expect(new Set(fresh.map((stream) => stream.join())).size).toBe(5);
  });

  it('permutation p of a chunk that starts at f is permutation f + p of the cell', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 50 }), (seed, first, i) => {
        const inChunk = draw(createStreams(source(generator, seed), first, 51).rng(i), 5);
        expect(draw(at(seed, first + i), 5)).toEqual(inChunk);
      }),
      { numRuns: 40 },
    );
  });

  it('substreams start at their beginning at every call, differ from each other and leave the main stream alone', () => {
    const main = draw(at(7, 1), 10);
    const rng = at(7, 1);
    const one = draw(rng.substream(1), 10);
    const two = draw(rng.substream(2), 10);
    expect(draw(rng, 5)).toEqual(main.slice(0, 5));
    expect(draw(rng.substream(1), 10)).toEqual(one);
    expect(draw(rng, 5)).toEqual(main.slice(5));
    expect(new Set([main.join(), one.join(), two.join()]).size).toBe(3);
    expect(draw(rng.substream(2).substream(1), 10)).toEqual(one);
    expect(rng.substream(1)).toBe(rng.substream(1));
    expect(() => rng.substream(0)).toThrow('component');
  });

  it('a named substream is that of the number that its name stands for, so that what one draws moves no other', () => {
    const rng = at(7, 1);
    const arrivals = draw(rng.substream('arrivals'), 10);
    expect(draw(rng.substream(namedComponent('arrivals')), 10)).toEqual(arrivals);
    const service = draw(rng.substream('service'), 10);
    expect(service).not.toEqual(arrivals);
    const [first, second] = [rng.substream('arrivals'), rng.substream('service')];
    expect(arrivals.map((_, i) => [first(), i % 2 === 0 ? second() : undefined][0])).toEqual(arrivals);
    expect(draw(second, 5)).toEqual(service.slice(5));
    expect(rng.substream('service').substream('arrivals')).toBe(rng.substream('arrivals'));
    expect(draw(at(7, 2).substream('arrivals'), 10)).not.toEqual(arrivals);
    expect(() => rng.substream('')).toThrow('a name');
  });
});

describe('named substreams', () => {
  it('a name stands for one number for ever: FNV-1a of its code units with the upper bit set', () => {
    // 'a' and 'foobar': the known answers of http://www.isthe.com/chongo/src/fnv/test_fnv.c, 0xe40c292c and 0xbf9cf968.
    expect(namedComponent('a')).toBe(0xe40c292c);
    expect(namedComponent('foobar')).toBe(0xbf9cf968);
    for (const name of ['arrivals', 'service', 'ü', 'x'.repeat(1000)])
      expect(namedComponent(name)).toBeGreaterThanOrEqual(2 ** 31);
  });

  it('two names with one number are refused', () => {
    const seen = new Map<number, string>();
    let pair: readonly [string, string] | undefined;
    for (let i = 0; pair === undefined; i += 1) {
      const name = i.toString(36);
      const other = seen.get(namedComponent(name));
      if (other !== undefined) pair = [other, name];
      seen.set(namedComponent(name), name);
    }
    const rng = createAlea();
    rng.substream(pair[0]);
    expect(() => rng.substream(pair[1])).toThrow('have one number: rename one');
  });
});

describe('streams of the package seedrandom', () => {
  it.each(Object.keys(PACKAGE) as SeededName[])('%s equals the package on edge seeds, for long streams', (name) => {
    const mine = createSeededRng(name);
    for (const seed of EDGE_SEEDS) {
      const theirs = PACKAGE[name]!(seed);
      mine.reseed(seed);
      let differing = 0;
      for (let i = 0; i < 5000; i++) if (mine() !== theirs()) differing++;
      expect(differing).toBe(0);
    }
  });

  it('alea equals the package on 40,000 seeds all over the range', () => {
    const mine = createAlea();
    let differing = 0;
    for (let i = 0; i < 40_000; i++) {
      const seed = i < 1000 ? i : Math.imul(i, 2654435761) >>> 0;
      const theirs = PACKAGE.alea!(seed);
      mine.reseed(seed);
      for (let k = 0; k < 8; k++) if (mine() !== theirs()) differing++;
    }
    expect(differing).toBe(0);
  });

  it('alea equals the package over a million draws of one stream', () => {
    const theirs = PACKAGE.alea!(1061294317);
    const mine = createAlea();
    mine.reseed(1061294317);
    let differing = 0;
    for (let i = 0; i < 1_000_000; i++) if (mine() !== theirs()) differing++;
    expect(differing).toBe(0);
  });

  it('tychei equals the package on 5,000 seeds', () => {
    const mine = createSeededRng('tychei');
    let differing = 0;
    for (let i = 0; i < 5000; i++) {
      const seed = Math.imul(i, 2654435761) >>> 0;
      const theirs = PACKAGE.tychei!(seed);
      mine.reseed(seed);
      for (let k = 0; k < 8; k++) if (mine() !== theirs()) differing++;
    }
    expect(differing).toBe(0);
  });
});

describe('known answers', () => {
  it.each([
    ['alea', 0, [2553471588, 3464255860, 557476837, 2897867512]],
    ['alea', 1, [2259355072, 526750310, 2051790815, 2669053944]],
    ['alea', 1337, [888136645, 1015484342, 1947598360, 1989920054]],
    ['alea', 4294967295, [747827309, 2951816265, 2333799911, 625436110]],
    ['tychei', 0, [1149004671, 164338398, 1212042633, 135181921]],
    ['tychei', 4294967295, [2408619828, 4293242960, 3671737789, 3525039791]],
    ['sfc32', 0, [1363572419, 145230303, 808754475, 4216505632]],
    ['sfc32', 1, [2012149540, 1872316204, 1707632675, 1779833415]],
    ['sfc32', 1337, [568568711, 1674057593, 3072171317, 2936737990]],
    ['sfc32', 4294967295, [1984736529, 3747275468, 1287205723, 2021412065]],
  ] as const)('%s(%i)', (name, seed, expected) => {
    const rng = createSeededRng(name);
    rng.reseed(seed);
    expect(words(rng, 4)).toEqual(expected);
  });

  it('alea(1337) as uniforms', () => {
    const rng = createAlea();
    rng.reseed(1337);
    expect(draw(rng, 4).map(String)).toEqual([
      '0.2067854267079383',
      '0.23643587296828628',
      '0.4534605797380209',
      '0.463314366992563',
    ]);
  });

  it('philox4x32-10 gives the known answers of Random123', () => {
    const out = new Uint32Array(4);
    philoxBlock(out, 0, 0, 0, 0, 0, 0);
    expect([...out]).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    philoxBlock(out, ones, ones, ones, ones, ones, ones);
    expect([...out]).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    philoxBlock(out, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0);
    expect([...out]).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });

  it('philox addresses any draw of any permutation and component', () => {
    const key = [3250027550, 3925871041] as const;
    expect([0, 1, 2, 3].map((i) => philoxDraw(key, 199999, 1, i))).toEqual([
      122335437, 18812481, 2508832056, 963177058,
    ]);
    const rng = createStreams({ scheme: 'philox', generator: 'philox', key }, 199999, 1).rng(0);
    expect(words(rng.substream(1), 30)).toEqual(Array.from({ length: 30 }, (_, i) => philoxDraw(key, 199999, 1, i)));
    expect(words(rng, 4)).toEqual([942884559, 452155758, 747223666, 321477332]);
  });

  it('substream seeds are the finaliser of MurmurHash3 of seed + component x the golden ratio', () => {
    expect(fmix32(0)).toBe(0);
    expect(fmix32(1)).toBe(0x514e28b7);
    expect(substreamSeed(0, 1)).toBe(fmix32(0x9e3779b9));
    expect(substreamSeed(4294967295, 2)).toBe(fmix32(Number((4294967295n + 2n * 0x9e3779b9n) & 0xffffffffn)));
    const main = createStreams(source('alea', 40), 0, 1).rng(0);
    const direct = createAlea();
    direct.reseed(substreamSeed(40, 3));
    expect(draw(main.substream(3), 5)).toEqual(draw(direct, 5));
  });
});

interface Oracle {
  readonly generators_u32: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly philox_v1: readonly {
    readonly k0: number;
    readonly k1: number;
    readonly perm: number;
    readonly component: number;
    readonly block0: readonly number[];
  }[];
}

describe.skipIf(sharedFolder === undefined)('the shared oracle (skipped where ../shared is absent)', () => {
  const oracle = (): Oracle => JSON.parse(readFileSync(`${sharedFolder!}/oracle/seeding.json`, 'utf8')) as Oracle;

  it('generators give the words of the oracle', () => {
    let checked = 0;
    for (const name of SEEDED) {
      for (const [seed, expected] of Object.entries(oracle().generators_u32[name] ?? {})) {
        const rng = createSeededRng(name);
        rng.reseed(Number(seed));
        expect([name, seed, words(rng, expected.length)]).toEqual([name, seed, expected]);
        checked++;
      }
    }
    for (const [seed, expected] of Object.entries(oracle().generators_u32['philox4x32_10_key_seed0']!)) {
      expect(expected.map((_, i) => philoxDraw([Number(seed), 0], 0, 0, i))).toEqual(expected);
      checked++;
    }
    expect(checked).toBeGreaterThanOrEqual(16);
  });

  it('the philox counter scheme gives the blocks of the oracle', () => {
    const blocks = oracle().philox_v1;
    expect(blocks.length).toBeGreaterThan(0);
    for (const { k0, k1, perm, component, block0 } of blocks) {
      const rng = createStreams({ scheme: 'philox', generator: 'philox', key: [k0, k1] }, perm, 1).rng(0);
      expect(words(component === 0 ? rng : rng.substream(component), 4)).toEqual(block0);
    }
  });
});
