import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

/** Metrics files and sums of a run, by path. */
function cellFiles(run: string): Map<string, string> {
  const names = readdirSync(join(run, 'per_cell'), { recursive: true, encoding: 'utf8' });
  const kept = names.filter((name) => /metrics_compact\.(csv|sums)$/.test(name)).sort();
  return new Map(kept.map((name) => [name, readFileSync(join(run, 'per_cell', name), 'latin1')]));
}

/** A folder with a generated history and a study of it. */
async function studyFolder(study: string): Promise<string> {
  const folder = temporaryFolder();
  const options = ['--changes', '60', '--targets', '9', '--days', '4', '--culprit-rate', '0.2'];
  const made = await permafrost(['generate', 'build-history', ...options, '--into', join(folder, 'history.csv')]);
  expect(made.exit, made.stderr).toBe(0);
  writeFileSync(join(folder, 'study.yaml'), `model: submit-queue\noutput: run\n${study}\n`);
  return folder;
}

const CSV = 'inputs: { history: history.csv }\nparameters: { mode: csv, verify_latency: 2 }';

describe('rows of the submit queue', () => {
  it.each([
    ['csv', `${CSV}\npermutations: 40\ngrid: { flaketol: [0.01, 0.2], maxbatch: [2, 684] }\nstreams: shared`],
    [
      'random',
      'permutations: 12\nparameters: { priming_ticks: 12, measure_ticks: 60, traffic: 2 }\ngrid: { resources: [4, 74], arrivals: [poisson] }',
    ],
  ])('are the same bytes for any number of threads, chunk size and order of cells (%s mode)', async (_mode, study) => {
    const folder = await studyFolder(study);
    const run = async (output: string, ...flags: string[]): Promise<Map<string, string>> => {
      const done = await permafrost(['run', 'study.yaml', '--output', output, ...flags], { cwd: folder });
      expect(done.exit, done.stderr).toBe(0);
      return cellFiles(join(folder, output));
    };
    const one = await run('one', '--threads', '1');
    expect(one.size).toBeGreaterThan(2);
    expect(await run('eight', '--threads', '8', '--chunk', '1')).toEqual(one);
    const last = study.includes('maxbatch') ? 'flaketol=0.2,maxbatch=684' : 'resources=74';
    await permafrost(['run', 'study.yaml', '--output', 'parts', '--cells', last, '--chunk', '7'], { cwd: folder });
    expect(await run('parts', '--threads', '2')).toEqual(one);
    const checked = await permafrost(['verify', join(folder, 'one'), '--recompute', '20', '--json']);
    expect(checked.json()).toMatchObject({ ok: true, recomputed: 20, mismatches: 0 });
  });
});

describe('a study of one permutation', () => {
  it('is summed up in the groups culprit detection, queue health and test health, by run and by replay', async () => {
    const folder = await studyFolder(`${CSV}\npermutations: 1`);
    const done = await permafrost(['run', 'study.yaml', '--json'], { cwd: folder });
    expect(done.exit, done.stderr).toBe(0);
    for (const group of ['Culprit detection', 'Queue health', 'Test health'])
      expect(done.stderr).toMatch(new RegExp(`^${group}$`, 'm'));
    const { outputs } = done.json() as { outputs: { summary: { row: Record<string, number>; tests: number } }[] };
    expect(outputs[0]!.summary.tests).toBe(9);

    const [cell] = readdirSync(join(folder, 'run', 'per_cell'));
    const id = cell!.replace('cell_', '');
    const replayed = await permafrost(['replay', join(folder, 'run'), '--cell', id, '--perm', '0', '--json']);
    expect(replayed.stderr).toContain('Culprit detection');
    const result = replayed.json() as { row: Record<string, number>; summary: unknown; equal: boolean };
    expect(result.equal).toBe(true);
    expect(result.summary).toEqual(outputs[0]!.summary);
    expect(outputs[0]!.summary.row).toEqual(result.row);
  });

  it('only: a study of more has no summary, and each of its permutations has one in replay', async () => {
    const folder = await studyFolder(`${CSV}\npermutations: 2`);
    const done = await permafrost(['run', 'study.yaml', '--json'], { cwd: folder });
    expect(done.stderr).not.toContain('Culprit detection');
    expect((done.json() as { outputs: object[] }).outputs[0]).not.toHaveProperty('summary');
  });
});

