import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { EngineError, exportRun, report, verify } from '../../dist/index.js';
import { SmallStudy } from '../process/small-study.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** A link planted in an output must not make a run write, empty, read or remove what it points to. */
let whole: SmallStudy;
let digest: string;
beforeAll(async () => {
  whole = new SmallStudy({ permutations: 1500 });
  await whole.run();
  digest = await whole.digest();
});
afterAll(() => {
  whole.remove();
});

const CELL = 'per_cell/cell_0';
/** Places where the run writes, in an unfinished output; `CELL` stands for the first cell's folder. */
const FILES = [
  '.lock',
  'run_manifest.json.tmp',
  `${CELL}/metrics_compact.csv`,
  `${CELL}/metrics_compact.csv.tmp`,
  `${CELL}/metrics_compact.sums`,
  `${CELL}/metrics_compact.sums.tmp`,
  `${CELL}/summary.json`,
  `${CELL}/summary.json.tmp`,
  `${CELL}/progress.json`,
  `${CELL}/progress.json.tmp`,
  `${CELL}/logs.txt`,
  `${CELL}/failures.csv`,
  'aggregated/heartbeat.json',
  'aggregated/heartbeat.json.tmp',
  'aggregated/progress.csv.tmp',
  'aggregated/grid_summary.csv',
  'aggregated/grid_summary.csv.tmp',
  'aggregated/DONE.txt',
];
const FOLDERS = ['per_cell', CELL, `${CELL}/quarantine`, 'aggregated', 'results', 'report', 'report/tables', 'export'];

/** An output with damage to repair, and next to it what nobody may touch. */
function outputs(): { readonly study: SmallStudy; readonly outside: string; readonly place: (name: string) => string } {
  const study = whole.copy();
  const metrics = join(study.cellFolder(0), 'metrics_compact.csv');
  writeFileSync(metrics, readFileSync(metrics, 'utf8').replace('\n700,', '\n700,9'));
  const outside = newFolder();
  const cell = study.cellFolder(0);
  return { study, outside, place: (name) => join(study.output, name).replace(join(study.output, CELL), cell) };
}

async function runs(study: SmallStudy): Promise<void> {
  try {
    const result = await study.run({ threads: 1 });
    const error = result.stopped?.kind === 'error' ? result.stopped.error : undefined;
    if (error === undefined) expect(await study.digest()).toBe(digest);
    else expect(error).toBeInstanceOf(EngineError);
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
  }
}

describe('a link inside an output', () => {
  test.each(FILES)('in place of %s is refused or replaced, and its target stays as it is', async (name) => {
    const { study, outside, place } = outputs();
    const victim = join(outside, 'victim');
    writeFileSync(victim, 'mine\n');
    const link = place(name);
    rmSync(link, { force: true });
    symlinkSync(victim, link);
    await runs(study);
    await verify(study.output);
    expect(readFileSync(victim, 'utf8')).toBe('mine\n');
    expect(readdirSync(outside)).toEqual(['victim']);
    study.remove();
    removeFolder(outside);
  });

  test.each(FOLDERS)('in place of the folder %s is refused, and nothing appears where it points', async (name) => {
    const { study, outside, place } = outputs();
    const link = place(name);
    removeFolder(link);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(outside, link);
    await runs(study);
    // What a person may ask for of a run, each in a folder of its own.
    const asked = [() => report(study.output), () => exportRun(study.output, { to: 'csv' })];
    for (const ask of asked) {
      await ask().catch((error: unknown) => {
        expect(error).toBeInstanceOf(EngineError);
      });
    }
    expect(readdirSync(outside)).toEqual([]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    study.remove();
    removeFolder(outside);
  });
});

test('an output that is a link itself is where the user wants it', async () => {
  const study = new SmallStudy({ permutations: 1500 });
  const elsewhere = newFolder();
  symlinkSync(elsewhere, study.output);
  expect((await study.run()).exit).toBe(0);
  expect(await study.digest()).toBe(digest);
  study.remove();
  removeFolder(elsewhere);
});
