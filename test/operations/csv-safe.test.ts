import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';

import { inertText } from '../../src/encoding/csv-field.ts';
import { exportRun } from '../../src/operations/export.ts';
import { run } from '../../src/operations/run.ts';
import { CoinStudy, HOST } from './coin-study.ts';

test.each([
  ['=1+1', "'=1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['-cmd', "'-cmd"],
  ['+x', "'+x"],
  ['\t=1', "'\t=1"],
  ['-5', '-5'],
  ['+1e-3', '+1e-3'],
  ['-Infinity', '-Infinity'],
  ['plain=', 'plain='],
  ['', ''],
])('%j is %j in a safe table', (text, safe) => {
  expect(inertText(text)).toBe(safe);
});

it('cells of a CSV export are safe where that is asked for, and as they are where not', async () => {
  const { file, folder, output, study } = new CoinStudy();
  const cells = [{ id: '=cmd()', parameters: { p: 0.5 } }];
  writeFileSync(file, JSON.stringify({ ...study, grid: undefined, cells }));
  await run(file, {}, HOST);
  const first = async (csv_safe?: boolean): Promise<string> => {
    const path = join(folder, 'rows.csv');
    await exportRun(output, { to: 'csv', path, csv_safe, study: file, trust: true }, HOST);
    return readFileSync(path, 'utf8').split('\n')[1]!;
  };
  expect(await first()).toMatch(/^=cmd\(\),/);
  expect(await first(true)).toMatch(/^'=cmd\(\),/);
  const arrow = exportRun(output, { to: 'arrow', csv_safe: true }, HOST);
  await expect(arrow).rejects.toMatchObject({ code: 'USAGE', path: 'csv_safe' });
});
