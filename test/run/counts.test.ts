import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { run as runStudy } from '../../src/operations/run.ts';
import { status as runStatus } from '../../src/operations/status.ts';
import type { RunEvent } from '../../src/run/output/events.ts';
import type { RunOptions, StudyResult } from '../../src/run/run-options.ts';
import { HOST } from '../inline-host.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** What is said of a run's files comes from the files, whatever was written down of them. */
const COIN = `export default {
  name: 'coin', version: '1',
  parameters: { p: { type: 'number', default: 0.5 } },
  metrics: { heads: { unit: 'count' } },
  prepare: ({ parameters }) => parameters,
  simulate: ({ p }, rng, row) => { row.heads = rng() < p ? 1 : 0; },
};
`;
const CELLS = 20;
let folder: string;
let file: string;
let output: string;
let n = 0;

beforeAll(() => {
  folder = newFolder();
  writeFileSync(join(folder, 'coin.mjs'), COIN);
});
afterAll(() => {
  removeFolder(folder);
});
beforeEach(async () => {
  n += 1;
  file = join(folder, `study${n}.yaml`);
  output = join(folder, `out${n}`);
  const p = Array.from({ length: CELLS }, (_, i) => i / CELLS);
  writeFileSync(
    file,
    `model: ./coin.mjs\ngrid: { p: [${p.join(', ')}] }\npermutations: 300\nbatch_rows: 100\noutput: out${n}\n`,
  );
  await run({ permutations: 200 });
});

const progressCsv = (): string => join(output, 'aggregated', 'progress.csv');

/** What a process that was killed left: its files are further than what it wrote down. */
function writtenDown(change: (line: string) => string): void {
  const [header, ...lines] = readFileSync(progressCsv(), 'utf8').trimEnd().split('\n');
  writeFileSync(progressCsv(), `${[header, ...lines.map(change)].join('\n')}\n`);
}

/** Rows in the files, counted without the engine. */
function rowsOnDisk(): number {
  const cells = readdirSync(join(output, 'per_cell')).map((cell) =>
    join(output, 'per_cell', cell, 'metrics_compact.csv'),
  );
  return cells.reduce((sum, path) => sum + readFileSync(path, 'utf8').trimEnd().split('\n').length - 1, 0);
}

async function run(options: RunOptions = {}, stopAtCell = Infinity): Promise<StudyResult> {
  const stop = new AbortController();
  let cells = 0;
  const onEvent = ({ type }: RunEvent): void => {
    if (type === 'cell-started' && (cells += 1) >= stopAtCell) stop.abort();
  };
  return runStudy(file, { ...options, onEvent, signal: stop.signal }, HOST);
}

const doneIn = ({ permutations_computed, permutations_reused }: StudyResult): number =>
  permutations_computed + permutations_reused;

test.each([
  [
    'says nothing',
    () => {
      rmSync(progressCsv());
    },
  ],
  [
    'says less',
    () => {
      writtenDown((line) => line.replace(',complete,200,', ',running,50,'));
    },
  ],
  [
    'says none',
    () => {
      writtenDown((line) => line.replace(',complete,200,', ',waiting,0,'));
    },
  ],
  [
    'says more',
    () => {
      writtenDown((line) => line.replace(',complete,200,', ',running,299,'));
    },
  ],
])('an extension that is stopped early counts the rows in the files where progress.csv %s', async (_, change) => {
  change();
  const result = await run({}, 1);
  expect(result.stopped?.kind).toBe('aborted');
  expect(doneIn(result)).toBe(rowsOnDisk());
  expect(doneIn(result)).toBeGreaterThanOrEqual(CELLS * 200);
  expect(result.partial.cells).toBe(CELLS - result.complete);
  expect(result.unread).toBe(0);
  const [said, counted] = [await runStatus(output, {}, HOST), await runStatus(output, { scan: true }, HOST)];
  expect(said.scanned).toBe(false);
  expect(said.permutations_done).toBe(rowsOnDisk());
  const of_then = { scanned: true, heartbeat: undefined, heartbeat_age_seconds: undefined };
  expect({ ...said, ...of_then }).toEqual({ ...counted, ...of_then });
});

test('a resume that is stopped before it read anything still knows what is complete', async () => {
  writtenDown((line) => line.replace(',complete,200,', ',waiting,0,'));
  const result = await runStudy(file, { permutations: 200, signal: AbortSignal.abort() }, HOST);
  expect(result).toMatchObject({ complete: CELLS, permutations_reused: CELLS * 200, exit: 0 });
  expect((await runStatus(output, {}, HOST)).cells_complete).toBe(CELLS);
});

test('a run of some cells leaves the others as they were', async () => {
  await run({ cells: ['p=0.5'] });
  const status = await runStatus(output, {}, HOST);
  expect(status).toMatchObject({ permutations_done: rowsOnDisk(), cells_complete: 1 });
  expect(status.permutations_done).toBe(CELLS * 200 + 100);
});

test('after a process was killed status counts from the files', async () => {
  writtenDown((line) => line.replace(',complete,200,', ',running,50,'));
  writeFileSync(join(output, '.lock'), '\0\0\0\0');
  expect((await runStatus(output, {}, HOST)).scanned).toBe(false);
  const gone = { pid: 4_194_304 + 7, host: (await import('node:os')).hostname(), since: '', started: '1', by: 'file' };
  writeFileSync(join(output, '.lock'), JSON.stringify(gone));
  expect(await runStatus(output, {}, HOST)).toMatchObject({ scanned: true, permutations_done: CELLS * 200 });
});
