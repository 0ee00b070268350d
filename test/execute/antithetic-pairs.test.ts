import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { disk } from '../../src/files/disk.ts';
import { report } from '../../src/operations/report.ts';
import { replay } from '../../src/operations/replay.ts';
import { run as runStudy } from '../../src/operations/run.ts';
import { verify as verifyRun } from '../../src/operations/verify.ts';
import { readFailures } from '../../src/store/failures.ts';
import { layoutOf } from '../../src/store/scan/layout.ts';
import { createStreams } from '../../src/random/streams.ts';
import { streamSource } from '../../src/random/seeding.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const METRICS = 'metrics: { first: {}, gap: { missing: true }, ends: { infinite: true }, late: {} }';
/** What a permutation of the models here is, from its two draws. */
const BODY = `
const fill = (rng, row) => {
  const [u, v] = [rng(), rng.substream('late')()];
  if (u > 0.99) throw new RangeError('too high');
  row.first = u * u;
  row.gap = u < 0.2 ? NaN : u;
  row.ends = u < 0.02 ? -Infinity : u > 0.97 ? Infinity : u;
  row.late = v;
};`;
const MODELS: Readonly<Record<string, string>> = {
  rows: `${BODY} export default { name: 'pairs', version: '1', parameters: {}, ${METRICS},
    simulate: (state, rng, row) => fill(rng, row),
    trace: function* (state, rng) { yield 'u ' + rng(); } };`,
  later: `${BODY} export default { name: 'pairs', version: '1', parameters: {}, ${METRICS},
    simulate: async (state, rng, row) => { await null; fill(rng, row); } };`,
  chunks: `${BODY} export default { name: 'pairs', version: '1', parameters: {}, ${METRICS},
    simulateChunk: (state, streams, columns) => {
      for (let i = 0; i < streams.count; i += 1) {
        const row = {};
        fill(streams.rng(i), row);
        Object.values(row).forEach((value, m) => { columns[m][i] = value; });
      }
    } };`,
};
const PERMUTATIONS = 600;
/** 2^-32: what is between a mirrored uniform and 1 - u. */
const LAST = 1 - 2 ** -32;

let folder: string;
const outputOf = (model: string): string => join(folder, `out-${model}`);
const study = (model: string, streams: string): string => {
  const file = join(folder, `${model}.yaml`);
  writeFileSync(join(folder, `${model}.mjs`), MODELS[model]!);
  writeFileSync(
    file,
    `model: ./${model}.mjs\ncells: [{ id: one }]\npermutations: ${PERMUTATIONS}\nstreams: ${streams}\noutput: ${outputOf(model)}\n`,
  );
  return file;
};
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  removeFolder(folder);
});

/** The stored rows: by perm_index, as the file has them. */
function rowsOf(model: string): Map<number, readonly number[]> {
  const file = join(layoutOf(outputOf(model)).cell('one').folder, 'metrics_compact.csv');
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return new Map(lines.map((line) => [Number(line.split(',')[0]), line.split(',').slice(1).map(Number)]));
}

describe.each(Object.keys(MODELS))('antithetic pairs of a model that computes %s', (model) => {
  it('rows are the means of both halves; what fails or is missing in one of them fails or is missing', async () => {
    await runStudy(study(model, '{ antithetic: true }'), { on_error: 'continue' }, HOST);
    const seed = { global: 1337, stride: 0, scheme: 'sha256-32', generator: 'alea', namespace: '' } as const;
    const source = streamSource('one', seed, { sharing: 'independent' });
    const rows = rowsOf(model);
    const failed = new Set<number>();
    const mean = (a: number, b: number): number => 0.5 * a + 0.5 * b;
    const of = (u: number, v: number): number[] => [
      u * u,
      u < 0.2 ? NaN : u,
      u < 0.02 ? -Infinity : u > 0.97 ? Infinity : u,
      v,
    ];
    for (let perm = 0; perm < PERMUTATIONS; perm += 1) {
      const rng = createStreams(source, perm, 1).rng(0);
      const [u, v] = [rng(), rng.substream('late')()];
      const row = of(u, v).map((value, m) => mean(value, of(LAST - u, LAST - v)[m]!));
      // Infinity in one half and -Infinity in the other have no mean.
      if (Math.max(u, LAST - u) > 0.99 || Number.isNaN(row[2]!)) failed.add(perm);
      else expect(rows.get(perm), `${perm}`).toEqual(row);
    }
    const failures = readFailures(disk, layoutOf(outputOf(model)).cell('one').folder);
    expect(new Set(failures.map(({ perm_index }) => perm_index))).toEqual(failed);
    expect(failures).toHaveLength(failed.size);
    const kinds = new Set(failures.map(({ error_class }) => error_class));
    expect(kinds).toEqual(new Set(['RangeError', 'UndefinedMetric']));
    expect(rows.size).toBe(PERMUTATIONS - failed.size);
    expect([...rows.values()].some(([, gap]) => Number.isNaN(gap!))).toBe(true);
    expect([...rows.values()].every(([, , , late]) => late === LAST / 2)).toBe(true);
  });

  it('verify computes them again, the same to the bit', async () => {
    const { recomputed, mismatches } = await verifyRun(outputOf(model), { recompute: { percent: 20 } }, HOST);
    expect(recomputed).toBeGreaterThan(50);
    expect(mismatches).toBe(0);
  });
});

it('replay shows the steps of both halves', async () => {
  const file = study('rows', '{ antithetic: true }');
  await runStudy(file, { on_error: 'continue' }, HOST);
  const perm = [...rowsOf('rows').keys()][0]!;
  const found = await replay(outputOf('rows'), 'one', perm, {}, HOST);
  expect(found.equal).toBe(true);
  const lines = [...(await found.trace())!];
  expect(lines).toHaveLength(4);
  expect([lines[0], lines[2]]).toEqual([
    'with its draws, half of the pair:',
    'with the mirrored draws, half of the pair:',
  ]);
  const [u, mirrored] = [lines[1]!, lines[3]!].map((line) => Number(line.split(' ')[1]));
  expect(mirrored).toBe(LAST - u!);
});

it('the report says what its rows are, and draws no course of a pair', async () => {
  writeFileSync(
    join(folder, 'calm.mjs'),
    `export default { name: 'calm', version: '1', parameters: {}, metrics: { u: {} }, simulate: (state, rng, row) => { row.u = rng(); },
      path: (state, rng) => ({ along: 'steps', at: [0], values: { u: [rng()] } }) };`,
  );
  const output = join(folder, 'out-calm');
  await runStudy(
    { model: './calm.mjs', permutations: 50, streams: { antithetic: true }, output },
    { base: folder },
    HOST,
  );
  const { files } = await report(output, {}, HOST);
  const text = readFileSync(
    files.find((file) => file.endsWith('report.md'))!,
    'utf8',
  );
  expect(text).toContain('| streams | independent, antithetic pairs |');
  expect(text).toContain('Rows are means of antithetic pairs');
  expect(text).not.toContain('spread of single permutations');
  await expect(report(output, { paths: { trust: true } }, HOST)).rejects.toThrow(
    'permutations of this run are antithetic pairs',
  );
});

it('a study with pairs is another experiment than one without', async () => {
  await runStudy(study('rows', '{ antithetic: true }'), { on_error: 'continue' }, HOST);
  await expect(runStudy(study('rows', 'independent'), { on_error: 'continue' }, HOST)).rejects.toThrow(
    'streams.antithetic: was true, is not there',
  );
});
