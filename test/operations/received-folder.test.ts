import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import { exportRun } from '../../src/operations/export.ts';
import { merge as mergeRuns } from '../../src/operations/merge.ts';
import { run as runStudy } from '../../src/operations/run.ts';
import { summarize as summarizeRun } from '../../src/operations/summarize.ts';
import { requireManifest, studyReferenceOf } from '../../src/stored/manifest.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** A run folder that somebody else made is data: nothing that it leads to runs unasked, and nobody's run depends on it afterwards. */
let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
const ran = (): boolean => existsSync(at('ran'));

/** Leaves a mark where it is loaded. */
const model = (): string => `
import { writeFileSync } from 'node:fs';
// A module is loaded once in a process, and asked for its version whenever it is used.
const mark = () => writeFileSync(${JSON.stringify(at('ran'))}, 'yes');
mark();
export default {
  name: 'coin', get version() { mark(); return '1'; },
  parameters: { p: { type: 'number', default: 0.5 } },
  metrics: { heads: {} },
  prepare: ({ parameters }) => parameters,
  simulate: ({ p }, rng, row) => { row.heads = rng() < p ? 1 : 0; },
};
`;

beforeAll(async () => {
  folder = newFolder();
  writeFileSync(at('coin.mjs'), model());
  writeFileSync(at('study.yaml'), 'model: ./coin.mjs\ngrid: { p: [0.25, 0.75] }\npermutations: 50\noutput: run\n');
  await runStudy(at('study.yaml'), {}, HOST);
  await runStudy(at('study.yaml'), { output: at('half'), permutations: 20 }, HOST);
});
beforeEach(() => {
  rmSync(at('ran'), { force: true });
});
afterAll(() => {
  removeFolder(folder);
});

test('export writes every row and parameter without loading the model', async () => {
  const { rows, files } = await exportRun(at('run'), { to: 'csv', path: at('rows.csv') }, HOST);
  expect(rows).toBe(100);
  expect(readFileSync(files[0]!, 'utf8').split('\n')[0]).toBe('cell_id,p,perm_index,heads');
  expect(ran()).toBe(false);
});

test('with --trust, or a study given by hand, the model is loaded', async () => {
  const plain = await exportRun(at('run'), { to: 'csv', path: at('plain.csv') }, HOST);
  for (const files of [{ trust: true }, { study: at('study.yaml') }]) {
    rmSync(at('ran'), { force: true });
    await exportRun(at('run'), { to: 'csv', path: at('trusted.csv'), ...files }, HOST);
    expect(ran()).toBe(true);
    expect(readFileSync(at('trusted.csv'), 'utf8')).toBe(readFileSync(plain.files[0]!, 'utf8'));
  }
});

test('merge brings the rows together and says why it makes no summaries', async () => {
  const merged = await mergeRuns([at('run')], at('merged'), {}, HOST);
  expect(merged).toMatchObject({ rows: 100, complete: 2 });
  expect(merged.without_summaries).toMatch(
    /points to code \(model "\.\/coin\.mjs" of .*study\.yaml\).*--study.*--trust/,
  );
  expect(ran()).toBe(false);
  expect((await mergeRuns([at('run')], at('merged'), { trust: true }, HOST)).without_summaries).toBeUndefined();
  expect(ran()).toBe(true);
});

test('summarize needs no model either, but for a cell that lost its summary', async () => {
  cpSync(at('run'), at('summarized'), { recursive: true });
  await summarizeRun(at('summarized'), {}, HOST);
  expect(ran()).toBe(false);
});

test('a study module is code, too', async () => {
  writeFileSync(at('module.mjs'), `${model().split('export')[0]!}export default { model: 'trades' };\n`);
  cpSync(at('run'), at('moved'), { recursive: true });
  const path = at('moved', 'run_manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...manifest, study_file: '../module.mjs' }));
  await exportRun(at('moved'), { to: 'csv', path: at('moved.csv') }, HOST);
  expect(ran()).toBe(false);
});

test('the study of a run stays its own, whatever is merged into it', async () => {
  cpSync(at('half'), at('mine'), { recursive: true });
  cpSync(at('run'), at('backup', 'run'), { recursive: true });
  writeFileSync(at('backup', 'study.yaml'), 'model: ./evil.mjs\n');
  await mergeRuns([at('backup', 'run')], at('mine'), {}, HOST);
  const manifest = requireManifest(disk, at('mine'));
  expect(studyReferenceOf(at('mine'), manifest)).toBe(at('study.yaml'));
  expect(manifest.permutations).toBe(50);
});

test('the order in which sources are named changes nothing', async () => {
  const texts: string[] = [];
  for (const [name, from] of [
    ['ab', [at('half'), at('run')]],
    ['ba', [at('run'), at('half')]],
  ] as const) {
    await mergeRuns(from, at(name), {}, HOST);
    texts.push(readFileSync(at(name, 'run_manifest.json'), 'utf8'));
  }
  expect(texts[1]).toBe(texts[0]);
});
