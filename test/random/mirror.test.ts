import { describe, expect, it } from 'vitest';

import { GENERATORS, type GeneratorName, type Rng, type StreamSource } from '../../src/random/generator.ts';
import { normal } from '../../src/random/normal.ts';
import { createStreams } from '../../src/random/streams.ts';

const sourceOf = (generator: GeneratorName): StreamSource =>
  generator === 'philox'
    ? { scheme: 'philox', generator, key: [7, 8] }
    : { scheme: 'sha256-32', generator, base_seed: 3005231094 };

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe.each(GENERATORS)('antithetic pairs of %s', (generator) => {
  const alone = (perm: number): Rng => createStreams(sourceOf(generator), perm, 1).rng(0);
  const half = (which: 'plain' | 'mirrored', perm = 3): Rng =>
    createStreams({ ...sourceOf(generator), antithetic: true }, perm, 1, 'auto', which).rng(0);
  const last = generator === 'arc4' ? 1 - 2 ** -53 : 1 - 2 ** -32;

  it('the plain half has the draws of the permutation alone, bit for bit', () => {
    const expected = draws(500, alone(3));
    expect(draws(500, half('plain'))).toEqual(expected);
    const rng = half('plain');
    expect(draws(500, () => rng.uint32())).toEqual(expected.map((u) => Math.floor(u * 2 ** 32)));
  });

  it('the mirrored half has the largest uniform less u, the complement of each word, and the index of the mirrored uniform', () => {
    const u = draws(2000, alone(3));
    const mirrored = u.map((x) => last - x);
    expect(draws(2000, half('mirrored'))).toEqual(mirrored);
    for (const x of mirrored) expect(x >= 0 && x < 1).toBe(true);
    const words = half('mirrored');
    expect(draws(2000, () => words.uint32())).toEqual(u.map((x) => 2 ** 32 - 1 - Math.floor(x * 2 ** 32)));
    const indices = half('mirrored');
    expect(draws(2000, () => indices.index(37))).toEqual(mirrored.map((x) => Math.floor(x * 37)));
  });

  it('so do substreams, by number and by name, and one object serves both halves', () => {
    const plain = draws(50, alone(4).substream('arrivals'));
    expect(draws(50, half('plain', 4).substream('arrivals'))).toEqual(plain);
    const rng = half('mirrored', 4);
    expect(draws(50, rng.substream('arrivals'))).toEqual(plain.map((x) => last - x));
    expect(draws(50, rng.substream(2).substream('arrivals'))).toEqual(plain.map((x) => last - x));
    expect(rng.substream(2)).toBe(half('plain', 4).substream(2));
    expect(half('plain', 4)).toBe(rng);
  });

  it('fill gives the draws of its half', () => {
    for (const which of ['plain', 'mirrored'] as const) {
      const values = new Float64Array(300);
      half(which).fill(values);
      expect([...values]).toEqual(draws(300, half(which)));
    }
  });

  it('normal values of both halves are each other’s negatives, to the bit', () => {
    const rng = half('plain');
    const plain = draws(500, () => normal(rng));
    const mirrored = half('mirrored');
    expect(draws(500, () => -normal(mirrored))).toEqual(plain);
  });
});
