import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { EXAMPLES, permafrost, temporaryFolder } from './cli.ts';

const HEADER = 'change_number,target,creation_time_millis,success,flake,timestamp,hour,is_bad';

describe('generate build-history', () => {
  it('makes the history of the examples, by the command that their README gives', async () => {
    const folder = temporaryFolder();
    const readme = readFileSync(join(EXAMPLES, 'submit-queue', 'README.md'), 'utf8');
    const command = /^permafrost (generate build-history .*)$/m.exec(readme)![1]!;
    const made = await permafrost(command.split(' '), { cwd: folder });
    expect(made.exit, made.stderr).toBe(0);
    const example = readFileSync(join(EXAMPLES, 'submit-queue', 'build-history.csv'), 'utf8');
    expect(readFileSync(join(folder, 'build-history.csv'), 'utf8')).toBe(example);
  });

  it('writes to stdout, and says records, culprits, success rates and time range at the end', async () => {
    const made = await permafrost(['generate', 'build-history', '--changes', '40', '--targets', '3', '--seed', '9']);
    expect(made.exit).toBe(0);
    const rows = made.stdout.trimEnd().split('\n');
    expect(rows[0]).toBe(HEADER);
    expect(made.stderr).toContain(`records     ${rows.length - 1} (40 changes, 3 targets)`);
    for (const part of ['culprits', 'success', 'time range']) expect(made.stderr).toContain(part);
    const other = await permafrost(['generate', 'build-history', '--changes', '40', '--targets', '3', '--seed', '10']);
    expect(other.stdout).not.toBe(made.stdout);
  });

  it('with --json prints one object, and never replaces a file unasked', async () => {
    const folder = temporaryFolder();
    const into = join(folder, 'new', 'history.csv');
    const made = await permafrost(['generate', 'build-history', '--changes', '20', '--into', into, '--json']);
    expect(made.json()).toMatchObject({ file: into, seed: 1, changes: 20, options: { culprit_rate: 0.03, days: 14 } });
    const before = readFileSync(into, 'utf8');
    const again = ['generate', 'build-history', '--changes', '30', '--into', into];
    const refused = await permafrost([...again, '--json']);
    expect(refused.exit).toBe(2);
    expect(refused.json()).toMatchObject({ error: { code: 'USAGE', path: '--into' } });
    expect(readFileSync(into, 'utf8')).toBe(before);
    expect((await permafrost([...again, '--overwrite'])).exit).toBe(0);
    expect(readFileSync(into, 'utf8')).not.toBe(before);
  });

  it.each([
    [['--changes', '0'], '--changes'],
    [['--culprit-rate', '1.5'], '--culprit-rate'],
    [['--culprit-rate', ''], '--culprit-rate'],
    [['--flake-pattern', 'sometimes'], 'none, steady or bursts'],
    [['--start', '2024-02-30'], '--start'],
    [['--changes', '1000000', '--targets', '100000'], 'at most'],
    [['--seed', '-1'], '--seed'],
    [['--json'], '--into'],
  ])('refuses %j with one message and exit code 2', async (flags, part) => {
    const refused = await permafrost(['generate', 'build-history', ...flags]);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain(part);
    expect(refused.stderr).not.toContain('    at ');
    expect(refused.stdout).not.toContain(HEADER);
  });
});

