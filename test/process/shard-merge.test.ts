import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { EngineError, merge, status, verify, type RunOptions } from '../../dist/index.js';
import { disk } from '../../src/files/disk.ts';
import { storedCells } from '../../src/readers/stored-cells.ts';
import { openCell } from '../../src/store/open-cell.ts';
import { scanCell } from '../../src/store/scan-cell.ts';
import { loadManifest } from '../../src/stored/manifest.ts';
import { PERMUTATIONS, SmallStudy } from './small-study.ts';

/** The files that must be equal to the last byte: rows, their sums, the table of statistics. */
function rowFiles(output: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const cell of readdirSync(join(output, 'per_cell')).sort()) {
    const folder = join(output, 'per_cell', cell);
    for (const name of readdirSync(folder).filter((file) => file.startsWith('metrics_compact')))
      files[`${cell}/${name}`] = readFileSync(join(folder, name), 'latin1');
  }
  files['grid_summary.csv'] = readFileSync(join(output, 'aggregated', 'grid_summary.csv'), 'latin1');
  return files;
}

describe.each(['csv', 'arrow'] as const)('shards in %s', (format) => {
  let study: SmallStudy;
  const shards = [1, 2, 3];
  const part = (index: number): string => join(study.folder, `part${index}`);
  const merged = (): string => join(study.folder, 'merged');

  beforeAll(async () => {
    study = new SmallStudy();
    await study.run({ format });
    for (const index of shards) {
      const result = await study.run({ format, output: part(index), shard: { index, of: 3 }, chunk: 700 });
      expect(result.exit).toBe(0);
    }
  });
  afterAll(() => {
    study.remove();
  });

  it('are disjoint, and together every permutation', async () => {
    let rows = 0;
    for (const index of shards) rows += (await verify(part(index))).rows;
    expect(rows).toBe(2 * PERMUTATIONS);
  });

  it('a shard alone is INCOMPLETE for verify and status', async () => {
    const { ok, problems } = await verify(part(1));
    expect(ok).toBe(false);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['INCOMPLETE']));
    expect((await status(part(1), { scan: true })).complete).toBe(false);
  });

  it('a shard that is run again computes nothing', async () => {
    const again = await study.run({ format, output: part(2), shard: { index: 2, of: 3 } });
    expect(again).toMatchObject({ exit: 0, permutations_computed: 0 });
  });

  it('merged, all of them are the single run: files, digest and statistics, whole for verify', async () => {
    const result = await merge([part(3), part(1), part(2)], merged());
    expect(result).toMatchObject({ cells: 2, complete: 2, rows: 2 * PERMUTATIONS, conflicts: [] });
    expect(result.without_summaries).toBeUndefined();
    expect(rowFiles(merged())).toEqual(rowFiles(study.output));
    const verified = await verify(merged());
    expect(verified.ok, JSON.stringify(verified.problems)).toBe(true);
    expect(verified.digest).toBe(await study.digest());
  });

  it('merged a second time, nothing is written', async () => {
    const result = await merge(shards.map(part), merged());
    expect(result.files).toEqual([]);
    expect(rowFiles(merged())).toEqual(rowFiles(study.output));
  });

  it('some of them merged, the rest computed by run: the single run again', async () => {
    const output = join(study.folder, 'half');
    await merge([part(1), part(3)], output);
    expect((await verify(output)).ok).toBe(false);
    const rest = await study.run({ format, output });
    expect(rest.exit).toBe(0);
    expect(rest.permutations_computed).toBe((await verify(part(2))).rows);
    expect(rowFiles(output)).toEqual(rowFiles(study.output));
  });

  it('two shards one after the other in one folder are what they are merged', async () => {
    const output = join(study.folder, 'together');
    for (const index of [3, 1, 2]) await study.run({ format, output, shard: { index, of: 3 } });
    expect(rowFiles(output)).toEqual(rowFiles(study.output));
  });
});

