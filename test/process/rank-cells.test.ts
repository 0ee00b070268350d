import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { EngineError, report as reportRun, run, type ReportOptions } from '../../dist/index.js';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const folder = newFolder();
afterAll(() => {
  removeFolder(folder);
});

// The cells share one noise, apart from a little of their own where `own` is set; `hit` of `tried` is a rate.
const MODEL = `export default {
  name: 'levels', version: '1', ranking: { metric: 'score', best: 'highest' },
  parameters: { level: { type: 'number', default: 0 }, own: { type: 'number', default: 0 } },
  metrics: { cost: {}, score: { missing: true }, hit: {}, tried: {}, rate: { missing: true, rate_of: { cases: ['hit'], of: ['tried'] } } },
  simulate: ({ parameters: { level, own } }, rng, row) => {
    const noise = 10 * rng();
    row.score = level + noise + own * Math.floor(4 * rng());
    if (level === -1 && noise < 1) row.score = NaN;
    row.cost = -row.score || 0;
    row.tried = rng() < 0.1 ? 10 : 1;
    row.hit = row.tried === 10 ? 1 : 1 * (rng() < 0.5);
    row.rate = row.hit / row.tried;
  },
};`;

async function report(
  name: string,
  study: string,
  options: ReportOptions = {},
): Promise<{ table: Record<string, string>[]; markdown: string; file: (path: string) => string }> {
  writeFileSync(join(folder, 'levels.mjs'), MODEL);
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `model: ./levels.mjs\npermutations: 400\noutput: ${name}\n${study}\n`);
  expect((await run(path, { threads: 1 })).exit).toBe(0);
  await reportRun(join(folder, name), options);
  const file = (at: string): string => readFileSync(join(folder, name, 'report', at), 'utf8');
  const [header, ...rows] = file('tables/best_cells.csv')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const table = rows.map((row) => Object.fromEntries(header!.map((column, c) => [column, row[c]!])));
  return { table, markdown: file('report.md'), file };
}

describe('the table of best cells', () => {
  it('with shared streams holds each cell against the best, permutation by permutation', async () => {
    const { table, markdown } = await report('shared', 'grid: { level: [0, 2, 1.5] }\nstreams: shared');
    expect(table.map(({ level, told_apart }) => [level, told_apart])).toEqual([
      ['2', 'false'],
      ['1.5', 'true'],
      ['0', 'true'],
    ]);
    expect(Number(table[1]!['difference'])).toBeCloseTo(-0.5, 12);
    expect(Number(table[1]!['difference_se'])).toBeLessThan(1e-12);
    expect(table[0]!['difference']).toBe('');
    expect(Number(table[0]!['mcse'])).toBeGreaterThan(0.1);
    expect(markdown).toContain('## Best cells');
  });

  it('does not tell apart what the noise of the difference covers', async () => {
    // Differences of two draws from 0 to 3, mean 0 each: with 400 permutations known to about 0.08.
    const { table } = await report('noisy', 'grid: { level: [0, 0.001, 2], own: [1.0] }\nstreams: independent');
    expect(table[0]!['level']).toBe('2');
    expect(table.map(({ told_apart }) => told_apart)).toEqual(['false', 'true', 'true']);
    const [close, far] = [table[1]!, table[2]!];
    expect(Number(close['difference_se'])).toBeCloseTo(
      Math.hypot(Number(table[0]!['mcse']), Number(close['mcse'])),
      10,
    );
    expect(Number(far['difference'])).toBeLessThan(-1);
    const { table: equal } = await report('equal', 'grid: { level: [0, 0.001], own: [1.0] }\nstreams: independent');
    expect(equal.map(({ told_apart }) => told_apart)).toEqual(['false', 'false']);
  });

  it('ranks by another metric, lowest first, when asked', async () => {
    const { table, markdown } = await report('lowest', 'grid: { level: [0, 2, 1] }\nstreams: shared', {
      ranking: { metric: 'cost', best: 'lowest' },
    });
    expect(table.map(({ level }) => level)).toEqual(['2', '1', '0']);
    expect(table.map(({ told_apart }) => told_apart)).toEqual(['false', 'true', 'true']);
    expect(markdown).toContain('By the mean of cost, the lowest first');
    const unknown = reportRun(join(folder, 'lowest'), { ranking: { metric: 'csot', best: 'lowest' } });
    await expect(unknown).rejects.toThrow(EngineError);
    await expect(unknown).rejects.toThrow('did you mean cost');
  });

  it('says where permutations without a value are left out', async () => {
    const { table, markdown } = await report('undefined', 'grid: { level: [-1, 0] }\nstreams: shared');
    const partly = table.find(({ level }) => level === '-1')!;
    expect(Number(partly['n'])).toBeLessThan(400);
    expect(partly['difference_n'] ?? '').toBe(partly['difference'] === '' ? '' : partly['n']);
    expect(markdown).toContain('score is undefined in some permutations of 1 of these cells');
  });

  it('gives the pooled rate beside the mean of the rates', async () => {
    const { file, markdown } = await report('rates', 'grid: { level: [0, 1] }');
    const [, line] = file('tables/pooled_rates.csv').split('\n');
    const [, metric, , , mean, , rate, se] = line!.split(',');
    expect(metric).toBe('rate');
    const cell = file('tables/cells.csv').split('\n');
    const column = (name: string): number => Number(cell[1]!.split(',')[cell[0]!.split(',').indexOf(name)]);
    expect(Number(rate)).toBeCloseTo(column('hit_mean') / column('tried_mean'), 12);
    expect(Number(mean)).toBe(column('rate_mean'));
    expect(Math.abs(Number(rate) - Number(mean))).toBeGreaterThan(5 * Number(se));
    expect(markdown).toContain('## Rates');
  });
});
