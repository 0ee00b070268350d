import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { report, summarize, verify } from '../../dist/index.js';
import { PERMUTATIONS, SmallStudy } from './small-study.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

let whole: SmallStudy;

beforeAll(async () => {
  whole = new SmallStudy();
  expect((await whole.run()).exit).toBe(0);
});
afterAll(() => {
  whole.remove();
});

const copy = (): SmallStudy => whole.copyForTest();

/** Every file below a folder, by its path. */
function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.endsWith('.lock'));
  return new Map(paths.sort().map((path) => [path.slice(folder.length), readFileSync(path, 'latin1')]));
}

describe('summarize', () => {
  it('computes from the rows what the run computed, to the last byte, and changes no metrics file', async () => {
    const study = copy();
    const before = filesOf(study.output);
    const done = await summarize(study.output);
    expect(done).toMatchObject({ cells: 2, rows: 2 * PERMUTATIONS, incomplete: [], damaged: [] });
    // What the cells say together is in files of its own.
    expect(done.files.filter((file) => !file.includes('analysis'))).toHaveLength(3);
    expect(done.files.filter((file) => file.includes('analysis'))).toHaveLength(11);
    const others = [...filesOf(study.output)].filter(([path]) => !path.includes('analysis'));
    expect(new Map(others)).toEqual(before);
  });

  it('makes lost and spoilt summaries again, asking the study for what only it knows', async () => {
    const study = copy();
    const before = filesOf(study.output);
    rmSync(join(study.cellFolder(0), 'summary.json'));
    const second = join(study.cellFolder(1), 'summary.json');
    writeFileSync(second, readFileSync(second, 'utf8').replace(/"mean": [-\d.]+/g, '"mean": 1'));
    rmSync(join(study.output, 'aggregated', 'grid_summary.csv'));
    await summarize(study.output);
    const after = filesOf(study.output);
    expect(after.get('/aggregated/grid_summary.csv')).toBe(before.get('/aggregated/grid_summary.csv'));
    const made = JSON.parse(readFileSync(join(study.cellFolder(0), 'summary.json'), 'utf8')) as Record<string, unknown>;
    const original = JSON.parse(readFileSync(join(whole.cellFolder(0), 'summary.json'), 'utf8')) as object;
    // The digest covers what is told of the history, too.
    expect(made).toEqual({ ...original, resume_detected: true, digest: expect.any(String) as string });
    expect((await verify(study.output)).ok).toBe(true);
  });

  it('passes over a cell with missing rows, and takes its summary away', async () => {
    const study = copy();
    const metrics = join(study.cellFolder(0), 'metrics_compact.csv');
    writeFileSync(metrics, readFileSync(metrics, 'utf8').split('\n').slice(0, 100).join('\n') + '\n');
    const done = await summarize(study.output);
    expect(done).toMatchObject({ cells: 1, rows: PERMUTATIONS, damaged: [] });
    expect(done.incomplete).toHaveLength(1);
    expect(existsSync(join(study.cellFolder(0), 'summary.json'))).toBe(false);
    expect(
      readFileSync(join(study.output, 'aggregated', 'grid_summary.csv'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(2);
  });
});

describe('report', () => {
  it('is the same bytes for the same run, wherever it lies, and leaves the run as it was', async () => {
    const [one, two] = [copy(), copy()];
    const before = filesOf(one.output);
    const reported = await report(one.output);
    expect(reported).toMatchObject({ cells: 2, rows: 2 * PERMUTATIONS, cells_total: 2 });
    expect(reported.files.every((file) => existsSync(file))).toBe(true);
    await report(two.output);
    const first = filesOf(join(one.output, 'report'));
    expect(first).toEqual(filesOf(join(two.output, 'report')));
    await report(one.output);
    expect(filesOf(join(one.output, 'report'))).toEqual(first);
    for (const [path, content] of before) expect(filesOf(one.output).get(path)).toBe(content);
    expect(first.get('/tables/cells.csv')).toBe(before.get('/aggregated/grid_summary.csv'));
  });

  it('draws the views of the model and prints its caveats, from the run folder alone', async () => {
    const study = copy();
    const alone = newFolder();
    onTestFinished(() => {
      removeFolder(alone);
    });
    cpSync(study.output, alone, { recursive: true });
    removeFolder(join(alone, 'aggregated'));
    await report(alone);
    const html = readFileSync(join(alone, 'report', 'index.html'), 'utf8');
    expect(html).toContain('Maximum drawdown as trades are missed');
    expect(html).toContain('There are two uncertainties, and they must not be mixed.');
    expect(html).toMatch(/input trades<\/th><td>SHA-256 [0-9a-f]{64}/);
  });

  it('counts the rows of unfinished cells and says why they have no statistics', async () => {
    const study = copy();
    const metrics = join(study.cellFolder(0), 'metrics_compact.csv');
    writeFileSync(metrics, readFileSync(metrics, 'utf8').split('\n').slice(0, 101).join('\n') + '\n');
    rmSync(join(study.cellFolder(0), 'summary.json'));
    rmSync(join(study.cellFolder(1), 'summary.json'));
    const reported = await report(study.output);
    expect(reported).toMatchObject({ cells: 0, rows: 0, cells_total: 2 });
    const lines = readFileSync(join(study.output, 'report', 'tables', 'incomplete.csv'), 'utf8').split('\n');
    expect(lines[1]).toMatch(/,100,5000,0,rows are missing$/);
    expect(lines[2]).toMatch(/,5000,5000,0,"?all rows are there, but no summary/);
    expect(readFileSync(join(study.output, 'report', 'index.html'), 'utf8')).toContain('0 of 2 cells are complete');
  });

  it('does not count a summary whose rows are gone', async () => {
    const study = copy();
    rmSync(join(study.cellFolder(0), 'metrics_compact.csv'));
    expect(await report(study.output)).toMatchObject({ cells: 1, cells_total: 2 });
  });

  it('of a folder that holds no run is refused', async () => {
    const folder = join(whole.folder, 'nothing');
    mkdirSync(folder);
    await expect(report(folder)).rejects.toMatchObject({ code: 'NOT_A_RUN', exit: 2 });
    await expect(summarize(folder)).rejects.toMatchObject({ code: 'NOT_A_RUN', exit: 2 });
    expect(readdirSync(folder)).toEqual([]);
  });
});
