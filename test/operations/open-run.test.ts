import { appendFileSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';

import type { Columns } from '../../src/operations/cell-columns.ts';
import { openRun, type OpenedCell } from '../../src/operations/open-run.ts';
import { run } from '../../src/operations/run.ts';
import { CoinStudy, HOST } from './coin-study.ts';

/** The rows of a cell's CSV, column by column. */
function columnsOf(output: string, cell_id: string): Record<string, number[]> {
  const lines = readFileSync(metricsFile(output, cell_id), 'latin1').trimEnd().split('\n');
  const [header, ...rows] = lines.map((line) => line.split(','));
  return Object.fromEntries(header!.map((name, c) => [name, rows.map((row) => Number(row[c]))]));
}

function metricsFile(output: string, cell_id: string): string {
  return join(output, 'per_cell', `cell_${cell_id}`, 'metrics_compact.csv');
}

function plain(columns: Columns): Record<string, number[]> {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]]));
}

async function complete(): Promise<CoinStudy> {
  const coin = new CoinStudy();
  expect((await run(coin.file, { threads: 1 }, HOST)).exit).toBe(0);
  return coin;
}

describe('a run that is opened', () => {
  it('says what it is and what its cells are', async () => {
    const coin = await complete();
    // The study is not asked for: a complete run speaks for itself.
    unlinkSync(join(coin.folder, 'coin.mjs'));
    const opened = await openRun(pathToFileURL(coin.output), {}, HOST);
    expect(opened).toMatchObject({
      output: coin.output,
      name: 'study',
      model: 'coin',
      permutations: 250,
      format: 'csv',
    });
    expect(Object.keys(opened.metrics)).toEqual(['heads', 'first']);
    expect(opened.parameters).toMatchObject({ p: { unit: 'share' }, flips: {} });
    expect(
      opened.cells.map(({ parameters, status, n_done, n_target }) => [parameters, status, n_done, n_target]),
    ).toEqual([0.4, 0.6].flatMap((p) => [2, 5].map((flips) => [{ p, flips }, 'complete', 250, 250])));
    expect(opened.cell(opened.cells[2]!.cell_id)).toBe(opened.cells[2]);
    expect(() => opened.cell('nine')).toThrow('has no cell "nine"');
  });

  it('gives summaries, status and verification', async () => {
    const coin = await complete();
    const opened = await openRun(coin.output, {}, HOST);
    const summaries = [];
    for await (const summary of opened.summaries()) summaries.push(summary);
    expect(summaries.map(({ cell_id }) => cell_id)).toEqual(opened.cells.map(({ cell_id }) => cell_id));
    const [first] = opened.cells;
    expect(await first!.summary()).toEqual(summaries[0]);
    const { heads } = await first!.columns();
    const mean = heads!.reduce((sum, value) => sum + value, 0) / 250;
    expect(summaries[0]!.statistics['heads']!.mean).toBeCloseTo(mean, 12);
    expect(await opened.status()).toMatchObject({ complete: true, cells_complete: 4 });
    expect(await opened.verify({ recompute: { rows: 20 } })).toMatchObject({ ok: true, rows: 1000, recomputed: 20 });
  });

  it('is refused where there is none', async () => {
    const coin = new CoinStudy();
    await expect(openRun(coin.folder, {}, HOST)).rejects.toMatchObject({ code: 'NOT_A_RUN', exit: 2 });
  });
});

