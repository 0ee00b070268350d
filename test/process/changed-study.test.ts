import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { EngineError } from '../../dist/index.js';
import { SmallStudy, type StudyParts } from './small-study.ts';

const N = 2000;

async function finishedStudy(parts: StudyParts = {}): Promise<SmallStudy> {
  const study = new SmallStudy({ permutations: N, ...parts });
  onTestFinished(() => {
    study.remove();
  });
  expect((await study.run()).exit).toBe(0);
  return study;
}

async function refusal(study: SmallStudy): Promise<EngineError> {
  const manifest = readFileSync(join(study.output, 'run_manifest.json'), 'utf8');
  const digest = await study.digest();
  const error: unknown = await study.run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw new Error(`not refused: ${String(error)}`);
  expect(error.code).toBe('IDENTITY');
  expect(error.exit).toBe(2);
  expect(readFileSync(join(study.output, 'run_manifest.json'), 'utf8')).toBe(manifest);
  expect(await study.digest()).toBe(digest);
  return error;
}

describe('a changed study is refused, naming the field, its old and its new value', () => {
  it('data', async () => {
    const study = await finishedStudy();
    appendFileSync(join(study.folder, 'trades.csv'), '2024-06-03,2024-06-07,115,117,200,100,long\n');
    const error = await refusal(study);
    expect(error.message).toMatch(/inputs\.trades: was "[0-9a-f]{64}", is "[0-9a-f]{64}"/);
  });

  it('a parameter', async () => {
    const study = await finishedStudy();
    writeFileSync(study.file, readFileSync(study.file, 'utf8').replace('slip_dollars: 20', 'slip_dollars: 25'));
    expect((await refusal(study)).message).toContain('parameters.slip_dollars: was 20, is 25');
  });

  it('the seed', async () => {
    const study = await finishedStudy();
    study.write({ permutations: N, more: 'seed: { global: 7 }\n' });
    expect((await refusal(study)).message).toContain('seed.global: was 1337, is 7');
  });

  it('the version of the model', async () => {
    const study = await finishedStudy();
    const manifest = join(study.output, 'run_manifest.json');
    writeFileSync(
      manifest,
      readFileSync(manifest, 'utf8').replace(/"model_version": "[^"]+"/, '"model_version": "0.0.1"'),
    );
    expect((await refusal(study)).message).toContain('model_version: was "0.0.1"');
  });

  it('streams', async () => {
    const study = await finishedStudy();
    study.write({ permutations: N, more: 'streams: shared\n' });
    expect((await refusal(study)).message).toContain('streams');
  });

  it.each([
    ['format', 'format: arrow\n', 'format csv'],
    ['batch_rows', '', 'batch_rows 1000'],
  ])('the %s of its files, with the way out', async (field, more, old) => {
    const study = await finishedStudy();
    study.write({ permutations: N, more });
    if (field === 'batch_rows')
      writeFileSync(study.file, readFileSync(study.file, 'utf8').replace('batch_rows: 1000', 'batch_rows: 4000'));
    const { message } = await refusal(study);
    expect(message).toContain(old);
    expect(message).toContain('--output');
  });

  it('a cell that is gone', async () => {
    const study = await finishedStudy();
    study.write({ permutations: N, p_skip: [0] });
    expect((await refusal(study)).message).toContain('grid.p_skip: was [0,0.1], is [0]');
  });
});

describe('what may change', () => {
  it('more permutations extend, computing only the new ones, to the bytes of a run that asked for them at once', async () => {
    const study = await finishedStudy();
    study.write({ permutations: N + 1700 });
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: 2 * 1700, permutations_reused: 2 * N });
    const at_once = await finishedStudy({ permutations: N + 1700 });
    expect(await study.digest()).toBe(await at_once.digest());
    for (const name of ['metrics_compact.csv', 'metrics_compact.sums']) {
      expect(
        readFileSync(join(study.cellFolder(0), name)).equals(readFileSync(join(at_once.cellFolder(0), name))),
      ).toBe(true);
    }
  });

  it('fewer permutations are refused without --truncate, and truncated with it', async () => {
    const study = await finishedStudy();
    study.write({ permutations: 1500 });
    expect((await refusal(study)).message).toContain('--truncate');
    expect(await study.run({ truncate: true })).toMatchObject({
      exit: 0,
      permutations_computed: 0,
      permutations_total: 3000,
    });
    const at_once = await finishedStudy({ permutations: 1500 });
    expect(await study.digest()).toBe(await at_once.digest());
    expect(
      readFileSync(join(study.cellFolder(0), 'metrics_compact.csv')).equals(
        readFileSync(join(at_once.cellFolder(0), 'metrics_compact.csv')),
      ),
    ).toBe(true);
  });

  it('a wider grid adds cells and recomputes none', async () => {
    const study = await finishedStudy();
    study.write({ permutations: N, p_skip: [0, 0.05, 0.1] });
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: N, cells: 3, complete: 3 });
    const at_once = await finishedStudy({ p_skip: [0, 0.05, 0.1] });
    expect(await study.digest()).toBe(await at_once.digest());
  });

  it('a parameter fixed at what was its default renames and recomputes nothing', async () => {
    const study = await finishedStudy();
    writeFileSync(
      study.file,
      readFileSync(study.file, 'utf8').replace('slip_dollars: 20,', 'slip_dollars: 20, point_value: 1,'),
    );
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: 0 });
  });

  it('the name, the threads and the chunk size are no part of the experiment', async () => {
    const study = await finishedStudy();
    study.write({ permutations: N, more: 'name: another name\n' });
    expect(await study.run({ threads: 1, chunk: 77 })).toMatchObject({ exit: 0, permutations_computed: 0 });
  });

  it('thresholds make new summaries from the rows that are there', async () => {
    const study = await finishedStudy();
    study.write({ permutations: N, more: 'thresholds: { max_drawdown_pct: [0.5] }\n' });
    expect(await study.run()).toMatchObject({ exit: 0, permutations_computed: 0 });
    const summary = JSON.parse(readFileSync(join(study.cellFolder(0), 'summary.json'), 'utf8')) as {
      statistics: { max_drawdown_pct: { thresholds: { threshold: number; probability: number; count: number }[] } };
    };
    const [threshold] = summary.statistics.max_drawdown_pct.thresholds;
    expect(threshold).toMatchObject({ threshold: 0.5 });
    expect(threshold!.probability).toBe(threshold!.count / N);
    expect(readFileSync(join(study.output, 'aggregated', 'grid_summary.csv'), 'utf8').split('\n')[0]).toContain(
      'max_drawdown_pct_p_gt_0.5',
    );
  });

  it('only some of the cells, when asked; the rest later', async () => {
    const study = new SmallStudy({ permutations: N });
    onTestFinished(() => {
      study.remove();
    });
    expect(await study.run({ cells: ['p_skip=0.1'] })).toMatchObject({
      exit: 0,
      cells: 1,
      permutations_computed: N,
    });
    expect(existsSync(join(study.output, 'aggregated', 'DONE.txt'))).toBe(false);
    expect(await study.run()).toMatchObject({ exit: 0, cells: 2, permutations_computed: N });
    expect(existsSync(join(study.output, 'aggregated', 'DONE.txt'))).toBe(true);
    await expect(study.run({ cells: ['p_skip=0.7'] })).rejects.toThrow('No cell');
    await expect(study.run({ cells: ['p_skp=0.1'] })).rejects.toThrow('p_skip');
  });
});
