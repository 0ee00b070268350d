import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SmallStudy } from './small-study.ts';
import { permafrost, temporaryFolder } from './cli.ts';

let study: SmallStudy;
let cells: string[];

beforeAll(async () => {
  study = new SmallStudy({ permutations: 2000 });
  const first = await permafrost(['run', study.file, '--json']);
  expect(first.exit, first.stderr).toBe(0);
  cells = readdirSync(join(study.output, 'per_cell')).map((name) => name.replace(/^cell_/, ''));
});
afterAll(() => {
  study.remove();
});

describe('every command', () => {
  it.each(['run', 'plan', 'status', 'verify', 'replay', 'seeds'])('%s --help has examples', async (command) => {
    const help = await permafrost([command, '--help']);
    expect(help.exit).toBe(0);
    expect(help.stdout).toContain(`permafrost ${command}`);
    expect(help.stdout).toContain('Examples:');
  });

  it('prints one JSON object on stdout with --json, and nothing on stdout without', async () => {
    const commands = [
      ['run', study.file],
      ['plan', study.file],
      ['status', study.output],
      ['verify', study.output],
      ['replay', study.output, '--cell', cells[0]!, '--perm', '3'],
      ['seeds', study.file],
    ];
    for (const args of commands) {
      const json = await permafrost([...args, '--json']);
      expect(json.exit, json.stderr).toBe(0);
      expect(json.stdout.split('\n')).toHaveLength(1);
      expect(typeof json.json()).toBe('object');
      const text = await permafrost(args);
      expect(text.stdout).toBe('');
      expect(text.stderr).not.toBe('');
    }
  });

  it.each([
    [['run']],
    [['run', 'missing.yaml']],
    [['run', 'study.yaml', '--threads', 'many']],
    [['run', 'study.yaml', '--format', 'xlsx']],
    [['frobnicate']],
    [['status', '/nowhere/at/all']],
    [['verify', '.']],
    [['replay', '.', '--cell', 'x']],
  ])('answers bad usage with one message and exit code 2: %j', async (args) => {
    const bad = await permafrost([...args, '--json'], { cwd: temporaryFolder() });
    expect(bad.exit).toBe(2);
    expect(bad.stderr).not.toContain('    at ');
    expect((bad.json() as { error: { message: string } }).error.message).not.toBe('');
  });
});

describe('run', () => {
  it('says that a finished study is complete and computes nothing', async () => {
    const again = await permafrost(['run', study.file, '--json']);
    expect(again.json()).toMatchObject({
      outputs: [
        {
          output: study.output,
          cells: 2,
          complete: 2,
          permutations_computed: 0,
          permutations_reused: 4000,
          permutations_total: 4000,
        },
      ],
      exit: 0,
    });
    expect(again.stderr).toContain('Complete: 2 of 2 cells');
  });

  it('stops at --max-seconds with a resumable run and exit code 3', async () => {
    const folder = temporaryFolder();
    const long = new SmallStudy({ permutations: 30_000_000 });
    const stopped = await permafrost(['run', long.file, '--max-seconds', '1', '--json'], { cwd: folder });
    expect(stopped.exit, stopped.stderr).toBe(3);
    expect(stopped.stderr).toContain(`permafrost run ${long.file}`);
    const verified = await permafrost(['verify', long.output, '--json']);
    expect(verified.exit).toBe(1);
    expect((verified.json() as { problems: { code: string }[] }).problems.map(({ code }) => code)).toContain(
      'INCOMPLETE',
    );
    long.remove();
  });

  it('--dry-run writes nothing', async () => {
    const fresh = new SmallStudy({ permutations: 1000 });
    const dry = await permafrost(['run', fresh.file, '--dry-run', '--json']);
    expect(dry.json()).toMatchObject({
      cells: 2,
      cells_folded: 0,
      permutations_total: 2000,
      permutations_done: 0,
      permutations_missing: 2000,
    });
    expect(readdirSync(fresh.folder).sort()).toEqual(['study.yaml', 'trades.csv']);
    fresh.remove();
  });

  it('reports all problems of a study at once, with path, value and the nearest key', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'bad.yaml');
    writeFileSync(join(folder, 'trades.csv'), 'entry_time,exit_time,entry_price,exit_price,pnl,qty\n');
    writeFileSync(
      file,
      'model: trades\ninputs: { trades: trades.csv }\ngrid: { p_skipp: [0.1], p_skip: [0, 1.5] }\npermutation: 10\n',
    );
    const bad = await permafrost(['run', file]);
    expect(bad.exit).toBe(2);
    for (const part of [
      'p_skipp',
      'did you mean p_skip',
      'grid.p_skip[1]',
      '1.5',
      'permutation',
      'did you mean permutations',
    ]) {
      expect(bad.stderr).toContain(part);
    }
    expect(readdirSync(folder).sort()).toEqual(['bad.yaml', 'trades.csv']);
  });

  it('reports bad cells of an input with file, line, column and value, and touches nothing', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'study.yaml');
    writeFileSync(
      join(folder, 'trades.csv'),
      'entry_time,exit_time,entry_price,exit_price,pnl,qty\n2024-01-02,2024-01-05,100,103,lots,1\n2024-01-09,2024-01-05,100,103,5,1\n',
    );
    writeFileSync(
      file,
      'model: trades\ninputs: { trades: trades.csv }\nparameters: { initial_equity: 1000 }\npermutations: 10\n',
    );
    const bad = await permafrost(['run', file, '--json']);
    expect(bad.exit).toBe(2);
    expect(bad.stderr).toContain('trades.csv');
    expect(bad.stderr).toContain('pnl');
    expect(bad.stderr).toContain('lots');
    expect((bad.json() as { error: { code: string } }).error.code).toBe('DATA');
    expect(readdirSync(folder).sort()).toEqual(['study.yaml', 'trades.csv']);
  });
});