describe('what is odd in a history', () => {
  const HEADER = 'change_number,target,creation_time_millis,success,flake,timestamp,hour,is_bad';
  const rows = [HEADER, '1,a,0,true,false,,,true', '1,b,1,true,false,,,true', '2,a,5,yes,false,,,false'];

  it('is told once by run and by plan, and stands in the report', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'history.csv'), `${rows.join('\n')}\n`);
    writeFileSync(
      join(folder, 'study.yaml'),
      'model: submit-queue\ninputs: { history: history.csv }\nparameters: { mode: csv, on_malformed: skip }\ngrid: { maxk: [3, 4] }\npermutations: 2\noutput: run\n',
    );
    const notes = [
      '1 malformed row dropped',
      '1 change with different creation_time_millis',
      'label and effect disagree',
    ];
    for (const command of ['plan', 'run']) {
      const { stderr, exit } = await permafrost([command, 'study.yaml'], { cwd: folder });
      expect(exit, stderr).toBe(0);
      for (const note of notes) expect(stderr.split(`note: history.csv: ${note}`), note).toHaveLength(2);
    }
    await permafrost(['report', 'run'], { cwd: folder });
    const report = readFileSync(join(folder, 'run', 'report', 'report.md'), 'utf8');
    expect(report).toContain(
      'label and effect disagree: 1 of 1 changes are labelled is\\_bad, 0 have a failing target',
    );
  });

  it('ends a run with exit code 2 where rows are malformed and nobody said skip', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'history.csv'), `${rows.join('\n')}\n`);
    writeFileSync(
      join(folder, 'study.yaml'),
      'model: submit-queue\ninputs: { history: history.csv }\nparameters: { mode: csv }\npermutations: 2\noutput: run\n',
    );
    const refused = await permafrost(['run', 'study.yaml', '--json'], { cwd: folder });
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('history.csv, line 4, column success: "yes"');
    expect(readdirSync(folder).sort()).toEqual(['history.csv', 'study.yaml']);
  });
});

describe('the grid search of docs/submit-queue.md', () => {
  it('generates a history, looks into it, replays it in 27 cells, and holds each against the best', async () => {
    const folder = temporaryFolder();
    cpSync(join(EXAMPLES, 'submit-queue'), join(folder, 'examples', 'submit-queue'), { recursive: true });
    const page = readFileSync(join(EXAMPLES, '..', 'docs', 'submit-queue.md'), 'utf8');
    const [, block] = /```sh\n(permafrost generate [\s\S]*?)```/.exec(page)!;
    const commands = block!
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim().split(/ +/).slice(1));
    expect(commands.map(([name]) => name)).toEqual(['generate', 'inspect', 'run', 'report']);
    for (const command of commands) {
      const fewer = command[0] === 'run' ? ['--permutations', '6'] : [];
      const done = await permafrost([...command, ...fewer], { cwd: folder });
      expect(done.exit, done.stderr).toBe(0);
    }
    const run = join(folder, 'runs', 'history');
    const lines = readFileSync(join(run, 'report', 'tables', 'best_cells.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(28);
    const at = lines[0]!.split(',').indexOf('difference');
    const differences = lines.slice(2).map((line) => Number(line.split(',')[at]));
    expect(differences.every((difference) => difference <= 0)).toBe(true);

    expect((await permafrost(['report', run, '--rank', 'runs_per_landed:lowest'])).exit).toBe(0);
    const refused = await permafrost(['report', run, '--rank', 'scor']);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain('did you mean score');
  });
});
