import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { merge as mergeRuns } from '../../src/operations/merge.ts';
import { repair as repairRun } from '../../src/operations/repair.ts';
import { run as runStudy } from '../../src/operations/run.ts';
import { verify } from '../../src/operations/verify.ts';
import type { RunOptions, StudyResult } from '../../src/run/run-options.ts';
import type { Verification } from '../../src/verify/verification.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

// Whole studies are run again and again; a busy machine is slow at that.
vi.setConfig({ testTimeout: 60_000 });

/** Rows that stand in an output and are not known to be its study's (specs: nothing is taken that is not provably of this experiment). */
const N = 2500;
const COIN = `export default {
  name: 'coin', version: '1',
  parameters: { p: { type: 'number', default: 0.5 }, flips: { type: 'integer', default: 10 } },
  metrics: { heads: { unit: 'count' } },
  prepare: ({ parameters }) => parameters,
  simulate: ({ p, flips }, rng, row) => {
    row.heads = 0;
    for (let i = 0; i < flips; i += 1) if (rng() < p) row.heads += 1;
  },
};
`;
let folder: string;

beforeAll(() => {
  folder = newFolder();
  writeFileSync(join(folder, 'coin.mjs'), COIN);
});
afterAll(() => {
  removeFolder(folder);
});

interface Parts {
  readonly seed?: number;
  readonly flips?: number;
  readonly format?: string;
}

/** A study of two cells, and where it writes. */
function study(name: string, { seed = 1, flips = 10, format = 'csv' }: Parts = {}): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `model: ./coin.mjs\nparameters: { flips: ${flips} }\ngrid: { p: [0.4, 0.6] }\npermutations: ${N}\nbatch_rows: 1000\nseed: { global: ${seed} }\nformat: ${format}\noutput: ${name}\n`,
  );
  return file;
}

async function run(file: string, options: RunOptions = {}): Promise<StudyResult> {
  const result = await runStudy(file, { threads: 1, ...options }, HOST);
  if (result.stopped?.kind === 'error') throw result.stopped.error;
  return result;
}

const verifyRun = (path: string): Promise<Verification> => verify(path, {}, HOST);
const output = (name: string): string => join(folder, name);
const cellsOf = (name: string): string[] =>
  readdirSync(join(output(name), 'per_cell')).map((cell) => join(output(name), 'per_cell', cell));
const files = (name: string, ending: string): string[] =>
  cellsOf(name).map((cell) => join(cell, `metrics_compact.${ending}`));

