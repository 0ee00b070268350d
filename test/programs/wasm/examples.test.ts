import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { run } from '../../../src/operations/run.ts';
import { blocksOf, ROOT } from '../../docs/pages.ts';
import { HOST } from '../../inline-host.ts';
import { newFolder, removeFolder } from '../../temporary-folder.ts';

// Twins in TypeScript are bundled: where the cache of bundles is empty and the machine busy, that alone takes long.
vi.setConfig({ testTimeout: 90_000 });

/** The examples give what is known of their simulations, and the rows of the same simulation in TypeScript. */

const EXAMPLES = join(ROOT, 'examples');
const PERMUTATIONS = 2000;

let folder = '';
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  removeFolder(folder);
});

/** The text of each cell's rows after a run of `study`, in the order of the cells' names. */
async function rowsOf(
  study: string,
  text: string,
  output: string,
  options: { readonly chunk?: number } = {},
): Promise<readonly string[]> {
  writeFileSync(study, text.replace(/^output:.*$/m, `output: ${join(folder, output)}`));
  expect(await run(study, options, HOST)).toMatchObject({ exit: 0 });
  const cells = join(folder, output, 'per_cell');
  return readdirSync(cells)
    .sort()
    .map((cell) => readFileSync(join(cells, cell, 'metrics_compact.csv'), 'utf8'));
}

/** The columns of one cell by name. */
async function columnsOf(example: string, where: string): Promise<Readonly<Record<string, readonly number[]>>> {
  const own = join(folder, `${example}-${where.replaceAll(/\W+/g, '-')}`);
  cpSync(join(EXAMPLES, example), own, { recursive: true });
  const text = readFileSync(join(own, 'study.yaml'), 'utf8').replace(/grid:\n.*\n/, `cells: [{ id: c, ${where} }]\n`);
  const [rows] = await rowsOf(join(own, 'study.yaml'), text, `${example}-${where.replaceAll(/\W+/g, '-')}-out`);
  const [head, ...lines] = rows!
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(
    head!.map((name, k) => [name, lines.map((line) => (line[k] === '' || line[k] === 'NaN' ? NaN : Number(line[k])))]),
  );
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Within 4 standard errors. */
function expectMean(values: readonly number[], expected: number): void {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (values.length - 1);
  expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / values.length));
}

/** Exactly: the chances of each final size of an epidemic, from those of each step. */
function finalSizes(r0: number, population: number): Float64Array {
  // chance[i]: that the epidemic comes by i infected while `susceptible` are left.
  let chance = new Float64Array(population + 2);
  chance[1] = 1;
  const sizes = new Float64Array(population + 1);
  for (let susceptible = population - 1; susceptible >= 0; susceptible -= 1) {
    const infections = (r0 * susceptible) / population;
    const p = infections / (infections + 1);
    const next = new Float64Array(population + 2);
    for (let infected = population - susceptible; infected >= 1; infected -= 1) {
      next[infected + 1]! += chance[infected]! * p;
      chance[infected - 1]! += chance[infected]! * (1 - p);
    }
    sizes[population - susceptible] = chance[0]!;
    chance = next;
  }
  return sizes;
}

