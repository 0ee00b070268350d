import { describe, expect, test, vi } from 'vitest';
import { normalQuantile } from '../../src/random/normal.ts';
import { checkpoints, decide, type Decision, type PrecisionRule } from '../../src/statistics/stopping.ts';
import { wilson } from '../../src/statistics/wilson.ts';
import { meanOf, normals, uniforms } from './reference.ts';

// Thousands of samples are drawn; a busy machine is slow at that.
vi.setConfig({ testTimeout: 120_000 });

/** Looks at the checkpoints until the rule is content; the last look otherwise. */
function run(rule: PrecisionRule, column: Float64Array, min = 1000): Decision {
  const looks = checkpoints(column.length, min);
  for (const n of looks) {
    const decision = decide(rule, [column], n);
    if (decision.stop || n === column.length) return decision;
  }
  throw new Error('no check');
}

describe('checkpoints', () => {
  test('double from the minimum and end at the target', () => {
    expect(checkpoints(200000)).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 200000]);
    expect(checkpoints(4000, 1000)).toEqual([1000, 2000, 4000]);
    expect(checkpoints(500, 1000)).toEqual([500]);
  });
});

describe('decide', () => {
  const uniform = uniforms(31);
  const column = Float64Array.from({ length: 50000 }, () => 10 + uniform());

  test('stops where the interval is as narrow as asked, absolutely or as a share of the estimate', () => {
    const absolute = run({ metric: 'm', mean: true, half_width: 0.01 }, column);
    expect(absolute.stop).toBe(true);
    expect(absolute.n).toBe(4000); // 1.96 x 0.2887 / sqrt(n) <= 0.01 from n = 3,201 on
    const relative = run({ metric: 'm', mean: true, half_width: 0.001, relative: true }, column);
    expect(relative.n).toBe(4000); // 0.001 x 10.5
    const median = run({ metric: 'm', quantile: 0.5, half_width: 0.01 }, column);
    expect(median.n).toBe(16000); // 1.96 x 0.5 / sqrt(n) <= 0.01 from n = 9,604 on
  });

  test('depends on the rows below the look alone', () => {
    const other = column.slice();
    other.fill(1e9, 4000);
    const rule: PrecisionRule = { metric: 'm', quantile: 0.05, half_width: 0.02 };
    expect(decide(rule, [other], 4000)).toEqual(decide(rule, [column], 4000));
    expect(decide(rule, [column.slice(0, 4000)], 4000)).toEqual(decide(rule, [column], 4000));
  });

  test('is the same however the column comes in blocks, and refuses a column that is too short', () => {
    const blocks = [column.subarray(0, 17), column.subarray(17, 3000), column.subarray(3000)];
    for (const quantity of [{ quantile: 0.05 }, { mean: true }, { threshold: 10.9 }] as const) {
      const rule: PrecisionRule = { metric: 'm', half_width: 0.02, ...quantity };
      expect(decide(rule, blocks, 4000)).toEqual(decide(rule, [column], 4000));
      expect(() => decide(rule, [column.subarray(0, 3999)], 4000)).toThrow('4000 rows to look at, 3999 given');
    }
  });

  test('never stops before the minimum, however narrow', () => {
    const { stop, reason } = decide({ metric: 'm', mean: true, half_width: 100, min: 2000 }, [column], 1000);
    expect(stop).toBe(false);
    expect(reason).toMatch(/1000 of at least 2000/);
  });

  test('never stops on no event or on few: zero events are not perfect precision', () => {
    const rare = new Float64Array(20000);
    for (let event = 0; event < 9; event++) rare[event * 100] = 1;
    for (const rule of [
      { metric: 'm', threshold: 0.5, half_width: 0.5 },
      { metric: 'm', threshold: -1, half_width: 0.5 },
      { metric: 'm', mean: true, half_width: 0.5 },
    ] as const) {
      expect(decide(rule, [rare], 20000)).toMatchObject({ stop: false });
      expect(decide(rule, [new Float64Array(20000)], 20000)).toMatchObject({ stop: false });
    }
    expect(decide({ metric: 'm', quantile: 0.999, half_width: 5 }, [rare], 5000)).toMatchObject({ stop: false });
    rare[5] = 1;
    expect(decide({ metric: 'm', threshold: 0.5, half_width: 0.5 }, [rare], 20000)).toMatchObject({ stop: true });
  });

  test('a column of NaN, or one whose interval ends at infinity, never stops', () => {
    const nothing = new Float64Array(2000).fill(NaN);
    const endless = Float64Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? Infinity : i));
    for (const quantity of [{ quantile: 0.5 }, { threshold: 1 }, { mean: true }] as const) {
      expect(decide({ metric: 'm', half_width: 1, relative: true, ...quantity }, [nothing], 2000).stop).toBe(false);
    }
    expect(decide({ metric: 'm', half_width: 1, quantile: 0.5 }, [endless], 2000).stop).toBe(false);
  });

  test('the interval at the stop covers the truth about as often as it says, rare events included', () => {
    const draw = uniforms(41);
    const [p, repetitions] = [0.01, 400];
    let covered = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const events = Float64Array.from({ length: 16000 }, () => (draw() < p ? 1 : 0));
      const { ci } = run({ metric: 'm', threshold: 0.5, half_width: 0.2, relative: true }, events);
      if (ci[0] <= p && p <= ci[1]) covered++;
    }
    expect(covered / repetitions).toBeGreaterThan(0.915);
  });

  test('the same for a tail quantile of a heavy-tailed metric', () => {
    const normal = normals(uniforms(43));
    const truth = Math.exp(1.5 * normalQuantile(0.95));
    let covered = 0;
    let early = 0;
    for (let repetition = 0; repetition < 400; repetition++) {
      const values = Float64Array.from({ length: 8000 }, () => Math.exp(1.5 * normal()));
      const { ci, n } = run({ metric: 'm', quantile: 0.95, half_width: 0.1, relative: true }, values);
      if (ci[0] <= truth && truth <= ci[1]) covered++;
      if (n < 8000) early++;
    }
    expect(covered / 400).toBeGreaterThan(0.915);
    expect(early).toBeGreaterThan(40);
  });

  test('a mean rule has Student’s interval, and Wilson’s of values 0 and 1', () => {
    const events = Float64Array.from({ length: 2000 }, (_, i) => Number(i % 100 === 0));
    expect(decide({ metric: 'm', mean: true, half_width: 0.1 }, [events], 2000).ci).toEqual(wilson(20, 2000));
    expect(decide({ metric: 'm', mean: true, half_width: 9, min: 3 }, [Float64Array.of(1, 2, 4)], 3).ci).toEqual(
      meanOf(Float64Array.of(1, 2, 4)).ci,
    );
  });

  describe('a mean rule waits for what decides the mean', () => {
    const draw = uniforms(61);
    const normal = normals(draw);
    const wide = { metric: 'm', mean: true, half_width: 1e9 } as const;
    const loss = (n: number, p: number): Float64Array =>
      Float64Array.from({ length: n }, () => 1 + normal() - (draw() < p ? 100 : 0));

    test('a rare large loss: until the variance is known to 5 %, and no row has a tenth of the sum of squares', () => {
      const values = loss(64_000, 0.005);
      const early = decide(wide, [values], 1000);
      expect(early).toMatchObject({ stop: false });
      expect(early.reason).toMatch(/heavy tail/);
      const { n, stop } = run(wide, values);
      expect(stop).toBe(true);
      // (1 / p) / (4 n) <= 0.05^2 from n = 20,000 on.
      expect(n).toBe(32_000);
    });

    test('lognormal rows with s = 1.5 have no mean within reach of 8,000 permutations', () => {
      const values = Float64Array.from({ length: 8000 }, () => Math.exp(1.5 * normal()));
      expect(run(wide, values)).toMatchObject({ stop: false, n: 8000 });
    });

    test('a tail that has come in the first half alone, or not in it, counts', () => {
      // A sample that has been lucky so far: 4,000 ordinary values, whose first half has one with over a tenth of its sum of squares.
      const values = Float64Array.from({ length: 4000 }, normal);
      expect(decide(wide, [values], 4000).stop).toBe(true);
      values[5] = 16;
      const { stop, reason } = decide(wide, [values], 4000);
      expect(stop).toBe(false);
      expect(reason).toMatch(/first half/);
    });

    test('an infinite value: the mean is infinite, however many rows are not', () => {
      const values = Float64Array.from({ length: 2000 }, normal);
      values[1234] = Infinity;
      expect(decide(wide, [values], 2000)).toMatchObject({ stop: false, estimate: Infinity });
      expect(decide(wide, [values], 2000).reason).toMatch(/infinite: so are 1 of 2000/);
    });

    test('ordinary values are not held up', () => {
      for (const make of [normal, draw, () => -Math.log(1 - draw())]) {
        expect(run(wide, Float64Array.from({ length: 8000 }, make)).n).toBeLessThanOrEqual(2000);
      }
    });
  });
});
