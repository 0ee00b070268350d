import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import {
  EngineError,
  plan,
  run as runStudies,
  verify,
  type RunEvent,
  type RunOptions,
  type StudyResult,
} from '../../dist/index.js';
import { StudyFolder } from './shared-studies.ts';
import { removeFolder } from '../temporary-folder.ts';

const N = 3000;
let folder: StudyFolder;

beforeEach(() => {
  folder = new StudyFolder();
  onTestFinished(() => {
    folder.remove();
  });
});

async function run(files: readonly string[], options: RunOptions = {}): Promise<readonly StudyResult[]> {
  return (await runStudies(files, { threads: 2, ...options })).outputs;
}

function computed(results: readonly StudyResult[]): number {
  return results.reduce((sum, result) => sum + result.permutations_computed, 0);
}

const digest = async (name: string): Promise<string> => {
  const { ok, problems, digest } = await verify(folder.output(name));
  expect(problems).toEqual([]);
  expect(ok).toBe(true);
  return digest;
};

/** The same study run alone, elsewhere. */
async function alone(...studies: Parameters<StudyFolder['study']>): Promise<string> {
  const other = new StudyFolder();
  try {
    const results = await run([other.study(...studies)]);
    expect(results[0]!.exit).toBe(0);
    return (await verify(results[0]!.output)).digest;
  } finally {
    other.remove();
  }
}

describe('several studies in one run', () => {
  it('compute the experiments of 1, 4, 16 and 4, 16, 64 once: four experiments, and every output has its own', async () => {
    const files = [folder.study('one', { width: [1, 4, 16] }), folder.study('two', { width: [4, 16, 64] })];
    const planned = await plan(files);
    expect(planned).toMatchObject({
      cells: 4,
      cells_shared: 2,
      permutations_total: 4 * N,
      permutations_missing: 4 * N,
    });

    const results = await run(files);
    expect(results.map(({ exit }) => exit)).toEqual([0, 0]);
    expect(computed(results)).toBe(4 * N);
    expect(results.map((r) => r.permutations_computed + r.permutations_reused)).toEqual([3 * N, 3 * N]);
    expect(Object.keys(folder.cellIds('one'))).toEqual(['1', '4', '16']);
    expect(Object.keys(folder.cellIds('two'))).toEqual(['4', '16', '64']);
    for (const width of [4, 16]) {
      const [a, b] = ['one', 'two'].map((name) => readFileSync(folder.metricsFile(name, width)));
      expect(a!.equals(b!)).toBe(true);
    }
    expect(existsSync(join(folder.output('one'), 'per_cell', `cell_${folder.cellIds('two')['64']!}`))).toBe(false);
    expect(existsSync(join(folder.output('two'), 'per_cell', `cell_${folder.cellIds('one')['1']!}`))).toBe(false);
    expect(await digest('one')).toBe(await alone('x', { width: [1, 4, 16] }));
    expect(await digest('two')).toBe(await alone('x', { width: [4, 16, 64] }));

    const after = await plan(files);
    expect(after).toMatchObject({ cells: 4, permutations_done: 4 * N, permutations_missing: 0 });
    expect(computed(await run(files))).toBe(0);
  });

  it('write identical rows for equal experiments into both final_results.csv', async () => {
    await run([folder.study('one', { width: [1, 4, 16] }), folder.study('two', { width: [16, 4] })]);
    const [one, two] = ['one', 'two'].map((name) =>
      readFileSync(join(folder.output(name), 'results', 'final_results.csv'), 'utf8')
        .trimEnd()
        .split('\n'),
    );
    expect(one![0]).toBe('cell_id,width,drift,n,end_mean,end_sd,peak_mean,peak_sd');
    expect(one).toHaveLength(4);
    expect(new Set(one)).toEqual(new Set([...two!, one!.find((row) => row.split(',')[1] === '1')]));
  });

  it('with different N give the smaller one the prefix', async () => {
    const files = [folder.study('small', { width: [4], permutations: 700 }), folder.study('large', { width: [4] })];
    const results = await run(files);
    expect(computed(results)).toBe(N);
    const [small, large] = ['small', 'large'].map((name) => readFileSync(folder.metricsFile(name, 4), 'latin1'));
    expect(large!.startsWith(small!)).toBe(true);
    expect(small!.split('\n')).toHaveLength(702);
    expect(await digest('small')).toBe(await alone('x', { width: [4], permutations: 700 }));
  });

  it('with different formats and batch sizes give every output its own bytes from one computation', async () => {
    const files = [
      folder.study('csv', { width: [1, 4] }),
      folder.study('arrow', { width: [1, 4], more: 'format: arrow\nbatch_rows: 1000\n' }),
      folder.study('batches', { width: [4], more: 'format: arrow\nbatch_rows: 1500\n' }),
      folder.study('blocks', { width: [4], more: 'batch_rows: 300\n' }),
    ];
    const results = await run(files);
    expect(results.map(({ exit }) => exit)).toEqual([0, 0, 0, 0]);
    expect(computed(results)).toBe(2 * N);
    expect(await digest('arrow')).toBe(await digest('csv'));
    const expected = new StudyFolder();
    await run([expected.study('arrow', { width: [1, 4], more: 'format: arrow\nbatch_rows: 1000\n' })]);
    expect(readFileSync(folder.metricsFile('arrow', 4, 'arrow'))).toEqual(
      readFileSync(expected.metricsFile('arrow', 4, 'arrow')),
    );
    // The same lines under checksums of other blocks.
    await run([expected.study('blocks', { width: [4], more: 'batch_rows: 300\n' })]);
    const sums = (file: string) => readFileSync(join(dirname(file), 'metrics_compact.sums'), 'latin1');
    const blocks = sums(folder.metricsFile('blocks', 4));
    expect(blocks).toBe(sums(expected.metricsFile('blocks', 4)));
    expect(blocks).not.toBe(sums(folder.metricsFile('csv', 4)));
    expected.remove();
    await digest('batches');
  });

  it('with other data, seeds or parameters share nothing', async () => {
    const files = [
      folder.study('one', { width: [4], permutations: 500 }),
      folder.study('seed', { width: [4], permutations: 500, more: 'seed: { global: 7 }\n' }),
      folder.study('drift', { width: [4], permutations: 500, more: 'parameters: { drift: 0.5 }\n' }),
    ];
    expect(computed(await run(files))).toBe(1500);
  });

  it('and one output for two of them are refused before anything is written', async () => {
    const one = folder.study('one', { width: [1] });
    await expect(run([one, one])).rejects.toMatchObject({ code: 'USAGE' });
    expect(existsSync(folder.output('one'))).toBe(false);
  });
});

