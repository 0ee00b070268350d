import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { report, run as runStudy, verify, type StudyResult } from '../../dist/index.js';
import { studyResultText } from '../../src/terminal/run-text.ts';
import { SmallStudy } from './small-study.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const folder = newFolder();
afterAll(() => {
  removeFolder(folder);
});

interface Ran extends StudyResult {
  readonly read: (path: string) => string;
  /** The statistics of the only cell, as JSON has them. */
  readonly statistics: () => Record<string, Record<string, unknown>>;
}

async function run(name: string, model: string, study: string): Promise<Ran> {
  writeFileSync(join(folder, `${name}.mjs`), model);
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `model: ./${name}.mjs\noutput: ${name}\n${study}\n`);
  return ran(name, await runStudy(file, { threads: 2 }));
}

function ran(name: string, result: StudyResult): Ran {
  const read = (path: string): string => readFileSync(join(folder, name, path), 'utf8');
  const cell_id = (): string => read('aggregated/grid_summary.csv').split('\n')[1]!.split(',')[0]!;
  const summary = (): unknown => JSON.parse(read(`per_cell/cell_${cell_id()}/summary.json`));
  return { ...result, read, statistics: () => (summary() as { statistics: ReturnType<Ran['statistics']> }).statistics };
}

async function markdownOf({ output, read }: Ran): Promise<string> {
  await report(output);
  return read('report/report.md');
}

/** Ruin comes with probability p, and is 0.0005; a likelihood of the size of 1e-170 varies. */
const RUIN = `export default {
  name: 'ruin', version: '1', ranking: { metric: 'ruin', best: 'lowest' },
  parameters: { p: { type: 'number', min: 0, max: 1, default: 0.0005 }, small: { type: 'number', default: 1e-170 } },
  metrics: { ruin: { unit: '0..1' }, likelihood: {}, twice: { constant: true } },
  simulate: ({ parameters: { p, small } }, rng, row) => { row.ruin = Number(rng() < p); row.likelihood = small * rng(); row.twice = 2 * p; },
};`;

describe('a metric whose rows are equal', () => {
  it('is free of chance only where the model says so; else another value has a bound', async () => {
    const result = await run('ruin', RUIN, 'permutations: 1000');
    const { ruin, likelihood, twice } = result.statistics();
    expect(ruin).toMatchObject({ mean: 0, n_ones: 0, diagnostics: ['equal_rows'] });
    const [lower, upper] = (ruin!['ci'] as { mean: [number, number] }).mean;
    expect([lower, upper > 0.0036 && upper < 0.004]).toEqual([0, true]);
    expect(ruin!['other_value_at_most']).toBeCloseTo(3.7 / 1000, 4);
    expect(likelihood).toMatchObject({ diagnostics: [] });
    expect(likelihood!['sd']).toBeGreaterThan(2.5e-171);
    expect(twice).toMatchObject({ mean: 0.001, sd: 0 });
    const markdown = await markdownOf(result);
    expect(markdown).toContain('as the model declares: twice. They are not random.');
    expect(markdown).toContain('All rows are equal: ruin. That is only what was seen');
    expect(markdown).toContain('at most 0.0037');
    const terminal = studyResultText(result);
    expect(terminal).toContain('All rows equal in 1 of 1 cell: another value has a chance of up to 0.0037.');
  });

  it('is that value exactly, with no error: a trade list that nothing disturbs, 4,000 times', async () => {
    const study = new SmallStudy();
    study.write({ permutations: 4000, p_skip: [0], more: '' });
    writeFileSync(
      study.file,
      'model: trades\ninputs: { trades: trades.csv }\nparameters: { initial_equity: 100000 }\npermutations: 4000\noutput: out\n',
    );
    expect((await study.run()).exit).toBe(0);
    const [header, line] = readFileSync(join(study.output, 'aggregated/grid_summary.csv'), 'utf8')
      .split('\n')
      .map((text) => text.split(','));
    const value = (name: string): string => line![header!.indexOf(name)]!;
    for (const metric of ['total_pnl', 'sharpe_ratio', 'max_drawdown_pct', 'n_trades']) {
      expect(value(`${metric}_sd`)).toBe('0');
      expect(value(`${metric}_mean`)).toBe(value(`${metric}_p50`));
      expect(value(`${metric}_diagnostics`)).toContain('equal_rows');
    }
    await report(study.output);
    const markdown = readFileSync(join(study.output, 'report/report.md'), 'utf8').replaceAll('\\', '');
    expect(markdown).toMatch(
      /The same in every permutation, as the model declares: total_return_pct, .*total_pnl\. They are not random/,
    );
    expect(markdown).not.toContain('All rows are equal');
    study.remove();
  });
});

