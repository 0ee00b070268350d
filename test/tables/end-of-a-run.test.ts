import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import type { FilePort } from '../../src/files/port.ts';
import { run } from '../../src/operations/run.ts';
import { TableLines, type CompleteCell } from '../../src/tables/table-lines.ts';
import { inlineHost } from '../../src/readers/host.ts';
import { ManualClock } from '../ports/manual-clock.ts';
import { CoinStudy, finishedFiles, HOST } from '../operations/coin-study.ts';

/** The same disk, and how often files of a name were opened. */
function counted(): {
  readonly host: typeof HOST;
  readonly opened: (name: string) => number;
  readonly folderSyncs: (name: RegExp) => number;
} {
  const opened: string[] = [];
  const synced: string[] = [];
  const port: FilePort = {
    ...HOST.port,
    open: (path, flags) => {
      opened.push(path);
      return HOST.port.open(path, flags);
    },
    syncFolder: (path) => {
      synced.push(path);
      return HOST.port.syncFolder(path);
    },
  };
  return {
    // Its clock stands still: nothing is written because a second has passed.
    host: inlineHost(port, HOST.locks, new ManualClock()),
    opened: (name) => opened.filter((path) => path.endsWith(name)).length,
    folderSyncs: (name) => synced.filter((path) => name.test(path)).length,
  };
}

test('the tables of a run come from what it just made: no summary is read but the one that says which columns there are', async () => {
  const study = new CoinStudy();
  const { host, opened } = counted();
  await run(study.file, { output: study.output }, host);
  expect(opened('summary.json')).toBe(1);
  expect(opened('summary.json.tmp')).toBe(4);
});

test('a small cell is made with one log, and three syncs of its folder: rows and sums, summary, progress', async () => {
  const study = new CoinStudy();
  const { host, opened, folderSyncs } = counted();
  await run(study.file, { output: study.output, chunk: 1000 }, host);
  expect(opened('logs.txt')).toBe(4);
  expect(folderSyncs(/cell_[^/]*$/)).toBe(12);
  const [cell_id] = readFileSync(join(study.output, 'results', 'final_results.csv'), 'utf8')
    .split('\n')[1]!
    .split(',');
  const log = readFileSync(join(study.output, 'per_cell', `cell_${cell_id!}`, 'logs.txt'), 'utf8');
  expect(log.split('\n').map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'started; missing 0-249',
    'complete: 250 of 250 permutations',
    '',
  ]);
});

test('a complete cell whose process was killed before it said so has its names made durable, and says it', async () => {
  const study = new CoinStudy();
  await run(study.file, { output: study.output }, HOST);
  const [cell] = readdirSync(join(study.output, 'per_cell'));
  const progress = join(study.output, 'per_cell', cell!, 'progress.json');
  rmSync(progress);
  const { host, folderSyncs } = counted();
  await run(study.file, { output: study.output }, host);
  expect(folderSyncs(/cell_[^/]*$/)).toBe(1);
  expect(JSON.parse(readFileSync(progress, 'utf8'))).toMatchObject({ phase: 'complete', n_done: 250 });
});

test('lines of tables are kept as far as there is room, for each table on its own', () => {
  const lines = new TableLines(['p'], 60);
  const cell = (k: number): CompleteCell => ({
    cell_id: `c${k}`,
    parameters: { p: k },
    n: 9,
    texts: { fields: 'x'.repeat(20), means: '1,2' },
  });
  const made = [0, 1, 2].map((k) => lines.add(k, cell(k)));
  expect(made[1]).toEqual({ grid: `c1,1,9,${'x'.repeat(20)}`, final: 'c1,1,9,1,2' });
  expect([0, 1, 2].map((k) => lines.of('grid', k))).toEqual([made[0]!.grid, made[1]!.grid, undefined]);
  expect([0, 1, 2].map((k) => lines.of('final', k))).toEqual(made.map(({ final }) => final));
  // One that was read again takes the place of the one before, not more room.
  for (let again = 0; again < 9; again += 1) lines.add(0, cell(0));
  expect([0, 1, 2].map((k) => lines.of('final', k))).toEqual(made.map(({ final }) => final));
});

test('tables are the same whether their lines were kept or read again, in chunks that make a cell or parts of it', async () => {
  const [whole, parts] = [new CoinStudy(), new CoinStudy()];
  await run(whole.file, { output: whole.output, chunk: 1000 }, HOST);
  await run(parts.file, { output: parts.output, cells: ['flips=5'], chunk: 50 }, HOST);
  await run(parts.file, { output: parts.output, chunk: 100 }, HOST);
  expect(finishedFiles(parts.output)).toEqual(finishedFiles(whole.output));
});
