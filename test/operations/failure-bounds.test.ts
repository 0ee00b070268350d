import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { report } from '../../src/operations/report.ts';
import { run } from '../../src/operations/run.ts';
import { summarize } from '../../src/operations/summarize.ts';
import { formatNumber } from '../../src/wording/format-number.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { HOST } from './coin-study.ts';

/** Permutations whose first draw is above 0.95 fail, unless the study says otherwise; the second draw is the metric. */
const MODEL = `export default { name: 'm', version: '1', parameters: { fail: { type: 'boolean' } }, metrics: { x: {} },
  simulate: ({ parameters: { fail } }, rng, row) => { if (rng() > 0.95 && fail) throw new Error('too large'); row.x = rng(); } };`;

test('summarize says between what the statistics of a cell with failed permutations lie; the truth is in there', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'm.mjs'), MODEL);
  const study = (output: string, fail: boolean): string => {
    const file = join(folder, `${output}.yaml`);
    writeFileSync(
      file,
      `model: ./m.mjs\ncells: [{ id: c, fail: ${fail} }]\npermutations: 400\nthresholds: { x: [0.5] }\noutput: ${output}\n`,
    );
    return file;
  };
  const failing = await run(study('failing', true), { on_error: 'continue' }, HOST);
  await run(study('sound', false), {}, HOST);
  const { bounded, files } = await summarize(join(folder, 'failing'), {}, HOST);
  const [cell] = bounded;
  expect(cell).toMatchObject({ cell_id: 'c', n: 400 - failing.n_failures, n_failed: failing.n_failures });
  expect(failing.n_failures).toBeGreaterThan(5);
  const rows = readFileSync(join(folder, 'sound/per_cell/cell_c/metrics_compact.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const values = rows.map((row) => Number(row.split(',')[1]));
  const above = values.filter((x) => x > 0.5).length / 400;
  const of = (statistic: string) => cell!.metrics[0]!.bounds.find((each) => each.statistic === statistic)!;
  expect(above).toBeGreaterThanOrEqual(of('P(>0.5)').lowest);
  expect(above).toBeLessThanOrEqual(of('P(>0.5)').highest);
  expect(of('P(>0.5)').highest - of('P(>0.5)').lowest).toBeCloseTo(failing.n_failures / 400, 12);
  expect(of('p50').lowest).toBeLessThan(of('p50').without);
  const file = join(folder, 'failing', 'aggregated', 'failure_bounds.csv');
  expect(files).toContain(file);
  expect(readFileSync(file, 'utf8')).toMatch(
    /^cell_id,n,n_failed,metric,statistic,without_failed,lowest,highest\nc,\d+,\d+,x,mean,/,
  );

  // The report says the same, where it speaks of the failures.
  await report(join(folder, 'failing'), {}, HOST);
  const [html, markdown] = ['index.html', 'report.md'].map((name) =>
    readFileSync(join(folder, 'failing/report', name), 'utf8'),
  );
  const { lowest, highest, without } = of('p50');
  const said = `In cell c (${failing.n_failures} of 400 failed), whatever they would have given, the median of x is between ${formatNumber(lowest)} and ${formatNumber(highest)}; the rows that are there have ${formatNumber(without)}.`;
  expect(html).toContain(said);
  expect(markdown).toContain(said);
  const share = of('P(>0.5)');
  const line = [share.statistic, ...[share.without, share.lowest, share.highest].map((each) => formatNumber(each))];
  expect(html).toContain(`<td>${line.join('</td><td>').replace('>0.5', '&gt;0.5')}</td>`);
  expect(markdown).toContain('## What the failed permutations could change');

  // Where nothing failed any more it goes.
  expect(await summarize(join(folder, 'sound'), {}, HOST)).toMatchObject({ bounded: [] });
  expect(existsSync(join(folder, 'sound', 'aggregated', 'failure_bounds.csv'))).toBe(false);
});
