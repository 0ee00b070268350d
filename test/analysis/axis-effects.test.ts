import { describe, expect, test } from 'vitest';

import { axisEffects } from '../../src/analysis/axis-effects.ts';
import { gridOf } from '../../src/analysis/grid.ts';
import { normal } from '../../src/random/normal.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import { ESTIMATORS } from '../statistics/estimators.ts';
import { cellAt, crossed, MEAN, surface } from './surface.ts';

const AXES = { a: [1, 2, 3, 4], b: [1, 2, 3], c: [0, 1, 2, 3, 4] };

function effectsOf(cells: ReturnType<typeof surface>) {
  const found = axisEffects(gridOf(cells), MEAN);
  return { ...found, by: Object.fromEntries(found.effects.map((effect) => [effect.axes.join('*'), effect])) };
}

describe('axisEffects(grid, quantity)', () => {
  test('is what least squares with dense matrices give, on a grid with an axis that is active in some cells only', () => {
    const { cells, y, se, effects, sd_between } = ESTIMATORS.effects;
    const found = effectsOf(
      cells.map(([a, b, c], i) => cellAt(`c${i}`, { a, b, ...(c !== null && { c }) }, y[i]!, se[i]!)),
    );
    const { rest, ...terms } = effects;
    expect(Object.keys(found.by).sort()).toEqual(Object.keys(terms).sort());
    for (const [name, { df, share, se: error }] of Object.entries(terms)) {
      const effect = found.by[name]!;
      expect(effect.df).toBe(df);
      expect(effect.share).toBeCloseTo(share, 9);
      expect(effect.se).toBeCloseTo(error, 9);
    }
    // All degrees of freedom are used: what is left is nothing.
    expect([rest!.df, found.rest]).toEqual([0, undefined]);
    expect(found.sd_between).toBeCloseTo(sd_between, 9);
  });

  test('a planted axis effect is found with the right share; an axis without one has an interval down to 0', () => {
    // Variances of the levels: of a 1.25, of 2 b 4 x 2/3.
    const rng = createSeededRng('sfc32');
    rng.reseed(1);
    const cells = surface(
      crossed(AXES),
      ({ a, b }) => a! + 2 * b! + 0.05 * normal(rng),
      () => 0.05,
    );
    const { by, rest } = effectsOf(cells);
    const truth = { a: 1.25 / (1.25 + 8 / 3), b: 8 / 3 / (1.25 + 8 / 3) };
    for (const name of ['a', 'b'] as const) {
      const { share, ci, se } = by[name]!;
      expect(ci[0]).toBeLessThanOrEqual(truth[name]);
      expect(ci[1]).toBeGreaterThanOrEqual(truth[name]);
      expect(Math.abs(share - truth[name])).toBeLessThan(0.02);
      expect(se).toBeLessThan(0.01);
    }
    for (const name of ['c', 'a*b', 'a*c', 'b*c']) expect(by[name]!.ci[0]).toBe(0);
    expect(rest!.ci[0]).toBe(0);
    expect(rest!.df).toBe(59 - 3 - 2 - 4 - 6 - 12 - 8);
  });

  test('a planted interaction is one of these two axes, and none of either alone', () => {
    const sign = (x: number): number => (x > 2.5 ? 1 : -1);
    const cells = surface(
      crossed({ ...AXES, b: [1, 4] }),
      ({ a, b }) => sign(a!) * sign(b!),
      () => 0.01,
    );
    const { by } = effectsOf(cells);
    expect(by['a*b']!.share).toBeCloseTo(1, 3);
    expect(by['a']!.share).toBeCloseTo(0, 3);
  });

  test('shares and the rest add up to 1', () => {
    const cells = surface(
      crossed(AXES),
      ({ a, b, c }) => a! * b! * c! + b!,
      (i) => 0.05 * (1 + (i % 4)),
    );
    const { effects, rest } = effectsOf(cells);
    expect([...effects, rest!].reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  test('noise alone has no shares', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(2);
    let with_shares = 0;
    for (let repetition = 0; repetition < 50; repetition++) {
      const found = effectsOf(
        surface(
          crossed(AXES),
          () => normal(rng),
          () => 1,
        ),
      );
      if (found.effects.length > 0) with_shares++;
      else expect(found.sd_between).toBeNaN();
    }
    expect(with_shares).toBeLessThanOrEqual(1);
  });

  test('cells without a finite value are left out, and counted so', () => {
    const cells = surface(
      crossed({ a: [1, 2, 3], b: [1, 2, 3] }),
      ({ a, b }) => (a === 3 && b === 3 ? NaN : a!),
      () => 0.01,
    );
    const { cells: used, by } = effectsOf(cells);
    expect(used).toBe(8);
    expect(by['a']!.share).toBeCloseTo(1, 3);
  });

  test('without error it is the plain analysis of variance', () => {
    const { by } = effectsOf(
      surface(
        crossed({ a: [0, 1], b: [0, 1] }),
        ({ a, b }) => a! + 2 * b!,
        () => 0,
      ),
    );
    expect([by['a']!.share, by['b']!.share]).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.8, 12)]);
    expect(by['a']!.ci).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.2, 12)]);
  });
});
