import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

import { openRun } from '../../../src/operations/open-run.ts';
import { run } from '../../../src/operations/run.ts';
import { HOST } from '../../inline-host.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { NUMPY, R } from './languages.ts';

/** The examples in other languages, where those are: each gives what is known of it. Elsewhere they are skipped. */

// A process of another language, and some thousands of permutations.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HELPERS = join(ROOT, 'src/programs/command/helpers');

test.each([
  ['black-scholes-numpy', 'permafrost.py'],
  ['bootstrap-r', 'permafrost.R'],
])('%s has the helper as it is', (example, helper) => {
  const text = (folder: string): string => readFileSync(join(folder, helper), 'utf8');
  expect(text(join(ROOT, 'examples', example))).toBe(text(HELPERS));
});

interface Cell {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

async function cellsOf(example: string, permutations: number): Promise<Cell[]> {
  const folder = temporaryFolder();
  cpSync(join(ROOT, 'examples', example), folder, { recursive: true });
  const output = join(folder, 'out');
  const { exit } = await run(join(folder, 'study.yaml'), { output, permutations }, HOST);
  expect(exit).toBe(0);
  const opened = await openRun(output, {}, HOST);
  return Promise.all(
    opened.cells.map(async (cell) => ({ parameters: cell.parameters, columns: await cell.columns() })),
  );
}

function meanAndSd(values: Float64Array): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

/** The distribution function of the standard normal; Abramowitz and Stegun 26.2.17, to 7.5e-8. */
function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const sum = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  return x >= 0 ? 1 - tail : tail;
}

test.runIf(NUMPY)('black-scholes-numpy: means of the payoffs are what Black and Scholes say', async () => {
  const cells = await cellsOf('black-scholes-numpy', 20_000);
  expect(cells).toHaveLength(6);
  for (const { parameters, columns } of cells) {
    const { spot, strike, rate, volatility, years } = parameters as Readonly<Record<string, number>>;
    const d1 =
      (Math.log(spot! / strike!) + (rate! + volatility! ** 2 / 2) * years!) / (volatility! * Math.sqrt(years!));
    const d2 = d1 - volatility! * Math.sqrt(years!);
    const discounted = strike! * Math.exp(-rate! * years!);
    const call = spot! * normalBelow(d1) - discounted * normalBelow(d2);
    const expected = { call, put: call - spot! + discounted };
    for (const [name, value] of Object.entries(expected)) {
      const { mean, sd } = meanAndSd(columns[name]!);
      // The seeds are fixed: what is within four standard errors today is so always.
      expect(Math.abs(mean - value), `${name} ${JSON.stringify(parameters)}`).toBeLessThan(
        (4 * sd) / Math.sqrt(20_000),
      );
      expect(sd).toBeGreaterThan(0);
    }
  }
});

test.runIf(R)("bootstrap-r: the bootstrap's standard error of a mean is the one that is known", async () => {
  const data = Float64Array.from(
    readFileSync(join(ROOT, 'examples/bootstrap-r/waiting.txt'), 'utf8').trim().split('\n'),
    Number,
  );
  const n = data.length;
  const { mean: center, sd } = meanAndSd(data);
  const cells = await cellsOf('bootstrap-r', 4000);
  expect(cells).toHaveLength(2);
  for (const { parameters, columns } of cells) {
    const size = parameters['size'] === 0 ? n : Number(parameters['size']);
    const expected = (sd * Math.sqrt((n - 1) / n)) / Math.sqrt(size);
    const found = meanAndSd(columns['mean']!);
    // The standard error of a standard deviation of 4000 values is 1.1 % of it.
    expect(Math.abs(found.sd / expected - 1)).toBeLessThan(0.05);
    expect(Math.abs(found.mean - center)).toBeLessThan((4 * expected) / Math.sqrt(4000));
  }
});
