import { describe, expect, it } from 'vitest';
import { createAlea } from '../../src/random/alea.ts';
import { exp, log, pow } from '../../src/random/math.ts';

const EDGES = [
  0,
  -0,
  1,
  -1,
  NaN,
  Infinity,
  -Infinity,
  709.782712893384,
  709.79,
  -745.14,
  -745.13,
  -708.5,
  -744,
  5e-324,
  1e-300,
  0.5,
  0.3465735902799726,
  1.0397,
  1e-10,
  2,
  10,
  Math.E,
  Math.SQRT2,
  Math.SQRT1_2,
  1 + 1e-7,
  1 - 1e-7,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  Number.EPSILON,
];

/** Positive doubles over the whole range, uniform in their bits. */
function anyPositive(high: number, low: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, high % 0x7ff00000);
  view.setUint32(4, low);
  return view.getFloat64(0);
}

describe.skipIf(process.arch !== 'x64')('fdlibm in TypeScript (compared with V8 on x64 only)', () => {
  it('exp equals V8 bit for bit on 200,000 arguments and the edges', () => {
    const rng = createAlea();
    const differing: number[] = [];
    const check = (x: number): void => {
      if (!Object.is(exp(x), Math.exp(x))) differing.push(x);
    };
    EDGES.forEach(check);
    for (let i = 0; i < 100_000; i++) {
      check((rng() - 0.5) * 1600);
      check((rng() - 0.5) * 4);
    }
    expect(differing).toEqual([]);
  });

  it('log equals V8 bit for bit on 200,000 arguments and the edges', () => {
    const rng = createAlea();
    const differing: number[] = [];
    const check = (x: number): void => {
      if (!Object.is(log(x), Math.log(x))) differing.push(x);
    };
    EDGES.forEach(check);
    for (let i = 0; i < 100_000; i++) {
      check(rng() * 3);
      check(anyPositive(rng.uint32(), rng.uint32()));
    }
    expect(differing).toEqual([]);
  });
});

describe('pow', () => {
  it('is within two units in the last place of the exact power', () => {
    // Exact to 40 digits by Python's decimal, rounded once.
    const known: readonly (readonly [number, number, number])[] = [
      [3494.89264042127, -9.745309204395857, 2.93860756100235e-35],
      [1430.6324396074488, 6.0762296311979185, 1.491808755118113e19],
      [931.2626235591015, -5.229009920025868, 2.98326721344404e-16],
      [2, 0.5, Math.SQRT2],
      [10, 300, 1e300],
      [2, -1074, 5e-324],
      [2, -1060, 8.0948e-320],
      [0.9999999999, 1e11, 4.539989217573012e-5],
    ];
    for (const [x, y, expected] of known) {
      expect(Math.abs(pow(x, y) - expected)).toBeLessThanOrEqual(Math.max(expected * 4.5e-16, 5e-324));
    }
  });

  it('keeps the special values', () => {
    expect([pow(5, 0), pow(0, 0), pow(0, 3), pow(0, -3), pow(1, 1e300), pow(Infinity, -1.5)]).toEqual([
      1,
      1,
      0,
      Infinity,
      1,
      0,
    ]);
    expect([pow(2, 1e300), pow(0.5, 1e300), pow(2, -1e300), pow(1.5, 3e9), pow(1.5, -3e9)]).toEqual([
      Infinity,
      0,
      0,
      Infinity,
      0,
    ]);
    expect([pow(-2, 2), pow(NaN, 1), pow(2, NaN)]).toEqual([NaN, NaN, NaN]);
    expect([pow(2, 1024), pow(2, -1076), pow(2, 1023)]).toEqual([Infinity, 0, 2 ** 1023]);
  });
});
