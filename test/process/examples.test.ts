import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { MetricStatistics } from '../../src/statistics/summarise.ts';
import { EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

/** Examples of models of one's own, each held against what is known exactly. */

interface Cell {
  readonly params: Readonly<Record<string, number>>;
  readonly statistics: Readonly<Record<string, MetricStatistics>>;
}

/** Runs a study of an example; its output, and the summaries of its cells. */
async function runExample(study: string): Promise<{ readonly run: string; readonly cells: readonly Cell[] }> {
  const run = join(temporaryFolder(), 'out');
  const done = await permafrost(['run', join(EXAMPLES, study), '--output', run]);
  expect(done.exit, done.stderr).toBe(0);
  const per_cell = join(run, 'per_cell');
  const cells = readdirSync(per_cell).map(
    (cell) => JSON.parse(readFileSync(join(per_cell, cell, 'summary.json'), 'utf8')) as Cell,
  );
  return { run, cells };
}

/** How many standard errors a mean lies from what it estimates. */
const errorsFrom = ({ mean, mcse }: MetricStatistics, exact: number): number => Math.abs(mean - exact) / mcse;

/** Four standard errors are exceeded by one correct mean in 15,000; the seed is fixed, so that this is decided once. */
const ERRORS = 4;

describe('examples/mmc-queue', () => {
  /** The chance of waiting in M/M/c, Erlang's formula C, by the recursion of his formula B. Source: Cooper 1981, Introduction to Queueing Theory, 3.6. */
  const erlangC = (servers: number, load: number): number => {
    let blocked = 1;
    for (let k = 1; k <= servers; k += 1) blocked = (servers * load * blocked) / (k + servers * load * blocked);
    return blocked / (1 - load * (1 - blocked));
  };

  it('Erlang’s formula C has the values of its tables', () => {
    // One server: the load. Two: 2 r^2 / (1 + r).
    expect(erlangC(1, 0.7)).toBeCloseTo(0.7, 14);
    expect(erlangC(2, 0.5)).toBeCloseTo(1 / 3, 14);
  });

  it('waits as long and as often as Erlang’s formula C says', async () => {
    const { cells } = await runExample('mmc-queue/study.yaml');
    expect(cells).toHaveLength(6);
    for (const { params, statistics } of cells) {
      const { servers, load } = params as { servers: number; load: number };
      const waiting = erlangC(servers, load);
      const where = `${servers} servers at ${load}`;
      expect(errorsFrom(statistics['waiting_share']!, waiting), where).toBeLessThan(ERRORS);
      expect(errorsFrom(statistics['mean_wait']!, waiting / (servers * (1 - load))), where).toBeLessThan(ERRORS);
      // An error of nothing would pass as well.
      expect(statistics['waiting_share']!.mcse / waiting, where).toBeLessThan(0.02);
    }
  });
});

describe('examples/black-scholes', () => {
  /** P(Z <= z), by Simpson's rule over the density. */
  const normalBelow = (z: number): number => {
    const steps = 2000;
    const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    let sum = density(0) + density(z);
    for (let k = 1; k < steps; k += 1) sum += (k % 2 === 1 ? 4 : 2) * density((z * k) / steps);
    return 0.5 + (sum * z) / steps / 3;
  };

  const callValue = (strike: number): number => {
    const [spot, rate, volatility, years] = [100, 0.05, 0.2, 1];
    const spread = volatility * Math.sqrt(years);
    const d1 = (Math.log(spot / strike) + (rate + (volatility * volatility) / 2) * years) / spread;
    return spot * normalBelow(d1) - strike * Math.exp(-rate * years) * normalBelow(d1 - spread);
  };

  /** By how much the variance of a mean falls at equal draws if they come in pairs: 1 / (1 + correlation of both halves). */
  const varianceRatio = (strike: number): number => {
    const payoff = (z: number): number => Math.exp(-0.05) * Math.max(0, 100 * Math.exp(0.03 + 0.2 * z) - strike);
    let [mean, square, product] = [0, 0, 0];
    for (let z = -9; z < 9; z += 0.001) {
      const weight = (0.001 * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
      mean += weight * payoff(z);
      square += weight * payoff(z) * payoff(z);
      product += weight * payoff(z) * payoff(-z);
    }
    return 1 / (1 + (product - mean * mean) / (square - mean * mean));
  };

  it('the closed form is that of the textbooks', () => {
    expect(callValue(100)).toBeCloseTo(10.450583572185565, 9);
  });

  it('values calls as Black and Scholes do', async () => {
    const { cells } = await runExample('black-scholes/study.yaml');
    expect(cells).toHaveLength(3);
    for (const { params, statistics } of cells) {
      expect(errorsFrom(statistics['call']!, callValue(params['strike']!)), `${params['strike']}`).toBeLessThan(ERRORS);
      expect(statistics['call']!.mcse).toBeLessThan(0.2);
    }
  });

  it('antithetic pairs value them as well, and nearer for as many draws: what is saved is what the laws of the payoff give', async () => {
    const [alone, pairs] = [
      await runExample('black-scholes/study.yaml'),
      await runExample('black-scholes/antithetic.yaml'),
    ];
    const of = ({ cells }: typeof alone, strike: number): MetricStatistics =>
      cells.find(({ params }) => params['strike'] === strike)!.statistics['call']!;
    /** Variance of a payoff over twice that of a mean of pairs, by the rule of rectangles over z (to 0.1 %); the draws are as many. */
    const saved: Readonly<Record<number, number>> = Object.fromEntries(
      [80, 100, 120].map((k) => [k, varianceRatio(k)]),
    );
    for (const strike of [80, 100, 120]) {
      const [one, pair] = [of(alone, strike), of(pairs, strike)];
      expect(pair.n).toBe(one.n / 2);
      expect(errorsFrom(pair, callValue(strike)), `${strike}`).toBeLessThan(ERRORS);
      const measured = (one.mcse / pair.mcse) ** 2;
      // The relative error of a variance is twice that of an sd.
      const error = 2 * Math.hypot(one.sd_se / one.sd, pair.sd_se / pair.sd);
      expect(Math.abs(measured / saved[strike]! - 1) / error, `${strike}: ${measured}`).toBeLessThan(ERRORS);
    }
    expect(saved[80]).toBeGreaterThan(8);
    expect(saved[100]).toBeGreaterThan(1.9);
  });
});

describe('examples/permutation-test', () => {
  /** The share of all ways to choose as many as were treated whose difference is at least the one that was observed. */
  const exactPValue = (treated: readonly number[], untreated: readonly number[]): { p: number; ways: number } => {
    const all = [...treated, ...untreated];
    const total = all.reduce((a, b) => a + b, 0);
    const differenceOf = (inside: number): number =>
      inside / treated.length - (total - inside) / (all.length - treated.length);
    const observed = differenceOf(treated.reduce((a, b) => a + b, 0));
    let [ways, as_high] = [0, 0];
    const choose = (from: number, left: number, sum: number): void => {
      if (left === 0) {
        ways += 1;
        if (differenceOf(sum) >= observed) as_high += 1;
        return;
      }
      for (let i = from; i <= all.length - left; i += 1) choose(i + 1, left - 1, sum + all[i]!);
    };
    choose(0, treated.length, 0);
    return { p: as_high / ways, ways };
  };

  it('has the p-value of all 11,440 permutations, as summarize says it: (b + 1) / (n + 1)', async () => {
    const lines = readFileSync(join(EXAMPLES, 'permutation-test', 'sample.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    const groupOf = (group: string): number[] =>
      lines.filter((line) => line.startsWith(`${group},`)).map((line) => Number(line.split(',')[1]));
    const { p, ways } = exactPValue(groupOf('treated'), groupOf('untreated'));
    expect(ways).toBe(11_440);

    const { run, cells } = await runExample('permutation-test/study.yaml');
    const n = cells[0]!.statistics['difference']!.n;
    const summarized = await permafrost(['summarize', run]);
    expect(summarized.exit, summarized.stderr).toBe(0);
    const table = readFileSync(join(run, 'aggregated', 'analysis', 'baseline.csv'), 'utf8')
      .trim()
      .split('\n');
    const [names, values] = table.map((line) => line.split(','));
    const p_high = Number(values![names!.indexOf('p_high')]);
    expect(p_high * (n + 1)).toBeCloseTo(Math.round(p_high * (n + 1)), 6);
    expect(Math.abs(p_high - p) / Math.sqrt((p * (1 - p)) / n)).toBeLessThan(ERRORS);
  });
});
