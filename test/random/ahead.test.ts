import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import type { Rng, StreamSource, Streams } from '../../src/random/generator.ts';
import { substreamSeed } from '../../src/random/seeded.ts';
import { seedOf } from '../../src/random/seeding.ts';
import { createStreams } from '../../src/random/streams.ts';

const alea = (base_seed: number): StreamSource => ({ scheme: 'sha256-32', generator: 'alea', base_seed });

/** What a model asks for, one draw each; `component` 0 is the permutation's own stream. */
interface Draw {
  readonly what: 'uniform' | 'uint32' | 'index';
  readonly m: number;
  readonly component: number;
}

/** The same draws from the package: substreams of a permutation are asked for once, at its beginning. */
function expected(seed: number, draws: readonly Draw[]): number[] {
  const streams = [0, 1, 2].map((component) =>
    seedrandom.alea(String(component === 0 ? seed : substreamSeed(seed, component))),
  );
  return draws.map(({ what, m, component }) => {
    const u = streams[component]!();
    return what === 'uniform' ? u : Math.floor(u * (what === 'uint32' ? 4294967296 : m));
  });
}

function drawn(rng: Rng, draws: readonly Draw[]): number[] {
  const streams = [rng, rng.substream(1), rng.substream(2)];
  return draws.map(({ what, m, component }) => {
    const stream = streams[component]!;
    return what === 'uniform' ? stream() : what === 'uint32' ? stream.uint32() : stream.index(m);
  });
}

const draw: fc.Arbitrary<Draw> = fc.record({
  what: fc.constantFrom('uniform', 'uint32', 'index'),
  m: fc.oneof(fc.constantFrom(1, 2, 2097151), fc.integer({ min: 1, max: 2097151 })),
  component: fc.constantFrom(0, 0, 0, 0, 1, 2),
});
const base = fc.oneof(fc.constantFrom(0, 1, 4294967295, 2147483648), fc.integer({ min: 0, max: 4294967295 }));
const first = fc.oneof(
  fc.constantFrom(0, 7, 8, 2147483640, 4294967295, 4294967290),
  fc.integer({ min: 0, max: 4294967295 }),
);

describe('streams of alea that are drawn ahead', () => {
  it('give the draws of the package, whatever is asked for, in whatever order, from several chunks in turn', () => {
    const chunks = fc.array(fc.tuple(base, first), { minLength: 1, maxLength: 3 });
    const visit = fc.record({
      chunk: fc.nat(2),
      again: fc.boolean(),
      i: fc.nat(20),
      draws: fc.array(draw, { maxLength: 160, size: 'max' }),
    });
    let beyond = 0;
    fc.assert(
      fc.property(chunks, fc.array(visit, { minLength: 1, maxLength: 12 }), (sources, visits) => {
        const made = sources.map(([base_seed, from]): Streams => createStreams(alea(base_seed), from, 21, 'auto'));
        // Two permutations that draw nothing make the tapes of the next ones short.
        made[0]!.rng(0);
        made[0]!.rng(1);
        for (const { chunk, again, i, draws } of visits) {
          const which = chunk % made.length;
          const [base_seed, from] = sources[which]!;
          if (from + i > 4294967295) continue;
          if (again) made[which] = createStreams(alea(base_seed), from, 21, 'auto');
          expect(drawn(made[which]!.rng(i), draws)).toEqual(expected(seedOf(base_seed, from + i), draws));
          if (draws.filter(({ component }) => component === 0).length > 96) beyond++;
        }
      }),
      { numRuns: 400 },
    );
    expect(beyond).toBeGreaterThan(100);
  });

  it('equal the TypeScript generator in a chunk whose permutations draw a few times, then thousands of times', () => {
    const counts = [3, 0, 5, 47, 48, 49, 1, 2, 3, 9000, 1, 20_000, 95, 96, 97, 2, 70_000, 8064, 8065, 1];
    const ahead = createStreams(alea(4000000000), 4294967200, counts.length, 'auto');
    const plain = createStreams(alea(4000000000), 4294967200, counts.length, 'typescript');
    for (const [i, count] of counts.entries()) {
      const rng = ahead.rng(i);
      const other = plain.rng(i);
      let different = 0;
      for (let k = 0; k < count; k++) if (rng() !== other()) different++;
      expect([i, different]).toEqual([i, 0]);
    }
  });

  it('are of one function object per thread and kernel, whatever the cell and the number of permutations', () => {
    const rng = createStreams(alea(1), 0, 100, 'auto').rng(3);
    expect(createStreams(alea(2), 50, 1).rng(0)).toBe(rng);
    expect(createStreams(alea(1), 0, 100, 'auto').rng(99)).toBe(rng);
    const plain = createStreams(alea(1), 0, 100, 'typescript').rng(0);
    expect(plain).not.toBe(rng);
    expect(createStreams(alea(2), 0, 1, 'typescript').rng(0)).toBe(plain);
  });

  it('are not touched by what the other kernel or a substream draws meanwhile', () => {
    const rng = createStreams(alea(5), 0, 10, 'auto').rng(4);
    const before = [rng(), rng()];
    const plain = createStreams(alea(6), 0, 10, 'typescript').rng(2);
    const sub = rng.substream(1);
    for (let i = 0; i < 100; i++) plain.index(1 + (sub.uint32() & 7));
    const uniform = seedrandom.alea(String(seedOf(5, 4)));
    expect([...before, ...Array.from({ length: 100 }, () => rng())]).toEqual(
      Array.from({ length: 102 }, () => uniform()),
    );
  });
});