function snapshot(name: string): string {
  const entries = readdirSync(output(name), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries
    .map(({ parentPath, name: file }) => join(parentPath, file))
    .sort()
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n');
}

/** A run of another seed, resumed half-way, that lost its manifest. */
async function withoutManifest(name: string, parts: Parts = {}): Promise<void> {
  await run(study(name, parts), { permutations: 1500 });
  rmSync(join(output(name), 'run_manifest.json'));
}

test('without a manifest, rows that their checksums call another experiment’s are refused, and nothing is written', async () => {
  for (const format of ['csv', 'arrow']) {
    await withoutManifest(format, { format });
    const before = snapshot(format);
    await expect(run(study(format, { format, seed: 2 }))).rejects.toMatchObject({ code: 'IDENTITY', exit: 2 });
    expect(snapshot(format)).toBe(before);
  }
});

test('without a manifest and checksums a sample is recomputed: other rows are refused, nothing is written', async () => {
  await withoutManifest('bare');
  for (const sums of files('bare', 'sums')) rmSync(sums);
  const before = snapshot('bare');
  await expect(run(study('bare', { seed: 2 }))).rejects.toThrow(
    /20 of 20 rows differ when recomputed|\d+ of 20 rows differ/,
  );
  expect(snapshot('bare')).toBe(before);
});

test('and rows of this very experiment are taken', async () => {
  await run(study('whole'));
  const { digest } = await verifyRun(output('whole'));
  await withoutManifest('ours');
  for (const sums of files('ours', 'sums')) rmSync(sums);
  const result = await run(study('ours'));
  expect(result).toMatchObject({ exit: 0, permutations_computed: 2 * 1000 });
  expect(await verifyRun(output('ours'))).toMatchObject({ ok: true, digest });
});

test('rows past the target are not dropped unsaid because the manifest is gone', async () => {
  await withoutManifest('fewer');
  await expect(run(study('fewer'), { permutations: 1000 })).rejects.toMatchObject({
    code: 'IDENTITY',
    path: 'permutations',
  });
  expect(await run(study('fewer'), { permutations: 1000, truncate: true })).toMatchObject({
    exit: 0,
    permutations_computed: 0,
  });
});

test('a cell folder copied from another run is refused, with its checksums and without', async () => {
  for (const bare of [false, true]) {
    const [here, there] = [`here${String(bare)}`, `there${String(bare)}`];
    await run(study(here, { seed: 2 }), { permutations: 1500 });
    await run(study(there), { permutations: 1500 });
    for (const [i, cell] of cellsOf(there).entries()) {
      cpSync(cell, cellsOf(here)[i]!, { recursive: true });
      if (bare) rmSync(join(cellsOf(here)[i]!, 'metrics_compact.sums'));
    }
    const verified = await verifyRun(output(here));
    expect(verified.problems.map(({ code }) => code)).toContain(bare ? 'UNPROTECTED' : 'IDENTITY');
    const before = files(here, 'csv').map((path) => readFileSync(path, 'utf8'));
    await expect(run(study(here, { seed: 2 }))).rejects.toMatchObject({ code: 'IDENTITY', exit: 2 });
    expect(files(here, 'csv').map((path) => readFileSync(path, 'utf8'))).toEqual(before);
  }
});

test('a changed row among unprotected ones is found by recomputing all of them', async () => {
  await run(study('changed'), { permutations: 1500 });
  const [csv] = files('changed', 'csv');
  const [sums] = files('changed', 'sums');
  const text = readFileSync(csv!, 'utf8');
  rmSync(sums!);
  writeFileSync(csv!, text.replace(/\n1234,(\d+)/, '\n1234,9$1'));
  const found = await verifyRun(output('changed'));
  expect(found.problems).toContainEqual(
    expect.objectContaining({
      code: 'UNPROTECTED',
      message: expect.stringMatching(/^1,?500 rows have no checksum/) as string,
    }),
  );
  await expect(run(study('changed'), { recompute_found: true })).rejects.toThrow(/1 of 1,?500 rows differ .*1234/);
});

test('where other rows are protected, a changed one among the rest is computed again', async () => {
  await run(study('partly'), { permutations: 1500 });
  const [csv] = files('partly', 'csv');
  const [sums] = files('partly', 'sums');
  const text = readFileSync(csv!, 'utf8');
  writeFileSync(sums!, `${readFileSync(sums!, 'utf8').split('\n')[0]!}\n`);
  writeFileSync(csv!, text.replace(/\n1499,(\d+)/, '\n1499,9$1'));
  const result = await run(study('partly'));
  expect(result).toMatchObject({ exit: 0, permutations_computed: 2 * 1000 + 500 });
  await run(study('whole'));
  const { digest } = await verifyRun(output('whole'));
  expect(await verifyRun(output('partly'))).toMatchObject({ ok: true, digest });
});

test('merge takes no rows without checksums, and repair makes them mergeable', async () => {
  await run(study('source'), { permutations: 1500 });
  for (const sums of files('source', 'sums')) rmSync(sums);
  const merged = () => mergeRuns([output('source')], output('merged'), {}, HOST);
  await expect(merged()).rejects.toMatchObject({ code: 'IDENTITY' });
  await repairRun(output('source'), {}, HOST);
  expect(await merged()).toMatchObject({ rows: 2 * 1500, complete: 2 });
});