describe('examples/sir-wasm, in C', () => {
  it.each([0.8, 1.5, 2, 3])('has the final sizes that an epidemic with R0 = %d must have', async (r0) => {
    const { ever_infected, large, share_if_large } = await columnsOf('sir-wasm', `r0: ${r0}`);
    expect(ever_infected).toHaveLength(PERMUTATIONS);
    const exact = finalSizes(r0, 1000);
    expect(exact.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
    expectMean(
      ever_infected!,
      exact.reduce((sum, p, size) => sum + p * size, 0),
    );
    const p_large = exact.reduce((sum, p, size) => sum + (size > 200 ? p : 0), 0);
    if (r0 > 1) {
      expectMean(large!, p_large);
      // In a large population: extinct at first with chance 1 / R0, else z of all, z = 1 - exp(-R0 z).
      if (r0 >= 2) {
        expect(p_large).toBeCloseTo(1 - 1 / r0, 2);
        let z = 1;
        for (let i = 0; i < 100; i += 1) z = 1 - Math.exp(-r0 * z);
        expect(meanOf(share_if_large!.filter((share) => !Number.isNaN(share)))).toBeCloseTo(z, 2);
      }
    }
  });

  it('says in words which cell cannot be', async () => {
    const own = join(folder, 'too-many');
    cpSync(join(EXAMPLES, 'sir-wasm'), own, { recursive: true });
    writeFileSync(
      join(own, 'study.yaml'),
      'model: ./sim.wasm\nparameters: { population: 10, first_infected: 11 }\npermutations: 3\noutput: out\n',
    );
    const { exit, first_failure } = await run(join(own, 'study.yaml'), {}, HOST);
    expect(exit).toBe(1);
    expect(first_failure?.failure.message).toBe(
      'simulate returned 1: more people are infected at first than there are',
    );
  });

  const TWIN = `
import { defineModel, exponential } from 'permafrost';
const p = { type: 'number' };
export default defineModel({
  name: 'sir', version: '1',
  parameters: {
    r0: { ...p, default: 2 }, population: { ...p, default: 1000 }, first_infected: { ...p, default: 1 }, infectious_days: { ...p, default: 5 },
  },
  metrics: { ever_infected: {}, share_if_large: { missing: true }, large: {}, peak: {}, days: {} },
  simulate({ parameters }, rng, row) {
    const { r0, population, first_infected } = parameters;
    const recovery = 1 / parameters.infectious_days;
    let susceptible = population - first_infected, infected = first_infected, peak = infected, days = 0;
    while (infected > 0) {
      const infections = r0 * susceptible / population;
      days += exponential(rng, 1 / (recovery * infected * (infections + 1)));
      if (rng() * (infections + 1) < infections) {
        susceptible -= 1;
        infected += 1;
        if (infected > peak) peak = infected;
      } else infected -= 1;
    }
    row.ever_infected = population - susceptible;
    row.large = row.ever_infected > 0.2 * population ? 1 : 0;
    row.share_if_large = row.large ? row.ever_infected / population : NaN;
    row.peak = peak;
    row.days = days;
  },
});
`;

  it('has the rows of the same simulation in TypeScript, byte for byte, whatever the chunks', async () => {
    const own = join(folder, 'twin');
    cpSync(join(EXAMPLES, 'sir-wasm'), own, { recursive: true });
    writeFileSync(join(own, 'twin.mjs'), TWIN);
    const text = `model: ./sim.wasm\ngrid: { r0: [0.8, 2, 3] }\nparameters: { population: 100 }\npermutations: 120\noutput: o\n`;
    const twin = await rowsOf(join(own, 'a.yaml'), text.replace('./sim.wasm', './twin.mjs'), 'twin-out');
    expect(twin).toHaveLength(3);
    for (const chunk of [1, 7, 120])
      expect(await rowsOf(join(own, 'b.yaml'), text, `chunk-${chunk}`, { chunk })).toEqual(twin);
  });
});

describe('docs/wasm-models.md', () => {
  it('flips the coins of examples/coin, byte for byte', async () => {
    const own = join(folder, 'page');
    mkdirSync(own);
    cpSync(join(ROOT, 'test/fixtures/wasm/page-c.wasm'), join(own, 'sim.wasm'));
    const declaration = blocksOf('docs/wasm-models.md').find(({ language }) => language === 'json')!;
    writeFileSync(join(own, 'sim.json'), declaration.text);
    cpSync(join(EXAMPLES, 'coin/coin.ts'), join(own, 'coin.ts'));
    const text = 'model: ./sim.wasm\ngrid: { p: [0.4, 0.5, 0.6] }\npermutations: 300\noutput: o\n';
    const twin = await rowsOf(join(own, 'a.yaml'), text.replace('sim.wasm', 'coin.ts'), 'page-ts');
    expect(twin).toHaveLength(3);
    expect(await rowsOf(join(own, 'b.yaml'), text, 'page-c')).toEqual(twin);
  });
});

describe('examples/mm1-rust, in Rust', () => {
  it.each([0.5, 0.8, 0.9])('has the waiting times that a queue with load %d must have', async (load) => {
    const { mean_wait, share_waiting } = await columnsOf('mm1-rust', `load: ${load}`);
    expect(mean_wait).toHaveLength(PERMUTATIONS);
    expectMean(share_waiting!, load);
    expectMean(mean_wait!, load / (1 - load));
  });
});
