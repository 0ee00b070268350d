import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import {
  exportRun,
  merge,
  plan,
  report as reportRun,
  status,
  run as runStudies,
  summarize,
  verify,
  type RunEvent,
  type RunOptions,
  type StudyResult,
} from '../../dist/index.js';
import { StudyFolder } from './shared-studies.ts';
import { removeFolder } from '../temporary-folder.ts';

/** The wider the walk, the more permutations its mean needs: 400, 3200 and never within 5000. */
const RULE = 'precision: { metric: end, mean: true, half_width: 0.12, min: 400 }\n';
const WIDTHS = [1, 4, 16] as const;
const N = 5000;
let folder: StudyFolder;

beforeEach(() => {
  folder = new StudyFolder();
  onTestFinished(() => {
    folder.remove();
  });
});

async function runAll(files: readonly string[], options: RunOptions = {}): Promise<readonly StudyResult[]> {
  return (await runStudies(files, { threads: 2, ...options })).outputs;
}

async function run(file: string, options: RunOptions = {}): Promise<StudyResult> {
  const [result] = await runAll([file], options);
  return result!;
}

const study = (name: string, more = '', width: readonly number[] = WIDTHS): string =>
  folder.study(name, { width, permutations: N, more: `${RULE}${more}` });

/** width -> permutations of the cell. */
function counts(name: string): Record<string, number> {
  const [header, ...rows] = readFileSync(join(folder.output(name), 'results', 'final_results.csv'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const [width, n] = ['width', 'n'].map((column) => header!.indexOf(column));
  return Object.fromEntries(rows.map((row) => [row[width!]!, Number(row[n!])]));
}

/** Every metrics file and its sums, by path. */
function rowBytes(output: string): Record<string, string> {
  const files = readdirSync(join(output, 'per_cell'), { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    files
      .filter((path) => /metrics_compact\.(csv|arrow|sums)$/.test(path))
      .map((path) => [path, readFileSync(join(output, 'per_cell', path)).toString('latin1')]),
  );
}

interface Precision {
  readonly n: number;
  readonly looks: number;
  readonly reached: boolean;
  readonly half_width: number;
  readonly allowed: number;
}

function summaryOf(
  name: string,
  width: number,
): { n_perms_target: number; n_perms_done: number; precision: Precision } {
  const path = join(folder.metricsFile(name, width), '..', 'summary.json');
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof summaryOf>;
}

const digest = async (name: string): Promise<string> => {
  const { problems, digest } = await verify(folder.output(name));
  expect(problems).toEqual([]);
  return digest;
};

const STOPS = { 1: 400, 4: 3200, 16: N };

describe('a study with a precision rule', () => {
  it('stops each cell at the first look that is precise enough, and the summary says what was reached', async () => {
    const result = await run(study('one'));
    const total = 400 + 3200 + N;
    expect(result).toMatchObject({ exit: 0, complete: 3, permutations_computed: total, permutations_total: total });
    expect(counts('one')).toEqual(STOPS);
    expect(summaryOf('one', 4)).toMatchObject({
      n_perms_target: 3200,
      n_perms_done: 3200,
      precision: { metric: 'end', quantity: 'mean', n: 3200, looks: 4, reached: true, allowed: 0.12 },
    });
    const { precision } = summaryOf('one', 16);
    expect(precision).toMatchObject({ n: N, looks: 5, reached: false });
    expect(precision.half_width).toBeGreaterThan(0.12);
    const progress = readFileSync(join(folder.output('one'), 'aggregated/progress.csv'), 'utf8');
    expect(progress).toContain(',complete,3200,3200,100\n');
    expect(existsSync(join(folder.output('one'), 'aggregated/DONE.txt'))).toBe(true);
  });

  it('leaves the very bytes of a study that asks for so many permutations', async () => {
    for (const format of ['', 'format: arrow\nbatch_rows: 1000\n', 'batch_rows: 7\n']) {
      const other = new StudyFolder();
      const [precise, plain] = ['precise', 'plain'] as const;
      await runAll([other.study(precise, { width: [4], permutations: N, more: `${RULE}${format}` })], { chunk: 33 });
      await runAll([other.study(plain, { width: [4], permutations: 3200, more: format })]);
      expect(rowBytes(other.output(precise))).toEqual(rowBytes(other.output(plain)));
      other.remove();
    }
  });

  it('stops at the same counts for any threads, chunk size and format', async () => {
    await run(study('one'), { threads: 1 });
    const expected = await digest('one');
    const variants: [string, RunOptions, string][] = [
      ['threads', { threads: 3, chunk: 17 }, ''],
      ['chunks', { threads: 2, chunk: 4096 }, ''],
      ['arrow', { threads: 2, chunk: 100 }, 'format: arrow\nbatch_rows: 1500\n'],
    ];
    for (const [name, options, more] of variants) {
      expect(await run(study(name, more), options)).toMatchObject({ exit: 0 });
      expect(counts(name)).toEqual(STOPS);
      expect(await digest(name)).toBe(expected);
    }
  });

  it('is complete when it is run again: nothing is computed, whatever was deleted beside the rows', async () => {
    const file = study('one');
    await run(file);
    const before = rowBytes(folder.output('one'));
    const summary = join(folder.metricsFile('one', 4), '..', 'summary.json');
    const text = readFileSync(summary, 'utf8');
    for (const lost of [[], [summary], [join(folder.output('one'), 'aggregated')]]) {
      for (const path of lost) removeFolder(path);
      expect(await run(file)).toMatchObject({ exit: 0, complete: 3, permutations_computed: 0 });
      expect(rowBytes(folder.output('one'))).toEqual(before);
    }
    const statistics = (json: string): unknown => ({ ...(JSON.parse(json) as object), resume_detected: 0, digest: '' });
    expect(statistics(readFileSync(summary, 'utf8'))).toEqual(statistics(text));
  });

  it('ends at the same point after being stopped again and again', async () => {
    await run(study('one'));
    const expected = rowBytes(folder.output('one'));
    const broken = study('two', 'seed: { global: 1337 }\n');
    let stops = 0;
    for (let left = 300; ; left += 150) {
      const stop = new AbortController();
      let seen = 0;
      const onEvent = (event: RunEvent): void => {
        if (event.type !== 'acknowledged') return;
        seen += event.rows;
        if (seen >= left) stop.abort();
      };
      const { exit } = await runStudies(broken, { threads: 2, chunk: 50, signal: stop.signal, onEvent });
      if (exit === 0) break;
      expect(exit).toBe(130);
      stops += 1;
      if (stops % 3 === 0) tear(folder.output('two'));
    }
    expect(stops).toBeGreaterThan(2);
    expect(rowBytes(folder.output('two'))).toEqual(expected);
    expect(counts('two')).toEqual(STOPS);
  });

  it('recomputes a damaged row and stops where it did', async () => {
    const file = study('one');
    await run(file);
    const before = rowBytes(folder.output('one'));
    const path = folder.metricsFile('one', 4);
    const lines = readFileSync(path, 'latin1').split('\n');
    lines.splice(300, 5);
    writeFileSync(path, lines.join('\n'), 'latin1');
    const { problems } = await verify(folder.output('one'));
    expect(problems.map(({ code }) => code)).toContain('INCOMPLETE');
    expect(await run(file)).toMatchObject({ exit: 0 });
    expect(rowBytes(folder.output('one'))).toEqual(before);
  });
});

/** Cuts the last bytes off every metrics file, as a crash may. */
function tear(output: string): void {
  for (const [path, bytes] of Object.entries(rowBytes(output)))
    if (path.endsWith('.csv')) writeFileSync(join(output, 'per_cell', path), bytes.slice(0, -9), 'latin1');
}

describe('another rule, or none', () => {
  it('a narrower one, a larger study, or none at all extends, computing nothing twice', async () => {
    const file = study('one');
    await run(file);
    const write = (more: string, permutations = N): string =>
      folder.study('one', { width: WIDTHS, permutations, more });
    write(RULE.replace('0.12', '0.06'));
    expect(await run(file)).toMatchObject({ exit: 0, permutations_computed: 800 - 400 + N - 3200 });
    expect(counts('one')).toEqual({ 1: 800, 4: N, 16: N });
    write(RULE.replace('0.12', '0.06'), 20_000);
    expect(await run(file)).toMatchObject({ exit: 0, permutations_computed: 12_800 - N + (20_000 - N) });
    write('', 20_000);
    expect(await run(file)).toMatchObject({ exit: 0, permutations_computed: 20_000 - 800 + 20_000 - 12_800 });
    expect(summaryOf('one', 1).precision).toBeUndefined();
    expect(await digest('one')).toBeDefined();
  });

  it('that would drop rows is refused before anything is written, and drops them with --truncate', async () => {
    const file = folder.study('one', { width: WIDTHS, permutations: N });
    await run(file);
    const before = rowBytes(folder.output('one'));
    const manifest = readFileSync(join(folder.output('one'), 'run_manifest.json'), 'utf8');
    study('one');
    const refused = { code: 'IDENTITY', exit: 2, message: expect.stringContaining('--truncate') as string };
    await expect(run(file)).rejects.toMatchObject(refused);
    await expect(plan(file)).rejects.toMatchObject(refused);
    expect(rowBytes(folder.output('one'))).toEqual(before);
    expect(readFileSync(join(folder.output('one'), 'run_manifest.json'), 'utf8')).toBe(manifest);

    expect(await run(file, { truncate: true })).toMatchObject({ exit: 0, permutations_computed: 0 });
    expect(counts('one')).toEqual(STOPS);
    const other = new StudyFolder();
    await runAll([other.study('one', { width: WIDTHS, permutations: N, more: RULE })]);
    expect(rowBytes(folder.output('one'))).toEqual(rowBytes(other.output('one')));
    other.remove();
  });

  it('that only might drop rows (some are missing before the look) is refused, too', async () => {
    const file = folder.study('one', { width: [1], permutations: N });
    await run(file);
    const path = folder.metricsFile('one', 1);
    const lines = readFileSync(path, 'latin1').split('\n');
    lines.splice(100, 1);
    writeFileSync(path, lines.join('\n'), 'latin1');
    study('one', '', [1]);
    await expect(run(file)).rejects.toMatchObject({ code: 'IDENTITY' });
    expect(await run(file, { truncate: true })).toMatchObject({ exit: 0, complete: 1 });
    expect(counts('one')).toEqual({ 1: 400 });
    await digest('one');
  });

  it('with fewer permutations is allowed where no cell has more', async () => {
    const file = study('one', '', [1, 4]);
    await run(file);
    folder.study('one', { width: [1, 4], permutations: 4000, more: RULE });
    expect(await run(file)).toMatchObject({ exit: 0, permutations_computed: 0 });
    folder.study('one', { width: [1, 4], permutations: 3000, more: RULE });
    await expect(run(file)).rejects.toMatchObject({ code: 'IDENTITY' });
  });

  it('that stops at the same counts makes the summary anew and computes nothing', async () => {
    const file = study('one', '', [1]);
    await run(file);
    folder.study('one', { width: [1], permutations: N, more: RULE.replace('0.12', '0.13') });
    expect(await run(file)).toMatchObject({ exit: 0, permutations_computed: 0 });
    expect(summaryOf('one', 1).precision.allowed).toBe(0.13);
  });
});

describe('several studies in one run', () => {
  it('with a rule, another rule and none compute each permutation once, and every output has its own prefix', async () => {
    const files = [
      study('rule', '', [1, 4]),
      folder.study('none', { width: [4], permutations: 2500 }),
      folder.study('other', {
        width: [1, 4],
        permutations: N,
        more: 'precision: { metric: peak, quantile: 0.9, half_width: 0.2, min: 500 }\nformat: arrow\nbatch_rows: 1000\n',
      }),
    ];
    const planned = await plan(files);
    expect(planned).toMatchObject({ cells: 2, permutations_total: 2 * N });
    const results = await runAll(files, { chunk: 170 });
    expect(results.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(counts('rule')).toEqual({ 1: 400, 4: 3200 });
    expect(counts('none')).toEqual({ 4: 2500 });
    const most = (width: string): number =>
      Math.max(...['rule', 'none', 'other'].map((name) => counts(name)[width] ?? 0));
    expect(results.reduce((sum, { permutations_computed }) => sum + permutations_computed, 0)).toBe(
      most('1') + most('4'),
    );
    for (const name of ['rule', 'none', 'other']) await digest(name);

    const alone = new StudyFolder();
    await runAll([alone.study('other', { width: [1, 4], permutations: N, more: readMore(files[2]!) })]);
    expect(rowBytes(folder.output('other'))).toEqual(rowBytes(alone.output('other')));
    alone.remove();
    expect((await runAll(files)).map(({ permutations_computed }) => permutations_computed)).toEqual([0, 0, 0]);
  });

  it('take rows of an earlier output up to where they stop', async () => {
    await run(folder.study('none', { width: [4], permutations: N }));
    const result = await run(study('rule', '', [4]), { reuse: [folder.output('none')] });
    expect(result).toMatchObject({ exit: 0, permutations_computed: 0, permutations_reused: 3200 });
    await digest('rule');
  });
});

const readMore = (file: string): string => readFileSync(file, 'utf8').split('\n').slice(4).join('\n');

describe('the other commands', () => {
  it('plan, status, verify, summarize, report and export speak of the cell as it is', async () => {
    const file = study('one');
    expect(await plan(file)).toMatchObject({
      at_most: true,
      permutations_total: 3 * N,
    });
    await run(file);
    const output = folder.output('one');
    const total = 400 + 3200 + N;
    expect(await plan(file)).toMatchObject({
      at_most: false,
      permutations_total: total,
      permutations_missing: 0,
    });
    for (const scan of [false, true])
      expect(await status(output, { scan })).toMatchObject({
        complete: true,
        cells_complete: 3,
        permutations_total: total,
      });
    expect(await verify(output, { recompute: { rows: 60 } })).toMatchObject({
      ok: true,
      rows: total,
      recomputed: 60,
    });
    expect(await summarize(output)).toMatchObject({ cells: 3, rows: total, incomplete: [] });
    expect(await verify(output)).toMatchObject({ ok: true });
    expect(await exportRun(output, { to: 'csv' })).toMatchObject({ rows: total, incomplete: 0 });
    expect(await reportRun(output)).toMatchObject({ cells: 3, cells_total: 3, rows: total });
    const report = readFileSync(join(output, 'report/report.md'), 'utf8');
    expect(report).toMatch(/1 of 3 cells did not reach the requested precision/);
  });

  it('verify finds a cell that does not end where its rows say', async () => {
    const file = study('one', '', [4]);
    await run(file);
    const output = folder.output('one');
    const manifest = join(output, 'run_manifest.json');
    const edit = (from: string, to: string): void => {
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(from, to));
    };
    const codes = async (): Promise<string[]> => (await verify(output)).problems.map(({ code }) => code);
    edit('"half_width": 0.12', '"half_width": 0.2');
    expect(await codes()).toEqual(['PAST_TARGET', 'ORDER', 'SUMMARY', 'SUMMARY', 'SUMMARY', 'SUMMARY']);
    edit('"half_width": 0.2', '"half_width": 0.1');
    expect(await codes()).toContain('INCOMPLETE');
  });

  it('shards compute their parts, and the merged run is byte for byte that of one machine', async () => {
    const file = study('one', 'batch_rows: 250\n', [1, 4]);
    await run(file);
    const expected = rowBytes(folder.output('one'));
    for (const index of [1, 2]) {
      const result = await run(file, { output: folder.output(`part${index}`), shard: { index, of: 2 } });
      expect(result.exit).toBe(0);
    }
    const merged = await merge([folder.output('part1'), folder.output('part2')], folder.output('merged'), {
      trust: true,
    });
    expect(merged).toMatchObject({ cells: 2, complete: 2, rows: 3600, without_summaries: undefined });
    expect(rowBytes(folder.output('merged'))).toEqual(expected);
    await digest('merged');
    // The same shards one after the other in one output.
    for (const index of [1, 2]) await run(file, { output: folder.output('both'), shard: { index, of: 2 } });
    expect(rowBytes(folder.output('both'))).toEqual(expected);
  });
});

describe('a suite', () => {
  it('takes a value from rows that are precise enough, and its steps stop for themselves', async () => {
    study('unused');
    const file = join(folder.folder, 'suite.yaml');
    const write = (half_width: string): void => {
      writeFileSync(
        file,
        `model: ./model.mjs
steps:
  s1: { grid: { width: [1, 4] } }
  s2: { parameters: { width: { from: s1, best: peak, of: max } }, grid: { drift: [0, 1] } }
permutations: ${N}
${RULE.replace('0.12', half_width)}output: suite
`,
      );
    };
    write('0.12');
    const tables = (): string => readFileSync(join(folder.output('suite'), 'results/all_results.csv'), 'utf8');
    // s1 with width 4 is s2 without drift.
    expect(await run(file)).toMatchObject({ exit: 0, permutations_computed: 400 + 3200 + 3200 });
    const expected = tables();
    expect(expected.match(/,success,/g)).toHaveLength(4);
    removeFolder(folder.output('suite'));
    // s1 is run first: s2 waits for it.
    expect(await run(file, { steps: ['s2'] })).toMatchObject({ exit: 0 });
    expect(tables()).toBe(expected);
    expect(await run(file)).toMatchObject({ exit: 0, permutations_computed: 0 });
    // Rows that were enough for another rule decide nothing in a plan.
    write('0.06');
    expect((await plan(file, { steps: ['s1'] })).permutations_missing).toBeGreaterThan(0);
    await digest('suite');
  });
});

describe('a permutation that fails', () => {
  const FAILING = `export default {
  name: 'fails', version: '1',
  parameters: { width: { type: 'integer', default: 1 } },
  metrics: { end: {} },
  simulate: ({ parameters }, rng, row) => {
    const u = rng();
    if (u < 0.01 && process.env.PERMAFROST_TEST_FAIL === '1') throw new Error('unlucky');
    row.end = u * parameters.width;
  },
};`;

  it('leaves its cell incomplete: it is never precise enough without it', async () => {
    const failing = new StudyFolder(FAILING);
    onTestFinished(() => {
      delete process.env['PERMAFROST_TEST_FAIL'];
      failing.remove();
    });
    const file = failing.study('one', { width: [1], permutations: N, more: RULE.replace('0.12', '5') });
    process.env['PERMAFROST_TEST_FAIL'] = '1';
    const [result] = await runAll([file], { on_error: 'continue' });
    expect(result).toMatchObject({ exit: 1, complete: 0 });
    expect(result!.permutations_computed).toBeLessThan(400);
    const [again] = await runAll([file], { on_error: 'continue' });
    expect(again).toMatchObject({ exit: 1, complete: 0, permutations_computed: 0 });
    expect((await verify(failing.output('one'))).problems.map(({ code }) => code)).toEqual(['INCOMPLETE']);

    delete process.env['PERMAFROST_TEST_FAIL'];
    const [healed] = await runAll([file], { retry_failed: true });
    expect(healed).toMatchObject({ exit: 0, complete: 1, permutations_total: 400 });
  });
});

describe('several rules', () => {
  it('stop a cell when all are content, and the summary lists them', async () => {
    const more =
      'precision:\n  - { metric: end, mean: true, half_width: 0.12, min: 400 }\n  - { metric: end, threshold: 2, half_width: 0.02, min: 300 }\n';
    await run(folder.study('one', { width: [4], permutations: 30_000, more }));
    const { precision, n_perms_done } = summaryOf('one', 4) as unknown as {
      precision: Precision[];
      n_perms_done: number;
    };
    expect(precision).toMatchObject([
      { quantity: 'mean', reached: true, n: n_perms_done },
      { quantity: 'P(> 2)', reached: true, n: n_perms_done },
    ]);
    await digest('one');
    cpSync(folder.output('one'), folder.output('copy'), { recursive: true });
    expect((await verify(folder.output('copy'))).ok).toBe(true);
  });
});
