import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import {
  report as reportRun,
  run,
  status as statusOf,
  summarize,
  type RunEvent,
  type StudyResult,
} from '../../dist/index.js';
import { permafrost } from './cli.ts';
import { StudyFolder } from './shared-studies.ts';

const N = 3000;

/** The walk of the shared studies; with PAUSE_MS set, a permutation of a wide one takes that long, without a load. */
const MODEL = `const pause_ms = Number(process.env.PAUSE_MS ?? 0);
const clock = new Int32Array(new SharedArrayBuffer(4));
export default {
  name: 'walk', version: '1',
  parameters: { width: { type: 'integer', min: 1, default: 1 } },
  metrics: { end: {} },
  simulate: ({ parameters }, rng, row) => {
    if (parameters.width > 1 && pause_ms > 0) Atomics.wait(clock, 0, 0, pause_ms);
    row.end = (rng() + rng() - 1) * parameters.width;
  },
};`;

/** A run that is aborted when `rows` permutations are on disk, in the middle of a cell: the second one takes seconds. */
async function runFor(file: string, rows: number): Promise<StudyResult> {
  process.env['PAUSE_MS'] = '2';
  const stop = new AbortController();
  let seen = 0;
  const onEvent = (event: RunEvent): void => {
    if (event.type !== 'acknowledged') return;
    seen += event.rows;
    if (seen >= rows) stop.abort();
  };
  return run(file, { threads: 2, chunk: 100, signal: stop.signal, onEvent }).finally(() => {
    delete process.env['PAUSE_MS'];
  });
}

function study(): { readonly folder: StudyFolder; readonly file: string; readonly output: string } {
  const folder = new StudyFolder(MODEL);
  onTestFinished(() => {
    folder.remove();
  });
  const file = folder.study('one', { width: [1, 4, 16, 64], permutations: N });
  return { folder, file, output: folder.output('one') };
}

const fieldsOf = (path: string): string[][] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

describe('a run whose time is over', () => {
  it('leaves a valid prefix of every cell, whose statistics summarize tells apart from those of complete cells', async () => {
    const { folder, file, output } = study();
    const result = await runFor(file, N + 200);
    expect(result).toMatchObject({ exit: 130, stopped: { kind: 'aborted' } });
    expect(result.partial.cells).toBeGreaterThan(0);
    const summarized = await summarize(output);
    expect(summarized.cells).toBe(result.complete);
    expect(summarized.cells).toBeGreaterThan(0);
    const partial = summarized.partial.map(({ cell_id, n, n_target }) => ({ cell_id, n_done: n, n_target }));
    expect(partial).toEqual(result.partial.first);

    // As if the study had asked for so many.
    const { cell_id, n, statistics } = summarized.partial[0]!;
    const [header, ...lines] = fieldsOf(join(output, 'aggregated/partial_summary.csv'));
    const column = (name: string): string => lines[0]![header!.indexOf(name)]!;
    expect([column('cell_id'), column('n'), column('n_target')]).toEqual([cell_id, String(n), String(N)]);
    expect(column('end_mean')).toBe(String(statistics['end']!.mean));
    const other = new StudyFolder(MODEL);
    const width = Number(column('width'));
    const short = await run(other.study('short', { width: [width], permutations: n }), { threads: 1 });
    const whole = fieldsOf(join(short.output, 'aggregated/grid_summary.csv'));
    other.remove();
    const statisticsOf = (names: readonly string[], values: readonly string[]): Record<string, string> =>
      Object.fromEntries(names.map((name, i) => [name, values[i]!] as const).filter(([name]) => name !== 'n_target'));
    expect(statisticsOf(header!, lines[0]!)).toEqual(statisticsOf(whole[0]!, whole[1]!));
    expect(fieldsOf(join(output, 'aggregated/grid_summary.csv'))).toHaveLength(1 + result.complete);

    await reportRun(output);
    const report = readFileSync(join(output, 'report/report.md'), 'utf8');
    expect(report).toContain('Partial results: the mean of the first n permutations');
    expect(report).toMatch(new RegExp(`\\| ${cell_id} \\| ${n.toLocaleString('en')} \\| 3,000 \\|`));
    const status = await statusOf(output);
    expect(status).toMatchObject({ complete: false, cells_complete: result.complete });

    const done = await run(file, { threads: 2 });
    expect(done).toMatchObject({ exit: 0, partial: { cells: 0, first: [] } });
    expect(existsSync(join(output, 'aggregated/partial_summary.csv'))).toBe(false);
    expect((await summarize(output)).partial).toEqual([]);
    expect(folder.cellIds('one')).toHaveProperty('64');
  });

  it('has no statistics of what stands behind a missing first permutation', async () => {
    const { folder, file, output } = study();
    await run(file, { threads: 2 });
    const path = folder.metricsFile('one', 4);
    const lines = readFileSync(path, 'latin1').split('\n');
    lines.splice(1, 1);
    writeFileSync(path, lines.join('\n'), 'latin1');
    const { cells, incomplete, partial } = await summarize(output);
    expect([cells, incomplete.length, partial.length]).toEqual([3, 1, 0]);
    lines.splice(1000, 3);
    lines.splice(1, 0, (await firstRow())!);
    writeFileSync(path, lines.join('\n'), 'latin1');
    expect((await summarize(output)).partial).toMatchObject([{ n: 1000, n_target: N }]);
  });

  it('says how many permutations each cell has, and where statistics of them come from', async () => {
    const { folder, output } = study();
    const slow = join(folder.folder, 'slow.yaml');
    writeFileSync(
      join(folder.folder, 'slow.mjs'),
      `export default { name: 'slow', version: '1', parameters: { p: { type: 'number', default: 0 } }, metrics: { x: {} },
  simulate: (_, rng, row) => { let s = 0; for (let i = 0; i < 20000; i += 1) s += rng(); row.x = s; } };`,
    );
    writeFileSync(slow, 'model: ./slow.mjs\ngrid: { p: [1, 2, 3] }\npermutations: 1000000\noutput: one\n');
    // On a machine that is busy the first rows may take their time.
    let ran = await permafrost(['run', slow, '--max-seconds', '2']);
    for (let more = 0; more < 20 && ran.stdout.includes(' 0 of 3,000,000'); more += 1)
      ran = await permafrost(['run', slow, '--max-seconds', '5']);
    expect(ran.exit).toBe(3);
    expect(ran.stdout).toMatch(/1 cell has some of its permutations, 2 have none/);
    expect(ran.stdout).toMatch(/cell [0-9a-f]{16} {2}[\d,]+ of 1,000,000 permutations/);
    expect(ran.stdout).toContain(`permafrost summarize ${output}`);
    const summarized = await permafrost(['summarize', output, '--json']);
    expect(summarized.exit).toBe(0);
    expect(summarized.stderr).toMatch(/x, partial results:[\s\S]*± is the Monte Carlo standard error/);
    expect(summarized.json()).toMatchObject({ cells: 0, rows: 0, partial: [{ n_target: 1_000_000 }] });
  });
});

/** The first row of the cell as a run of one permutation has it. */
async function firstRow(): Promise<string | undefined> {
  const other = new StudyFolder(MODEL);
  await run(other.study('x', { width: [4], permutations: 1 }), { threads: 1 });
  const [, row] = readFileSync(other.metricsFile('x', 4), 'latin1').split('\n');
  other.remove();
  return row;
}