describe('merge', () => {
  async function made(options: RunOptions = {}): Promise<SmallStudy> {
    const study = new SmallStudy({ permutations: 2000 });
    onTestFinished(() => {
      study.remove();
    });
    await study.run(options);
    return study;
  }

  it('copies in two formats are one run; the first says the format', async () => {
    const study = await made();
    const arrow = join(study.folder, 'arrow');
    await study.run({ output: arrow, format: 'arrow' });
    const output = join(study.folder, 'merged');
    const result = await merge([arrow, study.output], output);
    expect(result.files.every((file) => file.endsWith('metrics_compact.arrow'))).toBe(true);
    expect((await verify(output)).digest).toBe(await study.digest());
  });

  it('a copy with more permutations extends', async () => {
    const study = await made();
    const more = join(study.folder, 'more');
    await study.run({ output: more, permutations: 3500 });
    await merge([more], study.output);
    expect(await study.digest()).toBe((await verify(more)).digest);
    expect((await verify(study.output)).ok).toBe(true);
  });

  /** Every cell of a run with checksums of the rows that are there. */
  async function sealedAsItStands(output: string): Promise<void> {
    const manifest = loadManifest(disk, output)!;
    for (const { place } of storedCells(output, manifest)) {
      writeFileSync(join(place.folder, 'metrics_compact.sums'), '');
      const cell = await openCell(disk, place, scanCell(disk, place, manifest.permutations), () => undefined);
      await cell.complete();
      cell.close();
    }
  }

  it('one permutation with two values: the first stays, the other is set aside and named, and verify fails', async () => {
    const study = await made();
    const other = join(study.folder, 'other');
    await study.run({ output: other });
    const [cell] = readdirSync(join(other, 'per_cell'));
    const file = join(other, 'per_cell', cell!, 'metrics_compact.csv');
    const lines = readFileSync(file, 'utf8').split('\n');
    lines[8] = lines[8]!.replace(/,[^,]+$/, ',12345');
    writeFileSync(file, lines.join('\n'));
    // With checksums of its own, as of a model that is not a function of its seed.
    await sealedAsItStands(other);
    const digest = await study.digest();
    const cell_id = cell!.slice('cell_'.length);
    for (let time = 0; time < 2; time += 1) {
      const result = await merge([other], study.output);
      expect(result.conflicts).toEqual([{ cell_id, perm_index: 7, source: other }]);
      const { problems, digest: after } = await verify(study.output);
      expect(after).toBe(digest);
      const conflict = problems.filter(({ code }) => code === 'CONFLICT');
      expect(conflict).toHaveLength(1);
      expect(conflict[0]!.message).toContain('1 row was found twice');
    }
    // The record goes with the rows: a merge does not make it look well.
    const output = join(study.folder, 'merged');
    expect((await merge([study.output], output)).conflicts).toHaveLength(1);
  });

  it('refuses another experiment by name, with its old and new value, and writes nothing', async () => {
    const study = await made();
    const foreign = await made();
    foreign.write({ permutations: 2000, more: 'seed: { global: 7 }' });
    const other = join(foreign.folder, 'foreign');
    await foreign.run({ output: other });
    const output = join(study.folder, 'merged');
    const refused = await merge([study.output, other], output).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EngineError);
    expect(refused).toMatchObject({ code: 'IDENTITY', exit: 2, path: 'seed.global', value: 7 });
    expect((refused as Error).message).toMatch(/seed\.global: was 1337, is 7/);
    expect(readdirSync(study.folder)).not.toContain('merged');
  });

  it('without the study the rows are merged all the same, and it says why there are no summaries', async () => {
    const study = await made();
    const digest = await study.digest();
    writeFileSync(study.file, 'model: gone\n');
    const output = join(study.folder, 'merged');
    const result = await merge([study.output], output);
    expect(result.without_summaries).toContain('study.yaml');
    const verified = await verify(output);
    expect(verified.digest).toBe(digest);
    expect(new Set(verified.problems.map(({ code }) => code))).toEqual(new Set(['SUMMARY']));
  });
});