describe('intervals', () => {
  const NOISE = `export default {
  name: 'noise', version: '1', parameters: { p: { type: 'number', default: 0 } }, metrics: { x: {}, heavy: {}, event: {} },
  simulate: ({ parameters: { p } }, rng, row) => {
    const u = rng();
    row.x = p + rng() + rng() + rng(); row.heavy = 1 / Math.sqrt(1 - u) / (1 - u) ** 0.2; row.event = Number(u < 0.004);
  },
};`;

  it('of three permutations are by Student’s t, and the report says that three carry little', async () => {
    const result = await run('three', NOISE, 'permutations: 3');
    const { x } = result.statistics();
    const [lower, upper] = (x!['ci'] as { mean: [number, number] }).mean;
    expect((upper - lower) / (x!['mcse'] as number)).toBeCloseTo(2 * 4.30265272974946, 8);
    expect(x!['diagnostics']).toEqual(['few_permutations']);
    expect(await markdownOf(result)).toContain('3 permutations are few');
    expect(studyResultText(result)).toContain('3 permutations are few');
  });

  it('of one permutation are none', async () => {
    const { statistics } = await run('one', NOISE, 'permutations: 1');
    expect(statistics()['x']).toMatchObject({ mcse: null, ci: { mean: [null, null] } });
    expect(statistics()['event']).toMatchObject({ ci: { mean: [null, null] } });
  });

  it('of a heavy tail, and of rare events, say so in JSON, CSV, terminal and report', async () => {
    const result = await run(
      'heavy',
      NOISE.replace('metrics: {', "ranking: { metric: 'heavy', best: 'highest' }, metrics: {"),
      'permutations: 1000\ngrid: { p: [0, 1] }',
    );
    expect(result.statistics()).toMatchObject({
      x: { diagnostics: [] },
      heavy: { diagnostics: ['heavy_tail'] },
      event: { diagnostics: ['few_events'] },
    });
    expect(result.read('aggregated/grid_summary.csv')).toContain(',heavy_tail,');
    const markdown = await markdownOf(result);
    expect(markdown).toContain(
      '**Problem:** The interval of the mean is not reliable, see the median: heavy in all cells.',
    );
    expect(markdown).toMatch(/\| \d[\d.]* ± \d[\d.]* ! \|/);
    expect(markdown).toContain('Of 2 of them too little is known');
    expect(studyResultText(result)).toContain('!: do not trust this interval');
  });

  it('a probability has the same ± on the terminal, in the report and as se in JSON', async () => {
    const result = await run('probability', NOISE, 'permutations: 1000\nthresholds: { x: [1.5] }');
    const [{ se }] = result.statistics()['x']!['thresholds'] as [{ se: number }];
    const markdown = await markdownOf(result);
    const shown = `± ${se.toFixed(3)}`;
    expect(studyResultText(result)).toContain(shown);
    expect(markdown).toContain(shown);
  });
});

