import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { FORMAT_NAMES } from '../../src/trade-lists/formats/registry.ts';
import { permafrost, temporaryFolder } from './cli.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/trade-lists/', import.meta.url));

describe('import trades', () => {
  it('reads a report, says what was understood, and one JSON object if asked, on stdout', async () => {
    const folder = temporaryFolder();
    copyFileSync(`${FIXTURES}metatrader5/report-history.html`, join(folder, 'report.html'));
    const made = await permafrost(['import', 'trades', 'report.html', '--timezone', 'Europe/Athens'], { cwd: folder });
    expect(made.exit, made.stderr).toBe(0);
    expect(made.stderr).toBe('');
    expect(readdirSync(folder).sort()).toEqual(['report.html', 'trades.csv', 'trades.import.json']);
    expect(readFileSync(join(folder, 'trades.csv'), 'utf8').split('\n')[1]).toBe(
      '2024-03-04T09:00:01+02:00,2024-03-05T14:30:00+02:00,1.084,1.089,245.4,50000,long',
    );
    for (const part of [
      'MetaTrader 5 positions',
      'utf-16le',
      'open trades: 1',
      'less costs of 15.55 (Commission + Swap)',
      '273.45      273.45',
      'inputs: { trades: trades.csv }',
    ]) {
      expect(made.stdout).toContain(part);
    }
    for (const line of made.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const json = await permafrost(['import', 'trades', 'report.html', '--timezone', 'Europe/Athens', '--json'], {
      cwd: folder,
    });
    expect(json.json()).toMatchObject({
      into: 'trades.csv',
      unchanged: true,
      format: 'metatrader5',
      open_trades_left_out: 1,
      list: { trades: 4, pnl: 273.45 },
    });
  });

  it('an open question is exit code 2, and nothing is written', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'us.csv'),
      'entry_time,exit_time,entry_price,exit_price,pnl\n01/03/2024,01/04/2024,100.5,101,1\n',
    );
    const asked = await permafrost(['import', 'trades', 'us.csv', '--json'], { cwd: folder });
    expect([asked.exit, readdirSync(folder)]).toEqual([2, ['us.csv']]);
    expect(asked.json()).toMatchObject({
      error: { code: 'DATA', path: 'us.csv:2', allowed: '--dates dmy | --dates mdy' },
    });
    const told = await permafrost(['import', 'trades', 'us.csv', '--dates', 'mdy', '--into', 'out.csv'], {
      cwd: folder,
    });
    expect(told.exit, told.stderr).toBe(0);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toContain('\n2024-01-03,2024-01-04,100.5,101,1,1,long\n');
  });

  it.each([
    [['--delimiter', 'xx'], '--delimiter expects one character'],
    [['--decimal', ';'], '--decimal'],
    [['--dates', 'ydm'], '--dates'],
    [['--equity', '-1'], '--equity'],
    [['--point-value', 'ES=x'], '--point-value'],
    [['--map', 'side'], '--map expects role=column pairs'],
    [['--from', 'metatrader'], 'did you mean metatrader'],
    [['--timezone', 'Mars'], '--timezone expects a zone'],
    [['--encoding', 'klingon'], 'there is no encoding'],
  ])('%j is refused with exit code 2', async (flags, message) => {
    const made = await permafrost([
      'import',
      'trades',
      `${FIXTURES}home-made/direction-size.csv`,
      '--into',
      join(temporaryFolder(), 't.csv'),
      ...flags,
    ]);
    expect(made.exit).toBe(2);
    expect(made.stderr).toContain(message);
  });

  it('help and the page in docs have every format and every option', async () => {
    const { stdout } = await permafrost(['import', 'trades', '--help']);
    const page = readFileSync(fileURLToPath(new URL('../../docs/import-trades.md', import.meta.url)), 'utf8');
    const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map((match) => match[1]!);
    expect(options.length).toBeGreaterThan(12);
    for (const option of options) if (option !== '--debug') expect(page).toContain(`\`${option}`);
    for (const format of FORMAT_NAMES) {
      expect(stdout).toContain(format);
      expect(page).toContain(`\`${format}\``);
    }
  });

  it('help has examples', async () => {
    const { stdout } = await permafrost(['import', 'trades', '--help']);
    expect(stdout).toContain('Examples:');
  });
});

describe('a study whose trade list is one of another program', () => {
  it('is refused with the command to copy, and runs once it was followed', async () => {
    const folder = temporaryFolder();
    copyFileSync(`${FIXTURES}tradingview/list-of-trades.csv`, join(folder, 'List of trades.csv'));
    const study = (trades: string): void => {
      writeFileSync(
        join(folder, 'study.yaml'),
        `model: trades\ninputs: { trades: ${trades} }\nparameters: { initial_equity: 10000 }\npermutations: 10\noutput: out\n`,
      );
    };
    study('List of trades.csv');
    const refused = await permafrost(['run', 'study.yaml', '--threads', '1'], { cwd: folder });
    expect(refused.exit).toBe(2);
    expect(refused.stderr.match(/Position size \(qty\)/g)).toHaveLength(1);
    expect(refused.stderr).toContain('recognised as TradingView list of trades');
    const command = /^ {2}permafrost (import trades .*)$/m.exec(refused.stderr)![1]!;
    expect(command).toBe("import trades 'List of trades.csv' --into trades.csv");
    const imported = await permafrost(['import', 'trades', 'List of trades.csv', '--into', 'trades.csv'], {
      cwd: folder,
    });
    expect(imported.exit, imported.stderr).toBe(0);
    study('trades.csv');
    const run = await permafrost(['run', 'study.yaml', '--threads', '1'], { cwd: folder });
    expect(run.exit, run.stderr).toBe(0);
    const inspected = await permafrost(['inspect', 'List of trades.csv'], { cwd: folder });
    expect([inspected.exit, inspected.stderr.includes(`permafrost ${command}`)]).toEqual([2, true]);
  });
});
