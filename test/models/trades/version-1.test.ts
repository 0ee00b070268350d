import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Json, ParameterValue } from '../../../src/model/model.ts';
import { TRADE_METRICS } from '../../../src/models/trades/metric-specs.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { alea, chunk, prepared, rowByPath } from './run-model.ts';

/**
 * Cells and rows of version 1 of the model, as the independent implementation of its specification computed them. Times are in UTC:
 * version 1 took the month of any time in UTC.
 */
const golden = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../fixtures/trades/version-1.json', import.meta.url)), 'utf8'),
) as {
  readonly metrics: readonly string[];
  readonly cases: readonly {
    readonly trades: string;
    readonly ohlc: string | null;
    readonly equity_curve: string | null;
    readonly parameters: Record<string, ParameterValue>;
    readonly largest_delay: number | null;
    readonly rows: readonly (readonly [number, ...number[]])[];
  }[];
};

it('preset reference gives the rows of version 1 to the bit, but for profit factors above the cap', async () => {
  expect(golden.metrics).toEqual(TRADE_METRICS.slice(0, 8));
  expect(golden.cases.length).toBeGreaterThan(55);
  const different: string[] = [];
  let capped = 0;
  for (const one of golden.cases) {
    // What was called block_bootstrap are moving blocks.
    const { bootstrap_mode } = one.parameters;
    const renamed = bootstrap_mode === 'block_bootstrap' ? 'moving_block_bootstrap' : bootstrap_mode;
    const parameters = { ...one.parameters, preset: 'reference', bootstrap_mode: renamed! };
    const shared: Json = { delay_bars_max: one.largest_delay, stationary: false };
    const state = await prepared(one, parameters, {
      metrics: golden.metrics,
      ...(one.largest_delay !== null && { shared }),
    });
    for (const [seed, ...expected] of one.rows) {
      const path = rowByPath(state, createStreams(alea(seed), 0, 1).rng(0));
      const fast = chunk(state, alea(seed), 0, 1).map((column) => column[0]!);
      for (const [m, name] of golden.metrics.entries()) {
        const cap = state.cell.profit_factor_cap;
        const wanted = name === 'profit_factor' ? Math.min(expected[m]!, cap) : expected[m]!;
        if (wanted !== expected[m]) capped++;
        for (const value of [path[m]!, fast[m]!])
          if (!Object.is(value + 0, wanted + 0)) different.push(`${name}, seed ${seed}: ${value}, not ${wanted}`);
      }
    }
  }
  expect(different).toEqual([]);
  expect(capped).toBeLessThan(10);
});