describe('one after the other', () => {
  it('the later output takes what the earlier one holds', async () => {
    const one = folder.study('one', { width: [1, 4, 16] });
    const two = folder.study('two', { width: [4, 16, 64], permutations: N + 500, more: 'format: arrow\n' });
    await run([one]);
    const results = await run([one, two]);
    expect(results.map((result) => result.permutations_computed)).toEqual([0, N + 500 + 2 * 500]);
    expect(results[1]!.permutations_reused).toBe(2 * N);
    expect(await digest('two')).toBe(await alone('x', { width: [4, 16, 64], permutations: N + 500 }));
  });

  it('and so with --reuse, which names a run or a folder of runs and only reads it', async () => {
    await run([folder.study('one', { width: [1, 4, 16] })]);
    const before = await digest('one');
    const two = folder.study('two', { width: [4, 16, 64] });
    const planned = await plan([two], { reuse: [folder.output('one')] });
    expect(planned.permutations_missing).toBe(N);
    const [result] = await run([two], { reuse: [folder.folder] });
    expect(result).toMatchObject({ exit: 0, permutations_computed: N, permutations_reused: 2 * N });
    expect(await digest('one')).toBe(before);
    await expect(run([two], { reuse: [join(folder.folder, 'nowhere')] })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('rows that fail their checksum are not taken: they are computed', async () => {
    const one = folder.study('one', { width: [4] });
    await run([one]);
    const metrics = folder.metricsFile('one', 4);
    const text = readFileSync(metrics, 'latin1');
    const lines = text.split('\n');
    // A digit of one value, so that the row is still well formed.
    lines[101] = lines[101]!.replace(/\d(?=[^\d]*$)/, (digit) => String((Number(digit) + 1) % 10));
    writeFileSync(metrics, lines.join('\n'), 'latin1');
    const [result] = await run([folder.study('two', { width: [4] })], { reuse: [folder.output('one')] });
    expect(result!.exit).toBe(0);
    expect(result!.permutations_computed).toBeGreaterThan(0);
    expect(await digest('two')).toBe(await alone('x', { width: [4] }));
  });
});

describe('a spoilt output', () => {
  it.each(['deleted', 'damaged', 'cut'])('heals a %s cell from the other, computing nothing', async (how) => {
    const files = [folder.study('one', { width: [1, 4] }), folder.study('two', { width: [4, 16] })];
    await run(files);
    const before = [await digest('one'), await digest('two')];
    const metrics = folder.metricsFile('two', 4);
    const text = readFileSync(metrics, 'latin1');
    if (how === 'deleted') removeFolder(join(metrics, '..'));
    else if (how === 'cut') writeFileSync(metrics, text.slice(0, text.length / 2), 'latin1');
    else {
      const lines = text.split('\n');
      lines.splice(500, 40, ...lines.slice(500, 540).map((line) => line.replace(/,.*/, ',oops')));
      writeFileSync(metrics, lines.join('\n'), 'latin1');
    }
    const results = await run(files);
    expect(computed(results)).toBe(0);
    expect(results.map(({ exit, permutations_reused }) => [exit, permutations_reused])).toEqual([
      [0, 2 * N],
      [0, 2 * N],
    ]);
    expect([await digest('one'), await digest('two')]).toEqual(before);
    expect(readFileSync(metrics, 'latin1')).toBe(text);
  });

  it('that cannot be written stops with exit 3 and says why, the others go on, and the next run brings it level', async () => {
    const files = [folder.study('one', { width: [1, 4] }), folder.study('two', { width: [4, 16] })];
    // A folder where the metrics file of the shared cell belongs.
    const other = new StudyFolder();
    await run([other.study('x', { width: [4] })]);
    const cell = join(folder.output('two'), 'per_cell', `cell_${other.cellIds('x')['4']!}`);
    other.remove();
    mkdirSync(join(cell, 'metrics_compact.csv'), { recursive: true });
    const warnings: string[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'warning') warnings.push(event.message);
    };
    const { outputs: results } = await runStudies(files, { threads: 2, onEvent });
    expect(results.map(({ exit }) => exit)).toEqual([0, 3]);
    const { stopped } = results[1]!;
    expect(stopped?.kind === 'error' && stopped.error instanceof EngineError && stopped.error.code).toBe('DISK');
    expect(warnings.join()).toContain('The other outputs continue');
    expect(readdirSync(join(cell, 'metrics_compact.csv'))).toEqual([]);
    await digest('one');

    removeFolder(cell);
    const again = await run(files);
    expect(again.map(({ exit }) => exit)).toEqual([0, 0]);
    // What the first output holds is copied; 16 stands in the second one only.
    expect(again[0]!.permutations_computed).toBe(0);
    expect(again[1]!.permutations_reused).toBeGreaterThanOrEqual(N);
    expect(await digest('two')).toBe(await alone('x', { width: [4, 16] }));
  });

  it('of which nothing can be written (a file in its place) leaves the others complete', async () => {
    const files = [folder.study('one', { width: [4] }), folder.study('two', { width: [4] })];
    writeFileSync(folder.output('two'), 'a file');
    const results = await run(files);
    expect(results.map(({ exit, complete }) => [exit, complete])).toEqual([
      [0, 1],
      [3, 0],
    ]);
    rmSync(folder.output('two'));
    expect(computed(await run(files))).toBe(0);
    expect(await digest('two')).toBe(await digest('one'));
  });
});
