import { aleaState, nextAlea, seedAlea } from '#native-free/alea';
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { expect, test } from 'vitest';

function draws(seed: number, count: number): number[] {
  const state = aleaState();
  seedAlea(state, seed);
  return Array.from({ length: count }, () => nextAlea(state) >>> 0);
}

test('the first outputs for the seeds of the specification are the ones written there', () => {
  expect(draws(0, 4)).toEqual([2553471588, 3464255860, 557476837, 2897867512]);
  expect(draws(1, 4)).toEqual([2259355072, 526750310, 2051790815, 2669053944]);
  expect(draws(1337, 4)).toEqual([888136645, 1015484342, 1947598360, 1989920054]);
  expect(draws(4294967295, 4)).toEqual([747827309, 2951816265, 2333799911, 625436110]);
});

test('the state after seeding is three signed words and carry 1', () => {
  const state = aleaState();
  seedAlea(state, 0);
  expect(state.carry).toBe(1);
  for (const word of [state.s0, state.s1, state.s2]) expect(word).toBe(word | 0);
  // T = 2091639 S0 + C gives the first output of alea(0).
  expect(Number((2091639n * BigInt(state.s0 >>> 0) + 1n) & 0xffffffffn)).toBe(2553471588);
});

test('every seed gives the stream of seedrandom alea, to the last bit', () => {
  // 123 is a seed whose hash has a fraction when it is cut to an integer.
  const known = [123, 9, 10, 99, 100, 999999999, 1000000000, 4294967294];
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...known), fc.integer({ min: 0, max: 0xffffffff })), (seed) => {
      const uniform = seedrandom.alea(String(seed));
      for (const word of draws(seed, 50)) if (word * 2 ** -32 !== uniform()) return false;
      return true;
    }),
    { numRuns: 20_000 },
  );
});
