import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { verify } from '../../dist/index.js';
import { PERMUTATIONS, SmallStudy } from './small-study.ts';
import { removeFolder } from '../temporary-folder.ts';

let whole: SmallStudy;
let digest: string;

beforeAll(async () => {
  whole = new SmallStudy();
  expect((await whole.run()).exit).toBe(0);
  digest = await whole.digest();
});
afterAll(() => {
  whole.remove();
});

/** A copy of the finished run whose first cell's metrics file was spoilt by `spoil`. */
function spoilt(spoil: (bytes: Buffer) => Buffer | string): { study: SmallStudy; cell: string; metrics: string } {
  const study = whole.copyForTest();
  const cell = study.cellFolder(0);
  const metrics = join(cell, 'metrics_compact.csv');
  writeFileSync(metrics, spoil(readFileSync(metrics)));
  return { study, cell, metrics };
}

function edited(edit: (lines: string[]) => string[]): (bytes: Buffer) => string {
  return (bytes) => edit(bytes.toString('latin1').split('\n')).join('\n');
}

interface Summary {
  readonly n_rows_raw: number;
  readonly n_rows_deduped: number;
  readonly n_duplicates_dropped: number;
  readonly n_conflicting_duplicates: number;
  readonly n_rows_damaged: number;
  readonly n_rows_past_target: number;
  readonly n_perms_done: number;
  readonly resume_detected: boolean;
}

function summaryOf(cell: string): Summary {
  return JSON.parse(readFileSync(join(cell, 'summary.json'), 'utf8')) as Summary;
}

function quarantined(cell: string): string[] {
  const folder = join(cell, 'quarantine');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Runs again; the rows must be what they were, to the last byte, in both files of the cell. */
async function expectHealed(
  { study, metrics }: { study: SmallStudy; metrics: string },
  computed: number,
): Promise<void> {
  const result = await study.run();
  expect(result.exit).toBe(0);
  expect(result.permutations_computed).toBe(computed);
  expect(await study.digest()).toBe(digest);
  const original = join(whole.cellFolder(0), 'metrics_compact');
  expect(readFileSync(metrics).equals(readFileSync(`${original}.csv`))).toBe(true);
  expect(readFileSync(metrics.replace(/csv$/, 'sums'), 'utf8')).toBe(readFileSync(`${original}.sums`, 'utf8'));
}

describe('a spoilt metrics file', () => {
  it('with identical duplicate rows drops and counts them, computing nothing', async () => {
    const run = spoilt(edited((lines) => [...lines.slice(0, 11), ...lines.slice(1, 11), ...lines.slice(11)]));
    const before = await verify(run.study.output);
    expect(before.ok).toBe(false);
    expect(before.problems.map(({ code }) => code)).toContain('DUPLICATE');
    await expectHealed(run, 0);
    expect(summaryOf(run.cell)).toMatchObject({
      n_duplicates_dropped: 10,
      n_rows_raw: PERMUTATIONS + 10,
      n_rows_deduped: PERMUTATIONS,
    });
  });

  it('with a conflicting duplicate keeps the first, sets the other aside, and fails verification for as long as that stands', async () => {
    const run = spoilt(edited((lines) => [...lines.slice(0, -1), lines[6]!.replace(/^5,[^,]*/, '5,123.5'), '']));
    await expectHealed(run, 0);
    expect(summaryOf(run.cell).n_conflicting_duplicates).toBe(1);
    expect(quarantined(run.cell)).not.toEqual([]);
    const after = await verify(run.study.output);
    expect(after.ok).toBe(false);
    expect(after.problems.map(({ code }) => code)).toEqual(['CONFLICT']);
  });

  it('with a gap in the middle computes just the gap', async () => {
    const run = spoilt(edited((lines) => [...lines.slice(0, 1001), ...lines.slice(1201)]));
    await expectHealed(run, 200);
  });

  it('with rows past the target drops and counts them', async () => {
    const run = spoilt(
      (bytes) => `${bytes.toString('latin1')}${PERMUTATIONS},1,2,3,4,5,6,7,8\n${PERMUTATIONS + 7},1,2,3,4,5,6,7,8\n`,
    );
    await expectHealed(run, 0);
    expect(summaryOf(run.cell).n_rows_past_target).toBe(2);
  });

  it('with a torn last row cuts it and computes it again, without calling it damaged', async () => {
    const run = spoilt((bytes) => bytes.subarray(0, bytes.length - 9));
    await expectHealed(run, 1);
    expect(summaryOf(run.cell).n_rows_damaged).toBe(0);
    expect(quarantined(run.cell)).toEqual([]);
  });

  it('without the final newline computes the last row again: it could be a torn one', async () => {
    await expectHealed(
      spoilt((bytes) => bytes.subarray(0, bytes.length - 1)),
      1,
    );
  });

  it('with a row of too few fields sets it aside and computes it again', async () => {
    const run = spoilt(edited((lines) => lines.with(101, '100,1,2')));
    await expectHealed(run, 1);
    expect(summaryOf(run.cell).n_rows_damaged).toBe(1);
    expect(quarantined(run.cell)).not.toEqual([]);
  });

  it('with NUL bytes at the end cuts them', async () => {
    await expectHealed(
      spoilt((bytes) => Buffer.concat([bytes, Buffer.alloc(4096)])),
      0,
    );
  });

  it('with NUL bytes for its last rows computes these again', async () => {
    const run = spoilt((bytes) => {
      const cut = bytes.lastIndexOf('\n4990,') + 1;
      return Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(bytes.length - cut)]);
    });
    await expectHealed(run, 10);
  });

  it('with a second header in the middle sets that line aside', async () => {
    const run = spoilt(edited((lines) => [...lines.slice(0, 500), lines[0]!, ...lines.slice(500)]));
    await expectHealed(run, 0);
    expect(quarantined(run.cell)).not.toEqual([]);
  });

  it('saved with CRLF keeps the rows and sets the original aside', async () => {
    const run = spoilt((bytes) => bytes.toString('latin1').replaceAll('\n', '\r\n'));
    await expectHealed(run, 0);
    expect(quarantined(run.cell).some((name) => name.startsWith('original'))).toBe(true);
  });

  it('saved with a byte-order mark keeps the rows and sets the original aside', async () => {
    const run = spoilt((bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]));
    await expectHealed(run, 0);
    expect(quarantined(run.cell).some((name) => name.startsWith('original'))).toBe(true);
  });

  it('that is empty starts the cell again', async () => {
    await expectHealed(
      spoilt(() => ''),
      PERMUTATIONS,
    );
  });

  it('that is binary is set aside and the cell starts again', async () => {
    const run = spoilt((bytes) => Buffer.from(bytes.map((byte, i) => (byte * 7 + i * 13) & 255)));
    await expectHealed(run, PERMUTATIONS);
    expect(quarantined(run.cell)).not.toEqual([]);
  });

  it('with one changed digit is found by its checksum, and the block is computed again', async () => {
    const run = spoilt(
      edited((lines) =>
        lines.with(
          2500,
          lines[2500]!.replace(/\d$/, (d) => String((Number(d) + 1) % 10)),
        ),
      ),
    );
    expect((await verify(run.study.output)).ok).toBe(false);
    const result = await run.study.run();
    expect(result.exit).toBe(0);
    expect(result.permutations_computed).toBeGreaterThan(0);
    expect(await run.study.digest()).toBe(digest);
  });
});

