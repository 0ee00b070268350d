import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import { merge } from '../../src/operations/merge.ts';
import { run as runStudy } from '../../src/operations/run.ts';
import { verify } from '../../src/operations/verify.ts';
import type { RunOptions, StudyResult } from '../../src/run/run-options.ts';
import { requireManifest } from '../../src/stored/manifest.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/**
 * V8's own math differs in the last bit between major versions, and so do the rows of a model that uses it. Another version is played here by a manifest that
 * names it, and other math by a shift that the model finds on `globalThis`.
 */
const NODE = process.versions.node;
const OLD = '1.2.3';
const world = globalThis as { math_shift?: number };
const MODEL = `export default {
  name: 'pow', version: '1',
  parameters: { x: { type: 'number', default: 2 } },
  metrics: { y: {} },
  simulate: ({ parameters: { x } }, rng, row) => { row.y = x * rng() + (globalThis.math_shift ?? 0); },
};
`;
let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);

beforeAll(() => {
  folder = newFolder();
  writeFileSync(at('pow.mjs'), MODEL);
});
afterEach(() => {
  delete world.math_shift;
});
afterAll(() => {
  removeFolder(folder);
});

function study(name: string): string {
  const text = `model: ./pow.mjs\ngrid: { x: [1, 2] }\npermutations: 100\nbatch_rows: 10\noutput: ${name}\n`;
  writeFileSync(at(`${name}.yaml`), text);
  return at(`${name}.yaml`);
}

async function run(file: string, options: RunOptions = {}): Promise<StudyResult> {
  const result = await runStudy(file, { threads: 1, chunk: 10, ...options }, HOST);
  if (result.stopped?.kind === 'error') throw result.stopped.error;
  return result;
}

/** As if another Node.js had begun the run. */
function madeBy(node: string, name: string): void {
  const file = at(name, 'run_manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { made_by: { node: string } };
  manifest.made_by.node = node;
  writeFileSync(file, JSON.stringify(manifest));
}

const metrics = (name: string): string[] =>
  readdirSync(at(name, 'per_cell')).map((cell) =>
    readFileSync(at(name, 'per_cell', cell, 'metrics_compact.csv'), 'utf8'),
  );

test('a run that stays with one major version keeps no record', async () => {
  await run(study('same'), { permutations: 50 });
  madeBy(`${NODE.split('.')[0]!}.0.0`, 'same');
  await run(study('same'));
  expect(existsSync(at('same', 'aggregated', 'row_origins.csv'))).toBe(false);
  expect(await verify(at('same'), {}, HOST)).not.toHaveProperty('row_origins');
});

test('a run resumed under another major version says whose rows are whose, and stays equal where the math is', async () => {
  await run(study('whole'));
  await run(study('two'), { permutations: 50 });
  madeBy(OLD, 'two');
  expect(await run(study('two'))).toMatchObject({ exit: 0, permutations_computed: 100 });
  expect(metrics('two')).toEqual(metrics('whole'));
  const verified = await verify(at('two'), {}, HOST);
  expect(verified).toMatchObject({
    ok: true,
    row_origins: [
      { node: OLD, rows: 100 },
      { node: NODE, rows: 100 },
    ],
  });
  expect(requireManifest(disk, at('two')).first_node).toBe(OLD);
  // One row is asked for; some of the other version's of each cell come on top.
  const again = await verify(at('two'), { recompute: { rows: 1 }, study: study('two') }, HOST);
  expect(again.ok).toBe(true);
  expect(again.recomputed).toBeGreaterThanOrEqual(10);
});

test('rows that come out otherwise now are not gone on with: nothing is changed', async () => {
  await run(study('other'), { permutations: 50 });
  madeBy(OLD, 'other');
  const before = metrics('other');
  world.math_shift = 2 ** -40;
  await expect(run(study('other'))).rejects.toMatchObject({
    code: 'IDENTITY',
    exit: 2,
    message: expect.stringMatching(/Node\.js 1\.2\.3 \(permutations 0-49\).*Resume with Node\.js 1;/) as string,
  });
  expect(metrics('other')).toEqual(before);
  const verified = await verify(at('other'), { recompute: { rows: 1 }, study: study('other') }, HOST);
  const mismatches = verified.problems.filter(({ code }) => code === 'MISMATCH');
  expect(mismatches[0]?.message).toMatch(/; stored by Node\.js 1\.2\.3, recomputed by /);
});

test('rows of another run are reused only where they agree', async () => {
  await run(study('donor'));
  madeBy(OLD, 'donor');
  const taken = await run(study('agrees'), { reuse: [at('donor')] });
  expect(taken).toMatchObject({ permutations_computed: 0, permutations_reused: 200 });
  world.math_shift = 1;
  const refused = await run(study('differs'), { reuse: [at('donor')] });
  expect(refused).toMatchObject({ permutations_computed: 200, permutations_reused: 0 });
  const [cell] = readdirSync(at('differs', 'per_cell'));
  expect(readFileSync(at('differs', 'per_cell', cell!, 'logs.txt'), 'utf8')).toMatch(/Node\.js 1\.2\.3/);
});

test('a merge compares what the versions made, and records it', async () => {
  const file = study('single');
  await run(file);
  for (const [k, node] of [
    [1, OLD],
    [2, NODE],
  ] as const) {
    await run(file, { output: at(`part${k}`), shard: { index: k, of: 2 } });
    madeBy(node, `part${k}`);
  }
  const parts = [at('part1'), at('part2')];
  // The model's code is not run unasked: then nothing can be compared, which is said.
  const untrusted = await merge(parts, at('untrusted'), {}, HOST);
  expect(untrusted.not_compared).toMatch(/Node\.js 1\.2\.3 and /);
  world.math_shift = 1;
  await expect(merge(parts, at('merged'), { study: file }, HOST)).rejects.toMatchObject({ code: 'IDENTITY' });
  expect(existsSync(at('merged'))).toBe(false);
  delete world.math_shift;
  const merged = await merge(parts, at('merged'), { study: file }, HOST);
  expect(merged).toMatchObject({ rows: 200, complete: 2, not_compared: undefined });
  expect(metrics('merged')).toEqual(metrics('single'));
  const { row_origins } = await verify(at('merged'), {}, HOST);
  expect(row_origins?.map(({ rows }) => rows)).toEqual([100, 100]);
});
