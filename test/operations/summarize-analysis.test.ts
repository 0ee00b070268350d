import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import { parquetReadObjects } from 'hyparquet';
import { expect, it, test } from 'vitest';

import { openRun } from '../../src/operations/open-run.ts';
import { run } from '../../src/operations/run.ts';
import { summarize, type SummarizeOptions } from '../../src/operations/summarize.ts';
import { pairedDifference } from '../../src/statistics/difference.ts';
import { CoinStudy, HOST } from './coin-study.ts';

/** A run of the coin, and what `summarize` made of it. */
async function summarized(more: object = {}, options: SummarizeOptions = {}) {
  const { file, folder, output, study } = new CoinStudy();
  writeFileSync(file, JSON.stringify({ ...study, ...more }));
  await run(file, {}, HOST);
  const done = await summarize(output, options, HOST);
  const read = (name: string): string => readFileSync(join(output, 'aggregated', 'analysis', name), 'utf8');
  return { file, folder, output, done, read, table: (name: string) => rowsOf(read(name)) };
}

function rowsOf(text: string): Record<string, string>[] {
  const [header, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(header!.map((name, i) => [name, row[i]!])));
}

const HEADS = { quantities: [{ metric: 'heads', statistic: 'mean' }], better: { heads: 'highest' } } as const;

it('says which axis matters, which cell may be the best, and where a value is crossed', async () => {
  const grid = { p: [0.2, 0.4, 0.6, 0.8], flips: [2, 5] };
  const { table, read, done } = await summarized({ grid, permutations: 1000 }, { ...HEADS, levels: { heads: [1] } });
  const [flips, p] = table('effects.csv');
  // heads = p flips: variances of 2 levels and of 4, and what they do together.
  expect([flips!['axis'], p!['axis']]).toEqual(['p', 'flips']);
  expect(Number(flips!['share']) + Number(p!['share'])).toBeGreaterThan(0.8);
  expect(table('best.csv').every(({ may_be_best }) => may_be_best === 'false')).toBe(true);
  const crossings = table('break_even.csv').filter(({ statistic, kind }) => statistic === 'mean' && kind === 'rises');
  expect(crossings.map(({ axis, flips: of }) => [axis, of])).toContainEqual(['p', '2']);
  const along_p = crossings.find(({ axis, flips: of }) => axis === 'p' && of === '2')!;
  // 2 p = 1
  expect(Number(along_p['lower'])).toBeLessThan(0.5);
  expect(Number(along_p['upper'])).toBeGreaterThan(0.5);
  const json = JSON.parse(read('analysis.json')) as {
    readonly quantities: readonly { readonly best: { readonly may_be_best: readonly string[] } }[];
  };
  expect(json.quantities[0]!.best.may_be_best).toHaveLength(1);
  expect(done.files.filter((path) => path.includes('analysis'))).toHaveLength(11);
});

it('compares cells that share their streams permutation by permutation', async () => {
  const { table, output } = await summarized({ streams: 'shared' }, HEADS);
  const opened = await openRun(output, {}, HOST);
  for (const row of table('contrasts.csv')) {
    const [from, to] = await Promise.all(
      [row['from_cell']!, row['to_cell']!].map(async (cell_id) => {
        const cell = opened.cells.find((each) => each.cell_id === cell_id)!;
        return (await cell.columns())['heads']!;
      }),
    );
    const { difference, se, ci } = pairedDifference(to!, from!);
    expect(row['paired']).toBe('true');
    expect([row['difference'], row['se'], row['lower'], row['upper']].map(Number)).toEqual([difference, se, ...ci]);
  }
});

it('is the same bytes whatever the format of the rows, and whoever computed them when', async () => {
  const more = { streams: 'shared', permutations: 1500, batch_rows: 1000 };
  const csv = await summarized(more, HEADS);
  const arrow = await summarized({ ...more, format: 'arrow' }, HEADS);
  const resumed = await summarized({ ...more, permutations: 100 }, HEADS);
  writeFileSync(resumed.file, JSON.stringify({ ...new CoinStudy().study, ...more }));
  await run(resumed.file, {}, HOST);
  await summarize(resumed.output, HEADS, HOST);
  const files = csv.done.files.filter((path) => path.includes('analysis') && path.endsWith('.csv'));
  expect(files).toHaveLength(10);
  for (const path of files) {
    const name = path.split(/[/\\]/).at(-1)!;
    expect(arrow.read(name), name).toBe(csv.read(name));
    expect(resumed.read(name), name).toBe(csv.read(name));
  }
});

test('--exact adds Clopper and Pearson’s intervals, which are wider', async () => {
  const { table } = await summarized({ thresholds: { heads: [1] } }, { exact: true });
  for (const row of table('thresholds.csv')) {
    expect(Number(row['exact_lower'])).toBeLessThan(Number(row['lower']));
    expect(Number(row['exact_upper'])).toBeGreaterThan(Number(row['upper']));
  }
});

test('grid_summary as Arrow and Parquet has the values of the CSV, bit for bit, and goes when it is out of date', async () => {
  const { output, folder } = await summarized({}, { to: ['arrow', 'parquet'] });
  const at = (format: string): string => join(output, 'aggregated', `grid_summary.${format}`);
  const csv = rowsOf(readFileSync(at('csv'), 'utf8'));
  const arrow = tableFromIPC(readFileSync(at('arrow')));
  const bytes = readFileSync(at('parquet'));
  const parquet = await parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  });
  expect(arrow.schema.fields.map(({ name }) => name)).toEqual(Object.keys(csv[0]!));
  expect([arrow.numRows, parquet.length, csv.length]).toEqual([4, 4, 4]);
  for (const [i, row] of csv.entries()) {
    for (const [name, text] of Object.entries(row)) {
      const values = [arrow.getChild(name).at(i) as unknown, parquet[i]![name]];
      expect(values.map(String), name).toEqual([text, text]);
      expect(typeof values[0]).toBe(name === 'cell_id' || name.endsWith('_diagnostics') ? 'string' : 'number');
    }
  }
  await summarize(output, {}, HOST);
  expect([existsSync(at('csv')), existsSync(at('arrow')), existsSync(at('parquet'))]).toEqual([true, false, false]);
  expect(existsSync(folder)).toBe(true);
});

test.each<[string, SummarizeOptions]>([
  ['headz', { quantities: [{ metric: 'headz', statistic: 'mean' }] }],
  ['headz', { better: { headz: 'highest' } }],
  ['headz', { levels: { headz: [1] } }],
  ['heads:p_gt_2', { quantities: [{ metric: 'heads', statistic: 'p_gt_2' }] }],
])('%s is refused before anything is read', async (value, options) => {
  await expect(summarized({}, options)).rejects.toMatchObject({ code: 'USAGE', value });
});
