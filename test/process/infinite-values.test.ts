import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { replay, report, run as runStudy, summarize, verify, type StudyResult } from '../../dist/index.js';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const folder = newFolder();
afterAll(() => {
  removeFolder(folder);
});

/** A profit factor without a loss, in a share of the permutations; `sign` says of which infinity. */
const model = (declared: string): string => `export default {
  name: 'odds', version: '1', ranking: { metric: 'factor', best: 'lowest' },
  parameters: { share: { type: 'number', default: 0 }, level: { type: 'number', default: 0 }, sign: { type: 'choice', values: ['plus', 'minus', 'both'], default: 'plus' } },
  metrics: { factor: { ${declared} }, u: {} },
  simulate: ({ parameters: { share, level, sign } }, rng, row) => {
    const u = rng();
    const negative = sign === 'minus' || (sign === 'both' && u < share / 2);
    row.factor = u < share ? (negative ? -Infinity : Infinity) : level + u;
    row.u = u;
  },
};`;

async function run(
  name: string,
  declared: string,
  study: string,
  permutations = 3000,
): Promise<StudyResult & { readonly read: (path: string) => string }> {
  writeFileSync(join(folder, `${name}.mjs`), model(declared));
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `model: ./${name}.mjs\npermutations: ${permutations}\noutput: ${name}\n${study}\n`);
  const result = await runStudy(file, { threads: 2 });
  return { ...result, read: (path) => readFileSync(join(folder, name, path), 'utf8') };
}

/** One cell's line of a CSV by its columns. */
function lineOf(csv: string, where: (line: Record<string, string>) => boolean = () => true): Record<string, string> {
  const [header, ...lines] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const all = lines.map((line) => Object.fromEntries(header!.map((name, c) => [name, line[c]!])));
  return all.find(where)!;
}

describe('an infinite value that the metric does not declare', () => {
  it('is a failed permutation, as NaN is: no run that says Complete has one', async () => {
    const result = await run('undeclared', '', 'grid: { share: [0.002] }');
    expect(result).toMatchObject({ exit: 1, complete: 0 });
    const { message, error_class } = result.first_failure!.failure;
    expect(error_class).toBe('InfiniteMetric');
    expect(message).toBe('metric factor is Infinity; a metric that may be infinite must declare infinite: true');
    const { problems } = await verify(result.output);
    expect(problems.map(({ code }) => code)).toEqual(['INCOMPLETE']);
    const again = await run('undeclared', '', 'grid: { share: [0.002] }');
    expect(again).toMatchObject({ exit: 1, complete: 0 });
  });

  it('is not what missing: true allows, nor is NaN what infinite: true allows', async () => {
    expect((await run('missing', 'missing: true', 'grid: { share: [0.01] }')).exit).toBe(1);
    writeFileSync(join(folder, 'nan.mjs'), model('infinite: true').replace('level + u', 'u < 0.9 ? u : NaN'));
    writeFileSync(join(folder, 'nan.yaml'), 'model: ./nan.mjs\npermutations: 100\noutput: nan\n');
    const result = await runStudy(join(folder, 'nan.yaml'), { threads: 1 });
    expect(result.first_failure!.failure.error_class).toBe('UndefinedMetric');
  });
});