describe('a precision rule on a mean', () => {
  it('does not take 1,000 rows that have seen one large loss, or two, for enough', async () => {
    const model = `export default {
  name: 'loss', version: '1', parameters: { rep: { type: 'integer', default: 0 } }, metrics: { x: {} },
  simulate: (_, rng, row) => { row.x = rng() + rng() - (rng() < 0.005 ? 100 : 0); },
};`;
    const study =
      'permutations: 64000\nformat: arrow\ngrid: { rep: [1, 2, 3, 4, 5] }\nprecision: { metric: x, mean: true, half_width: 1000 }';
    const result = await run('loss', model, study);
    expect(result.exit).toBe(0);
    const counts = result
      .read('results/final_results.csv')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[2]));
    // The variance of such rows is known to 5 % from some 20,000 on.
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(16_000);
    expect((await verify(result.output)).ok).toBe(true);
  });
});

describe('columns of one name', () => {
  it.each([
    [
      'two metrics',
      'parameters: {}, metrics: { loss: {}, loss_p95: {} }',
      /loss_p95.*statistics of loss_p95 and of loss would both have a column loss_p95_/s,
    ],
    [
      'a parameter and a statistic',
      "parameters: { loss_mean: { type: 'number', default: 1 } }, metrics: { loss: {} }",
      /loss_mean.*statistics of the metric loss/s,
    ],
    [
      'a parameter and a threshold',
      "parameters: { loss_p_gt_40: { type: 'number', default: 1 } }, metrics: { loss: {} }",
      /statistics of the metric loss/,
    ],
  ])('are refused when the model is loaded: %s', async (name, declared, message) => {
    const model = `export default { name: 'm', version: '1', ${declared}, simulate: (_, rng, row) => { row.loss = rng(); } };`;
    const refused = run(`columns-${name.replaceAll(' ', '-')}`, model, 'permutations: 10');
    await expect(refused).rejects.toMatchObject({ code: 'MODEL', exit: 2 });
    await expect(refused).rejects.toThrow(message);
  });

  it('a metric called error is refused where steps have a column of that name, and only there', async () => {
    const model =
      "export default { name: 'm', version: '1', parameters: { a: { type: 'number', default: 1 } }, metrics: { error: {} }, simulate: (_, rng, row) => { row.error = rng(); } };";
    expect((await run('error', model, 'permutations: 10')).exit).toBe(0);
    await expect(run('error-steps', model, 'permutations: 10\nsteps: { one: { grid: { a: [1] } } }')).rejects.toThrow(
      'a column error of their own',
    );
  });
});

describe('a summary of an earlier version', () => {
  it('is not called up to date: its intervals are made again from the rows', async () => {
    const model =
      "export default { name: 'm', version: '1', parameters: {}, metrics: { x: {} }, simulate: (_, rng, row) => { row.x = rng(); } };";
    const first = await run('earlier', model, 'permutations: 5');
    const path = join(
      first.output,
      'per_cell',
      `cell_${first.read('aggregated/grid_summary.csv').split('\n')[1]!.split(',')[0]!}`,
      'summary.json',
    );
    const text = readFileSync(path, 'utf8');
    const summary = JSON.parse(text) as { statistics: { x: Record<string, unknown> } };
    const { x } = summary.statistics;
    for (const later of ['diagnostics', 'largest_share', 'cvar05', 'cvar05_se', 'cvar95', 'cvar95_se'])
      Reflect.deleteProperty(x, later);
    x['ci'] = { ...(x['ci'] as object), mean: [0.4, 0.6] };
    Reflect.deleteProperty(summary, 'digest');
    writeFileSync(path, JSON.stringify(summary, null, 1));
    await report(first.output);
    expect(first.read('report/report.md')).toContain('0 of 1 cell is complete');
    expect(await run('earlier', model, 'permutations: 5')).toMatchObject({ exit: 0, permutations_computed: 0 });
    const resumed = (json: string): unknown => ({ ...(JSON.parse(json) as object), resume_detected: 0, digest: '' });
    expect(resumed(readFileSync(path, 'utf8'))).toEqual(resumed(text));
  });
});
