import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { repair, verify } from '../../dist/index.js';
import { SmallStudy } from './small-study.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

function oldRun(cells: Readonly<Record<string, string>>): string {
  const folder = newFolder();
  onTestFinished(() => {
    removeFolder(folder);
  });
  for (const [cell, text] of Object.entries(cells)) {
    mkdirSync(join(folder, 'per_cell', cell), { recursive: true });
    writeFileSync(join(folder, 'per_cell', cell, 'metrics_compact.csv'), text);
  }
  return folder;
}

it('a folder of another program is whole when each cell has every permutation once, with finite values', async () => {
  const good = 'Profit,perm_index,MaxDD\r\n1.50,1,3e+00\r\n-0.0,0,.25\r\n7,2,1E5\r\n';
  const folder = oldRun({ cell_0_0: good, whatever: good });
  const found = await verify(folder, { expect: 3 });
  expect(found).toMatchObject({ ok: true, cells_checked: 2, cells_ok: 2, rows: 6, problems: [] });
  expect(readdirSync(folder)).toEqual(['per_cell']);
});

it.each([
  ['a missing row', 'perm_index,a\n0,1\n2,1\n', 'INCOMPLETE', /2 of 3 rows; missing 1$/],
  ['a row past the end', 'perm_index,a\n0,1\n1,1\n2,1\n3,1\n', 'PAST_TARGET', /1 row at or past/],
  ['a row twice', 'perm_index,a\n0,1\n1,1\n2,1\n2,1.0\n', 'DUPLICATE', /1 row appears twice, with equal values/],
  [
    'a row twice with other values',
    'perm_index,a\n0,1\n1,1\n2,1\n2,2\n',
    'CONFLICT',
    /1 row appears twice, with different values/,
  ],
  ['a NaN', 'perm_index,a\n0,1\n1,nan\n2,1\n', 'NOT_FINITE', /1 value of a is/],
  ['an empty field', 'perm_index,a\n0,1\n1,\n2,1\n', 'NOT_FINITE', /1 value of a is/],
  ['an infinity', 'perm_index,a\n0,1\n1,-inf\n2,1\n', 'NOT_FINITE', /1 value of a is/],
  ['a field too many', 'perm_index,a\n0,1\n1,1,1\n2,1\n', 'DAMAGED', /line 3: 3 fields/],
  ['words for numbers', 'perm_index,a\n0,1\n1,x\n2,1\n', 'DAMAGED', /line 3: a "x"/],
  ['an index that is none', 'perm_index,a\n0,1\n1.0,1\n2,1\n', 'DAMAGED', /line 3: perm_index "1.0"/],
  ['no perm_index', 'a,b\n0,1\n', 'DAMAGED', /no column perm_index/],
  ['an empty file', '', 'DAMAGED', /empty/],
])('%s is named with its cell', async (_what, text, code, message) => {
  const found = await verify(oldRun({ cell_x: text }), { expect: 3 });
  expect(found.ok).toBe(false);
  const problem = found.problems.find((each) => each.code === code);
  expect(problem?.cell_id).toBe('x');
  expect(problem?.message).toMatch(message);
});

it('a cell with other columns than the rest is named', async () => {
  const found = await verify(oldRun({ cell_a: 'perm_index,a\n0,1\n', cell_b: 'perm_index,b\n0,1\n' }), { expect: 1 });
  expect(found.problems.map(({ cell_id, code }) => [cell_id, code])).toEqual([['b', 'DAMAGED']]);
});

it('the digest of a folder without a manifest is that of the run it was copied from', async () => {
  const study = new SmallStudy({ permutations: 1500 });
  onTestFinished(() => {
    study.remove();
  });
  await study.run();
  expect((await verify(study.output, { expect: 1500 })).digest).toBe(await study.digest());
});

/** Every file below a folder with its bytes; names of what changes at every run are left out. */
function snapshot(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !['.lock', 'logs.txt', 'progress.json', 'heartbeat.json'].includes(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(names.sort().map((name) => [name.slice(folder.length), readFileSync(name, 'latin1')]));
}

it('verify alone changes nothing; with --repair it does to the files what run would do, without computing', async () => {
  const study = new SmallStudy({ permutations: 3000, p_skip: [0, 0.1, 0.2] });
  onTestFinished(() => {
    study.remove();
  });
  await study.run();
  const whole = snapshot(study.output);
  // A summary lost, a torn row behind a whole file, damage in the middle of another.
  rmSync(join(study.cellFolder(0), 'summary.json'));
  writeFileSync(join(study.cellFolder(1), 'metrics_compact.csv'), '3000,1.2', { flag: 'a' });
  const damaged = join(study.cellFolder(2), 'metrics_compact.csv');
  const bytes = readFileSync(damaged);
  bytes[bytes.indexOf('\n1500,') + 8]! ^= 1;
  writeFileSync(damaged, bytes);

  const before = snapshot(study.output);
  expect((await verify(study.output)).ok).toBe(false);
  expect(snapshot(study.output)).toEqual(before);

  const repaired = await repair(study.output);
  expect(repaired.permutations_computed).toBe(0);
  expect(repaired.complete).toBe(2);
  const { problems } = await verify(study.output);
  expect(problems.map(({ code }) => code)).toEqual(['INCOMPLETE']);
  expect(readdirSync(study.cellFolder(2))).toContain('quarantine');

  expect((await study.run()).exit).toBe(0);
  const rows = (files: Record<string, string>): [string, string][] =>
    Object.entries(files).filter(([name]) => name.includes('metrics_compact'));
  expect(rows(snapshot(study.output)).filter(([name]) => !name.includes('quarantine'))).toEqual(rows(whole));
});

it('a repair leaves what it does not compute to the next run, and not to other shards', async () => {
  const study = new SmallStudy({ permutations: 1000, p_skip: [0, 0.1, 0.2] });
  onTestFinished(() => {
    study.remove();
  });
  await study.run();
  removeFolder(study.cellFolder(1));
  expect((await repair(study.output)).exit).toBe(0);
  const progress = readFileSync(join(study.output, 'aggregated', 'progress.csv'), 'utf8');
  expect(progress).toContain(',waiting,');
  expect(progress).not.toContain('shared');
});