describe.each(['csv', 'arrow'])('an infinite value that the metric declares, in %s', (format) => {
  const name = `declared-${format}`;
  const study = `grid: { share: [0, 0.1, 0.7], level: [0] }\nformat: ${format}\nbatch_rows: 1000`;

  it('is stored, counted and verified', async () => {
    const result = await run(name, 'infinite: true', study);
    expect(result).toMatchObject({ exit: 0, complete: 3 });
    expect(await verify(result.output, { recompute: { rows: 100 } })).toMatchObject({ ok: true, mismatches: 0 });
    const grid = result.read('aggregated/grid_summary.csv');
    const tenth = lineOf(grid, ({ share }) => share === '0.1');
    expect(tenth).toMatchObject({
      factor_mean: 'Infinity',
      factor_p95: 'Infinity',
      factor_max: 'Infinity',
      factor_sd: 'NaN',
    });
    expect(tenth['factor_p95_upper']).toBe('Infinity');
    expect(tenth['factor_diagnostics']).toBe('infinite_rows');
    expect(Number(tenth['factor_n_finite']) + Number(tenth['factor_n_infinite'])).toBe(3000);
    expect(Number(tenth['factor_mean_finite'])).toBeCloseTo(0.55, 1);
    expect(lineOf(grid, ({ share }) => share === '0.7')['factor_p50']).toBe('Infinity');
    expect(lineOf(result.read('results/final_results.csv'), ({ share }) => share === '0.1')['factor_mean']).toBe(
      'Infinity',
    );
    const cell = JSON.parse(result.read(`per_cell/cell_${tenth['cell_id']!}/summary.json`)) as {
      statistics: { factor: Record<string, unknown> };
    };
    expect(cell.statistics.factor).toMatchObject({ mean: 'Infinity', p95: 'Infinity', max: 'Infinity', sd: null });
    // What is made from the rows again, and from the file, is the same text.
    await summarize(result.output);
    expect(result.read('aggregated/grid_summary.csv')).toBe(grid);
    expect((await run(name, 'infinite: true', study)).permutations_computed).toBe(0);
    expect(result.read('aggregated/grid_summary.csv')).toBe(grid);
  });

  it('is the same in a replay as it is stored', async () => {
    const output = join(folder, name);
    const grid = readFileSync(join(output, 'aggregated/grid_summary.csv'), 'utf8');
    const { cell_id } = lineOf(grid, ({ share }) => share === '0.7');
    const rows = await Promise.all([0, 1, 2, 3, 4, 5].map((perm) => replay(output, cell_id!, perm)));
    expect(rows.every((row) => row.equal)).toBe(true);
    expect(rows.some((row) => row.stored!['factor'] === Infinity)).toBe(true);
  });
});

describe('the report of infinite values', () => {
  it('ranks an infinite mean by its sign, never by the mean of its finite rows', async () => {
    // By their finite rows share 0.7 has the highest mean of all, and share 0.1 the lowest but one.
    const study = 'grid: { share: [0, 0.1, 0.7], level: [1] }';
    const { output, read } = await run('ranked', 'infinite: true', study, 400);
    await report(output);
    const best = read('report/tables/best_cells.csv').trimEnd().split('\n').slice(1);
    expect(best.map((line) => line.split(',')[2])).toEqual(['0', '0.1', '0.7']);
    expect(best.map((line) => line.split(',').at(-2))).toEqual(['false', 'true', 'true']);
    await report(output, { ranking: { metric: 'factor', best: 'highest' } });
    const highest = read('report/tables/best_cells.csv').trimEnd().split('\n').slice(1);
    expect(highest.map((line) => line.split(',')[2])).toEqual(['0.1', '0.7', '0']);
    // Two infinite means are not told apart.
    expect(highest.map((line) => line.split(',').at(-2))).toEqual(['false', 'false', 'true']);
    const markdown = read('report/report.md');
    expect(markdown).toMatch(/factor is infinite in \d+ permutations of 2 cells/);
    expect(markdown).toMatch(/\| Infinity \(\d+ finite: 1\.\d+ ± 0\.\d+\) \|/);
  });

  it('gives no rank to a mean that is infinite with both signs', async () => {
    const { output, read } = await run('both', 'infinite: true', 'grid: { share: [0, 0.01, 0.2], sign: [both] }', 400);
    await report(output);
    expect(read('report/tables/best_cells.csv').trimEnd().split('\n')).toHaveLength(1 + 2);
    expect(read('report/report.md')).toContain('1 more have no mean of it');
    expect(lineOf(read('aggregated/grid_summary.csv'), ({ share }) => share === '0.2')).toMatchObject({
      factor_mean: 'NaN',
      factor_min: '-Infinity',
      factor_max: 'Infinity',
      factor_p01: '-Infinity',
      factor_p50: expect.stringMatching(/^0\./) as string,
    });
  });
});

describe('a step that takes a value from the best of an earlier one', () => {
  it('takes infinite means as what they are', async () => {
    const { read, exit } = await run(
      'suite',
      'infinite: true',
      `steps:
  first: { grid: { share: [0.3, 0] } }
  second: { parameters: { share: { from: first, best: factor, of: min } }, grid: { level: [1, 2] } }`,
      200,
    );
    expect(exit).toBe(0);
    expect(lineOf(read('results/second.csv'))['share']).toBe('0');
    expect(lineOf(read('results/first.csv'), ({ share }) => share === '0.3')['factor']).toBe('Infinity');
  });
});