describe('the columns of a cell', () => {
  it('are those of its file: all, some, or a range', async () => {
    const coin = await complete();
    const { cells } = await openRun(coin.output, {}, HOST);
    for (const cell of cells) {
      const stored = columnsOf(coin.output, cell.cell_id);
      const columns = await cell.columns();
      expect(Object.values(columns).every((values) => values instanceof Float64Array)).toBe(true);
      expect(plain(columns)).toEqual(stored);
      const part = (from: number, to: number): object => ({
        perm_index: stored['perm_index']!.slice(from, to),
        first: stored['first']!.slice(from, to),
      });
      const metrics = ['first'] as const;
      for (const [from, to] of [
        [0, 50],
        [49, 51],
        [120, 121],
        [200, 250],
        [7, 7],
      ] as const)
        expect(plain(await cell.columns({ metrics, from, to }))).toEqual(part(from, to));
      expect(plain(await cell.columns({ metrics, from: 240 }))).toEqual(part(240, 250));
      expect(plain(await cell.columns({ metrics, from: 240, to: 900 }))).toEqual(part(240, 250));
      expect(plain(await cell.columns({ metrics, from: 900 }))).toEqual(part(900, 900));
    }
  });

  it('come in batches, each of arrays of its own', async () => {
    const coin = await complete();
    const [cell] = (await openRun(coin.output, {}, HOST)).cells;
    const whole = plain(await cell!.columns());
    for (const rows of [1, 7, 50, 64, 250, 1000]) {
      const batches: Columns[] = [];
      for await (const batch of cell!.batches({ rows })) batches.push(batch);
      expect(batches.map(({ perm_index }) => perm_index.length)).toEqual(
        Array.from({ length: Math.ceil(250 / rows) }, (_, k) => Math.min(rows, 250 - k * rows)),
      );
      const joined = Object.keys(whole).map((name) => [name, batches.flatMap((batch) => [...batch[name]!])]);
      expect(Object.fromEntries(joined)).toEqual(whole);
    }
    let seen = 0;
    for await (const { perm_index } of cell!.batches({ rows: 10, from: 95 })) {
      expect(perm_index[0]).toBe(95);
      seen += 1;
      break;
    }
    expect(seen).toBe(1);
  });

  it('are named as the metrics are, in the types, too', async () => {
    const coin = await complete();
    const [cell] = (await openRun(coin.output, {}, HOST)).cells;
    const columns = await cell!.columns({ metrics: ['heads'] });
    expectTypeOf(columns.heads).toEqualTypeOf<Float64Array>();
    expectTypeOf(columns.perm_index).toEqualTypeOf<Float64Array>();
    // @ts-expect-error It was not asked for.
    expect(columns.first).toBeUndefined();
    expectTypeOf<Awaited<ReturnType<OpenedCell['columns']>>['perm_index']>().toEqualTypeOf<Float64Array>();
    await expect(cell!.columns({ metrics: ['haeds'] })).rejects.toMatchObject({
      code: 'USAGE',
      allowed: 'heads, first',
      message: expect.stringContaining('did you mean heads?') as string,
    });
    await expect(cell!.columns({ from: -1 })).rejects.toMatchObject({ code: 'USAGE', path: 'from' });
    await expect(cell!.columns({ from: 3, to: 2 })).rejects.toMatchObject({ code: 'USAGE', path: 'to' });
  });

  it('stop at a signal', async () => {
    const coin = await complete();
    const [cell] = (await openRun(coin.output, {}, HOST)).cells;
    const controller = new AbortController();
    const reason = new Error('enough');
    let batches = 0;
    const read = async (): Promise<void> => {
      for await (const { perm_index } of cell!.batches({ rows: 10, signal: controller.signal })) {
        expect(perm_index).toHaveLength(10);
        if ((batches += 1) === 3) controller.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(batches).toBe(3);
  });

  it('leave out what is torn, damaged or missing, and change nothing', async () => {
    const coin = await complete();
    const { cells } = await openRun(coin.output, {}, HOST);
    const [torn, gap] = cells.map(({ cell_id }) => metricsFile(coin.output, cell_id));
    truncateSync(torn!, readFileSync(torn!).length - 3);
    appendFileSync(torn!, 'x');
    const lines = readFileSync(gap!, 'latin1').split('\n');
    lines.splice(11, 1);
    writeFileSync(gap!, lines.join('\n'));
    const before = [torn, gap].map((path) => readFileSync(path!, 'latin1'));
    const [first, second] = (await openRun(coin.output, { scan: true, threads: 1 }, HOST)).cells;
    expect(first).toMatchObject({ status: 'stopped', n_target: 250 });
    expect((await first!.columns()).perm_index).toHaveLength(first!.n_done);
    expect(second).toMatchObject({ status: 'stopped', n_done: 249 });
    const { perm_index } = await second!.columns({ from: 5, to: 15 });
    expect([...perm_index]).toEqual([5, 6, 7, 8, 9, 11, 12, 13, 14]);
    expect([torn, gap].map((path) => readFileSync(path!, 'latin1'))).toEqual(before);
  });
});

describe('an unfinished run', () => {
  it('has cells with a part of their rows and cells without any, whose parameters the study tells', async () => {
    const coin = new CoinStudy();
    await run(coin.file, { threads: 1, cells: ['p=0.4'] }, HOST);
    await run(coin.file, { threads: 1, cells: ['p=0.4,flips=2'], permutations: 400 }, HOST);
    for (const options of [{}, { scan: true }]) {
      // Its model is one's own: without trust or a study no code of a folder runs (docs/trust.md).
      const { cells } = await openRun(coin.output, { ...options, trust: true }, HOST);
      expect(cells.map(({ parameters }) => parameters)).toEqual(
        [0.4, 0.6].flatMap((p) => [2, 5].map((flips) => ({ p, flips }))),
      );
      expect(cells.map(({ n_done, n_target }) => [n_done, n_target])).toEqual([400, 250, 0, 0].map((n) => [n, 400]));
      expect(cells.map(({ status }) => status === 'complete')).toEqual([true, false, false, false]);
      for (const cell of cells) {
        expect((await cell.columns()).perm_index).toHaveLength(cell.n_done);
        const batches = [];
        for await (const { perm_index } of cell.batches()) batches.push(perm_index.length);
        expect(batches).toEqual(cell.n_done === 0 ? [] : [cell.n_done]);
      }
      expect((await cells[0]!.summary())?.n_perms_done).toBe(400);
      // One that was complete with 250 permutations, and one without rows.
      for (const cell of cells.slice(1, 3)) expect(await cell.summary()).toBeUndefined();
    }

    // Where the study is gone, and nothing stands beside the rows, that is said when it is asked for.
    rmSync(coin.file);
    const bare = (await openRun(coin.output, {}, HOST)).cells.find(({ n_done }) => n_done === 0);
    expect(() => bare?.parameters).toThrow(/parameters of cell [0-9a-f]{16} are unknown/);
    const found = await openRun(coin.output, { study: coin.study, base: coin.folder }, HOST);
    expect(found.cell(bare!.cell_id).parameters).toHaveProperty('flips');
  });
});

it('the rows of a cell that stops early end where it stops', async () => {
  const coin = new CoinStudy();
  const precision = { metric: 'heads', half_width: 0.2, min: 50 };
  const { exit } = await run({ ...coin.study, precision }, { threads: 1, base: coin.folder }, HOST);
  expect(exit).toBe(0);
  const { cells, permutations } = await openRun(coin.output, {}, HOST);
  expect(permutations).toBe(250);
  expect(cells.some(({ n_target }) => n_target < 250)).toBe(true);
  for (const cell of cells) expect((await cell.columns({ metrics: [] })).perm_index).toHaveLength(cell.n_target);
});
