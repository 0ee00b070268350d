import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { report, run as runStudy, verify } from '../../dist/index.js';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** A model that writes what it was told, and what nobody asked for, too. */
const MODEL = `
import { defineModel } from 'permafrost'
export default defineModel({
  name: 'told', version: '1',
  parameters: {},
  metrics: { u: {}, v: {}, told: { stored: false } },
  views: [{ title: 'u', x: 'u', y: 'v' }],
  ranking: { metric: 'v', best: 'highest' },
  prepare: ({ metrics }) => ({ told: metrics.length * 10 + metrics.indexOf('told') }),
  simulate: ({ told }, rng, row) => { row.u = rng(); row.v = rng(); row.told = told },
  baseline: () => ({ u: 1, v: 2, told: 3 }),
})
`;
const CHUNK = MODEL.replace(
  /simulate: .*/,
  `simulateChunk: ({ told }, streams, columns) => {
    for (let i = 0; i < streams.count; i++) {
      const rng = streams.rng(i);
      columns[0][i] = rng(); columns[1][i] = rng(); columns[2][i] = told;
    }
  },`,
);

let folder: string;
beforeAll(() => {
  folder = newFolder();
  writeFileSync(join(folder, 'row.ts'), MODEL);
  writeFileSync(join(folder, 'chunk.ts'), CHUNK);
});
afterAll(() => {
  removeFolder(folder);
});

/** Runs a study of 300 permutations into an output of its own. */
async function run(model: string, more: string, output: string): Promise<string> {
  const file = join(folder, `${output}.yaml`);
  writeFileSync(file, `model: ./${model}.ts\npermutations: 300\ncell_ids: index\noutput: ${output}\n${more}`);
  expect((await runStudy(file, { threads: 1 })).exit).toBe(0);
  return join(folder, output);
}

function rows(output: string): string[][] {
  const text = readFileSync(join(output, 'per_cell/cell_0/metrics_compact.csv'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}

const json = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe.each(['row', 'chunk'])('a model of the %s form', (form) => {
  it('stores what the study asks for, in its order; the values are those of a run that stores everything', async () => {
    const all = rows(await run(form, 'metrics: [u, v, told]\n', `${form}-all`));
    const some = rows(await run(form, 'metrics: [told, u]\n', `${form}-some`));
    expect(some[0]).toEqual(['perm_index', 'told', 'u']);
    // Two metrics, the first of which is the one told of.
    expect(some.slice(1)).toEqual(all.slice(1).map(([index, u]) => [index, '20', u]));
    expect(all[1]![3]).toBe('32');
    const plain = rows(await run(form, '', `${form}-default`));
    expect(plain).toEqual(all.map((row) => row.slice(0, 3)));
  });
});

describe('a run with metrics of its own choice', () => {
  it('holds them in manifest, summary, report and tables, and verifies', async () => {
    const output = await run('row', 'metrics: [told, u]\n', 'whole');
    const manifest = json(join(output, 'run_manifest.json'));
    expect(Object.keys(manifest['metrics'] as object)).toEqual(['told', 'u']);
    expect(manifest['baseline']).toEqual({ told: 3, u: 1 });
    // What is drawn and ranked by metrics that are not stored is left out.
    expect(manifest).toMatchObject({ views: [] });
    expect(manifest).not.toHaveProperty('ranking');
    const summary = json(join(output, 'per_cell/cell_0/summary.json'));
    expect(Object.keys(summary['statistics'] as object)).toEqual(['told', 'u']);
    expect(readFileSync(join(output, 'aggregated/grid_summary.csv'), 'utf8').split('\n')[0]).toMatch(
      /,told_mean,.*,u_mean,/,
    );
    expect(await verify(output, { recompute: { rows: 50 } })).toMatchObject({ ok: true, recomputed: 50 });
    expect((await report(output)).cells).toBe(1);
    await expect(report(output, { ranking: { metric: 'v', best: 'highest' } })).rejects.toThrow('--rank v');
  });

  it('cannot be extended by a metric: both lists and the ways out are told', async () => {
    await run('row', 'metrics: [u]\n', 'extended');
    const more = run('row', 'metrics: [u, told]\n', 'extended');
    await expect(more).rejects.toThrow('metrics: was [u], is [u, told]');
    await expect(run('row', 'metrics: [u, told]\n', 'extended')).rejects.toThrow(
      /recomputing every row.*another --output/s,
    );
  });
});
