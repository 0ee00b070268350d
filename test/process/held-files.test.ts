import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { report, run as runStudy, summarize, type RunEvent, type StudyResult } from '../../dist/index.js';
import { thisMachine, type Host } from '../../dist/readers/host.js';
import { Windows, type WindowsOptions } from '../ports/windows.ts';
import { SmallStudy } from './small-study.ts';

/** Whole runs on a disk that behaves as that of Windows, while other programs have files of the run open. */
let whole: SmallStudy;
beforeAll(async () => {
  whole = new SmallStudy({ permutations: 2000 });
  await whole.run();
});
afterAll(() => {
  whole.remove();
});

/** This machine, with such a disk. */
let windows: Windows;
let host: Host;
function onWindows(options: WindowsOptions = {}): void {
  windows = new Windows(thisMachine.port, options);
  host = { ...thisMachine, port: windows.port };
}
beforeEach(() => {
  onWindows();
});

function run(study: SmallStudy, warnings: string[] = []): Promise<StudyResult> {
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'warning') warnings.push(event.message);
  };
  return runStudy(study.file, { threads: 2, onEvent }, host);
}

/** Everything that a finished run leaves the same whatever happened on the way. */
function finishedFiles(study: SmallStudy): Record<string, string> {
  const names = readdirSync(study.output, { recursive: true, encoding: 'utf8' });
  const same = names.filter((name) => /metrics_compact|grid_summary|final_results|DONE|summary\.json/.test(name));
  // A summary counts the rows that were found when the run began.
  const bytes = (name: string) =>
    readFileSync(join(study.output, name), 'utf8').replace(/"(n_rows_raw|resume_detected)[^\n]*/g, '');
  return Object.fromEntries(same.sort().map((name) => [name, bytes(name)]));
}

/** The undisturbed run of 3,000 permutations. */
async function undisturbed(): Promise<Record<string, string>> {
  const study = whole.copyForTest();
  study.write({ permutations: 3000 });
  await run(study);
  return finishedFiles(study);
}

test.each([
  ['a summary', (study: SmallStudy) => join(study.cellFolder(0), 'summary.json')],
  ['the table of all cells', (study: SmallStudy) => join(study.output, 'aggregated/grid_summary.csv')],
  ['the table of results', (study: SmallStudy) => join(study.output, 'results/final_results.csv')],
  ['the word that all is done', (study: SmallStudy) => join(study.output, 'aggregated/DONE.txt')],
])(
  '%s that another program has open is given up, and said; everything else is computed and written',
  async (_, pathOf) => {
    const expected = await undisturbed();
    for (const how of ['shares', 'alone'] as const) {
      const study = whole.copyForTest();
      study.write({ permutations: 3000 });
      const path = pathOf(study);
      const before = readFileSync(path, 'utf8');
      windows.hold(path, how);
      const warnings: string[] = [];
      const held = await run(study, warnings);
      expect(held.exit).toBe(3);
      expect(held.permutations_computed).toBe(2000);
      expect(held.stopped).toMatchObject({ kind: 'error', error: { code: 'DISK', path } });
      expect(warnings.join('\n')).toMatch(/another program has it open/);
      expect(readFileSync(path, 'utf8')).toBe(before);
      const others = Object.keys(expected).filter((name) => !path.endsWith(name) && !name.endsWith('DONE.txt'));
      const left = finishedFiles(study);
      // Without its summary the cell has no row in the tables.
      if (!path.endsWith('summary.json')) for (const name of others) expect(left[name], name).toBe(expected[name]);
      else
        expect(left['results/final_results.csv']).toBe(
          expected['results/final_results.csv']!.replace(/\n.*,3000,.*\n/, '\n'),
        );

      windows.letGo(path);
      const again = await run(study);
      expect(again.exit).toBe(0);
      expect(again.permutations_computed).toBe(0);
      expect(finishedFiles(study)).toEqual(expected);
    }
  },
);

test('a metrics file that another program has open waits for the next run; the other cells are computed', async () => {
  const expected = await undisturbed();
  const study = whole.copyForTest();
  study.write({ permutations: 3000 });
  const path = join(study.cellFolder(0), 'metrics_compact.csv');
  windows.hold(path, 'alone');
  const held = await run(study);
  expect(held).toMatchObject({ exit: 3, complete: 1, permutations_computed: 1000 });
  windows.letGo(path);
  expect((await run(study)).exit).toBe(0);
  expect(finishedFiles(study)).toEqual(expected);
});

test('a virus scanner that opens whatever was just written costs nothing', async () => {
  onWindows({ scanner: 3 });
  const expected = await undisturbed();
  const study = whole.copyForTest();
  study.write({ permutations: 3000 });
  const result = await run(study);
  expect(result.exit).toBe(0);
  expect(finishedFiles(study)).toEqual(expected);
  expect(windows.waited_ms).toBeGreaterThan(0);
  expect(existsSync(join(study.output, 'aggregated/DONE.txt'))).toBe(true);
});

test('a manifest that another program has open stops the run before anything is computed or changed', async () => {
  const study = whole.copyForTest();
  study.write({ permutations: 3000 });
  const before = finishedFiles(study);
  windows.hold(join(study.output, 'run_manifest.json'));
  await expect(run(study)).rejects.toMatchObject({ code: 'DISK', exit: 3 });
  expect(finishedFiles(study)).toEqual(before);
  windows.letGo(join(study.output, 'run_manifest.json'));
  expect((await run(study)).exit).toBe(0);
});

test('of a report and of summaries, what another program has open is left out and said; the rest is written', async () => {
  const study = whole.copyForTest();
  const { files } = await report(study.output, {}, host);
  const [first] = files;
  for (const file of files) writeFileSync(file, 'old');
  windows.hold(first!);
  await expect(report(study.output, {}, host)).rejects.toMatchObject({ code: 'DISK', path: first });
  expect(files.filter((file) => readFileSync(file, 'utf8') === 'old')).toEqual([first]);
  const summaries = [0, 1].map((cell) => join(study.cellFolder(cell), 'summary.json'));
  windows.hold(summaries[0]!);
  writeFileSync(summaries[1]!, '{}');
  await expect(summarize(study.output, {}, host)).rejects.toMatchObject({ code: 'DISK', path: summaries[0] });
  expect(readFileSync(summaries[1]!, 'utf8')).toContain('n_perms_done');
});

test('where folders cannot be synced a run says what may be missing after a power cut', async () => {
  onWindows({ syncsFolders: false });
  const study = whole.copyForTest();
  const warnings: string[] = [];
  await run(study, warnings);
  expect(warnings.join('\n')).toMatch(/after a power cut the newest files may be missing/);
});

test('temporary files that a killed run left go at the next run, whatever is left to do', async () => {
  const study = whole.copyForTest();
  const left = [
    'run_manifest.json.tmp',
    'aggregated/DONE.txt.tmp',
    'aggregated/partial_summary.csv.tmp',
    'results/step_1.csv.tmp',
    ...[0, 1].flatMap((cell) =>
      ['summary.json.tmp', 'progress.json.tmp', 'metrics_compact.csv.tmp', 'metrics_compact.sums.tmp'].map((name) =>
        relative(study.output, join(study.cellFolder(cell), name)),
      ),
    ),
  ];
  for (const name of left) writeFileSync(join(study.output, name), 'half');
  writeFileSync(join(study.cellFolder(0), 'notes.tmp'), 'mine');
  await run(study);
  const names = readdirSync(study.output, { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([
    relative(study.output, join(study.cellFolder(0), 'notes.tmp')),
  ]);
});