describe('files that only tell', () => {
  it.each([
    ['too high', '{"n_done": 999999, "phase": "complete"}'],
    ['too low', '{"n_done": 1, "phase": "running"}'],
    ['garbage', '\u0000{{{'],
  ])('progress.json that lies (%s) changes nothing', async (_, text) => {
    const study = whole.copyForTest();
    writeFileSync(join(study.cellFolder(0), 'progress.json'), text);
    writeFileSync(join(study.output, 'aggregated', 'progress.csv'), text);
    const result = await study.run();
    expect(result).toMatchObject({ exit: 0, permutations_computed: 0, complete: 2 });
    expect(await study.digest()).toBe(digest);
  });

  it.each(['summary.json', 'progress.json', 'logs.txt'])('a deleted %s costs no permutation', async (name) => {
    const study = whole.copyForTest();
    const path = join(study.cellFolder(0), name);
    rmSync(path);
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: 0 });
    expect(await study.digest()).toBe(digest);
    if (name === 'summary.json') expect(statisticsOf(path)).toEqual(statisticsOf(join(whole.cellFolder(0), name)));
  });

  it('a summary of other rows is not believed', async () => {
    const study = whole.copyForTest();
    const path = join(study.cellFolder(0), 'summary.json');
    writeFileSync(path, readFileSync(join(study.cellFolder(1), 'summary.json')));
    expect((await verify(study.output)).problems.map(({ code }) => code)).toContain('SUMMARY');
    expect((await study.run()).exit).toBe(0);
    expect(statisticsOf(path)).toEqual(statisticsOf(join(whole.cellFolder(0), 'summary.json')));
  });

  it('a deleted cell folder is computed again, and only that', async () => {
    const study = whole.copyForTest();
    removeFolder(study.cellFolder(0));
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: PERMUTATIONS });
    expect(await study.digest()).toBe(digest);
  });

  it('foreign files and folders in the run are left alone', async () => {
    const study = whole.copyForTest();
    const foreign = [
      join(study.output, 'notes.txt'),
      join(study.output, 'per_cell', 'README'),
      join(study.cellFolder(0), 'mine.bin'),
    ];
    for (const path of foreign) writeFileSync(path, 'mine');
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: 0 });
    for (const path of foreign) expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(await study.digest()).toBe(digest);
  });

  it('deleting everything but the metrics files and the manifest loses nothing', async () => {
    const study = whole.copyForTest();
    removeFolder(join(study.output, 'aggregated'));
    for (const k of [0, 1])
      for (const name of ['summary.json', 'progress.json', 'logs.txt']) rmSync(join(study.cellFolder(k), name));
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: 0 });
    expect(await study.digest()).toBe(digest);
    for (const name of ['grid_summary.csv', 'DONE.txt']) {
      expect(readFileSync(join(study.output, 'aggregated', name), 'utf8')).toBe(
        readFileSync(join(whole.output, 'aggregated', name), 'utf8'),
      );
    }
  });
});

function statisticsOf(path: string): unknown {
  return (JSON.parse(readFileSync(path, 'utf8')) as { statistics: unknown }).statistics;
}