describe('inspect', () => {
  function file(name: string, ...lines: string[]): string {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }

  it('tells a history, a trade list and a trace by their first lines', async () => {
    const trace = file('trace.csv', 'Timestamp,Request tokens,Response tokens', '0,10,20', '4,30,0');
    const files: [string, object][] = [
      [
        join(EXAMPLES, 'submit-queue', 'build-history.csv'),
        { model: 'submit-queue', facts: { rows: 2019, changes: 150 } },
      ],
      [join(EXAMPLES, 'sp500', 'trades.csv'), { model: 'trades', facts: { trades: 316, bad_rows: 0 } }],
      [trace, { model: 'llm-scheduler', facts: { requests: 2, without_output: 1, span_s: 4 } }],
    ];
    for (const [path, expected] of files) {
      const inspected = await permafrost(['inspect', path, '--json']);
      expect(inspected.exit, inspected.stderr).toBe(0);
      expect(inspected.json()).toMatchObject({ file: path, ok: true, n_problems: 0, ...expected });
    }
  });

  it('counts what is in a history with malformed rows, names them, and ends with 2', async () => {
    const path = file('h.csv', `\uFEFF${HEADER}`, '1,a,0,yes,0,,,0', '2,a,0,1,0,,,1', '2,b,0,0,0,,,1', '3,a,0,0,1,,,0');
    const inspected = await permafrost(['inspect', path, '--json']);
    expect(inspected.exit).toBe(2);
    expect(inspected.json()).toMatchObject({
      ok: false,
      n_problems: 1,
      problems: [`${path}, line 2, column success: "yes": not true, false, 1, 0, t or f`],
      facts: {
        rows: 3,
        targets: 2,
        changes: 2,
        failing_without_label: 1,
        worst_targets: [{ target: 'a' }, { target: 'b' }],
      },
    });
    expect(inspected.stderr).toContain('label and effect disagree');
  });

  it('counts the good rows of a trade list and names the bad cells', async () => {
    const header = 'entry_time,exit_time,entry_price,exit_price,pnl,side';
    const good = '2021-01-04,2021-01-05,10,11,100,short';
    const path = file(
      't.csv',
      header,
      good,
      '2021-01-04,2021-01-03,x,11,1,',
      good,
      '2021-02-01,2021-02-02,10,9,-50,long',
    );
    const inspected = await permafrost(['inspect', path, '--json']);
    expect(inspected.exit).toBe(2);
    expect(inspected.json()).toMatchObject({
      n_problems: 3,
      facts: {
        trades: 3,
        bad_rows: 1,
        short: 2,
        winners: 2,
        losers: 1,
        net_pnl: 150,
        profit_factor: 4,
        largest_loss: -50,
      },
    });
    for (const part of ['line 3, column exit_time', 'line 3, column entry_price', '1 trade is equal']) {
      expect(inspected.stderr).toContain(part);
    }
  });

  it('looks into a file as the input of the model that is named, of a user too', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'list.txt'), 'a\nb\n');
    writeFileSync(
      join(folder, 'lines.mjs'),
      `export default {
        name: 'lines', version: '1', parameters: {}, metrics: { x: {} }, simulate: (_s, rng, row) => { row.x = rng(); },
        inputs: { list: { description: 'lines', inspect: ({ bytes }) =>
          ({ facts: { lines: new TextDecoder().decode(bytes).split('\\n').length - 1 }, text: '', problems: [], n_problems: 0, notes: [] }) } },
      };`,
    );
    const inspected = await permafrost(['inspect', 'sub/list.txt', '--model', './lines.mjs', '--json'], {
      cwd: folder,
    });
    expect(inspected.exit, inspected.stderr).toBe(0);
    expect(inspected.json()).toMatchObject({ model: 'lines', input: 'list', facts: { lines: 2 } });
  });

  it.each([
    [['no-such-file.csv'], 'no such file'],
    [['.'], 'Cannot read'],
    [[join(EXAMPLES, 'coin', 'coin.ts')], '--model trades --input trades'],
    [[join(EXAMPLES, 'sp500', 'trades.csv'), '--model', 'submit-queue'], 'no records'],
    [[join(EXAMPLES, 'sp500', 'trades.csv'), '--model', 'federated'], 'does not describe'],
    [[join(EXAMPLES, 'sp500', 'trades.csv'), '--model', 'tradess'], 'did you mean trades'],
    [[join(EXAMPLES, 'sp500', 'trades.csv'), '--input', 'trade'], 'history, trades, trace'],
  ])('%j is refused with one message and exit code 2', async (args, part) => {
    const refused = await permafrost(['inspect', ...args, '--json']);
    expect(refused.exit).toBe(2);
    expect(refused.stderr).toContain(part);
    expect(refused.stderr).not.toContain('    at ');
    expect(refused.json()).toHaveProperty('error.message');
  });
});