describe('a failing permutation', () => {
  const MODEL = `export default {
  name: 'sometimes', version: '1', parameters: { above: { type: 'number', default: 0.99 } }, metrics: { value: {} },
  simulate: ({ parameters }, rng, row) => { const u = rng(); if (u > parameters.above) throw new RangeError('u is ' + u); row.value = u; },
};`;

  it('leaves no row, is on record, is not tried again unasked, and the run ends with 1', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'sometimes.mjs'), MODEL);
    const file = join(folder, 'study.yaml');
    writeFileSync(file, 'model: ./sometimes.mjs\npermutations: 1000\noutput: out\n');
    const run = await permafrost(['run', file, '--on-error', 'continue', '--json']);
    expect(run.exit).toBe(1);
    expect(run.stderr).toContain('permafrost replay');
    const cell = join(folder, 'out', 'per_cell', readdirSync(join(folder, 'out', 'per_cell'))[0]!);
    const failures = readFileSync(join(cell, 'failures.csv'), 'utf8').trim().split('\n').slice(1);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures[0]).toMatch(/^\d+,\d+,RangeError,u is 0\.99/);
    const rows = readFileSync(join(cell, 'metrics_compact.csv'), 'utf8').trim().split('\n').slice(1);
    expect(rows.length).toBe(1000 - failures.length);
    expect(rows.map((row) => row.split(',')[0])).not.toContain(failures[0]!.split(',')[0]);

    const again = await permafrost(['run', file, '--json']);
    expect(again.exit).toBe(1);
    expect((again.json() as { outputs: { permutations_computed: number }[] }).outputs[0]!.permutations_computed).toBe(
      0,
    );
    const retried = await permafrost(['run', file, '--retry-failed', '--on-error', 'continue', '--json']);
    expect(retried.exit).toBe(1);
    expect(readFileSync(join(cell, 'failures.csv'), 'utf8').trim().split('\n')).toHaveLength(failures.length + 1);
  });

  it('stops the run at once by default', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'sometimes.mjs'), MODEL);
    const file = join(folder, 'study.yaml');
    writeFileSync(file, 'model: ./sometimes.mjs\npermutations: 3000000\noutput: out\n');
    const run = await permafrost(['run', file, '--json']);
    expect(run.exit).toBe(1);
    expect(
      (run.json() as { outputs: { permutations_computed: number }[] }).outputs[0]!.permutations_computed,
    ).toBeLessThan(3_000_000);
  });
});

describe('replay', () => {
  it('computes one permutation alone, equal to the stored row', async () => {
    const replayed = await permafrost([
      'replay',
      study.output,
      '--cell',
      cells[1]!,
      '--perm',
      '1234',
      '--trace',
      '--json',
    ]);
    expect(replayed.exit, replayed.stderr).toBe(0);
    const row = readFileSync(join(study.output, 'per_cell', `cell_${cells[1]!}`, 'metrics_compact.csv'), 'utf8')
      .split('\n')[1235]!
      .split(',')
      .map(Number);
    const result = replayed.json() as {
      equal: boolean;
      row: Record<string, number>;
      stored: Record<string, number>;
      seed: number;
    };
    expect(result.equal).toBe(true);
    expect(Object.values(result.row)).toEqual(row.slice(1));
    expect(result.stored).toEqual(result.row);
    expect(replayed.stderr).toContain('skip');
  });

  it('says so when the stored row is another one', async () => {
    const spoilt = study.copy();
    const metrics = join(spoilt.cellFolder(0), 'metrics_compact.csv');
    const lines = readFileSync(metrics, 'utf8').split('\n');
    writeFileSync(metrics, lines.with(8, lines[8]!.replace(/^7,[^,]*/, '7,1.25')).join('\n'));
    const id = spoilt.cellFolder(0).replace(/^.*cell_/, '');
    const replayed = await permafrost(['replay', spoilt.output, '--cell', id, '--perm', '7', '--json']);
    // The row's block fails its checksum: what stands there is not believed to be a row.
    expect((replayed.json() as { equal: boolean }).equal).toBe(false);
    spoilt.remove();
  });
});

describe('verify', () => {
  it('recomputes a share of the rows and finds them equal', async () => {
    const verified = await permafrost(['verify', study.output, '--recompute', '5%', '--json']);
    expect(verified.exit, verified.stderr).toBe(0);
    expect(verified.json()).toMatchObject({
      ok: true,
      cells_checked: 2,
      cells_ok: 2,
      rows: 4000,
      problems: [],
      recomputed: 200,
      mismatches: 0,
    });
  });

  it('finds rows that were computed otherwise, though their checksums are in order', async () => {
    const other = study.copy();
    const cell = other.cellFolder(0);
    // Without its sums a file is judged by syntax alone: recomputing is what finds a plausible wrong number.
    writeFileSync(join(cell, 'metrics_compact.sums'), '');
    const metrics = join(cell, 'metrics_compact.csv');
    writeFileSync(
      metrics,
      readFileSync(metrics, 'utf8').replace(/^(\d+),([^,]*)/gm, (_, perm: string) =>
        perm === 'perm_index' ? perm : `${perm},1.5`,
      ),
    );
    const verified = await permafrost(['verify', other.output, '--recompute', '200', '--json']);
    expect(verified.exit).toBe(1);
    expect((verified.json() as { mismatches: number }).mismatches).toBeGreaterThan(50);
    other.remove();
  });
});
