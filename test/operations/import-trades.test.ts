import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importTrades } from '../../src/operations/import-trades.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const LIST = 'entry_time;exit_time;entry_price;exit_price;pnl;qty;side\n2024-01-02;2024-01-03;100,5;101;50;100;long\n';

beforeEach(() => {
  folder = newFolder();
  writeFileSync(at('list.csv'), LIST);
});
afterEach(() => {
  removeFolder(folder);
});

describe('what is written', () => {
  it('the canonical list, and beside it what was understood, as JSON', async () => {
    const { record, understood } = await importTrades([at('list.csv')], { into: at('data/trades.csv') });
    expect(readFileSync(at('data/trades.csv'), 'utf8')).toBe(
      'entry_time,exit_time,entry_price,exit_price,pnl,qty,side\n2024-01-02,2024-01-03,100.5,101,50,100,long\n',
    );
    expect(record).toBe(at('data/trades.import.json'));
    const written = JSON.parse(readFileSync(record, 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({
      ...understood,
      sources: [{ name: 'list.csv', bytes: LIST.length }],
      written: { name: 'trades.csv' },
    });
    expect(readdirSync(at('data')).sort()).toEqual(['trades.csv', 'trades.import.json']);
  });

  it('is the same, byte for byte, the second time', async () => {
    const first = await importTrades([at('list.csv')], { into: at('t.csv') });
    const bytes = readFileSync(first.record);
    const second = await importTrades([at('list.csv')], { into: at('t.csv') });
    expect([first.unchanged, second.unchanged]).toEqual([false, true]);
    expect(readFileSync(second.record)).toEqual(bytes);
  });

  it('nothing, where a question is open', async () => {
    writeFileSync(at('list.csv'), LIST.replaceAll('100,5', '1.005'));
    await expect(importTrades([at('list.csv')], { into: at('t.csv') })).rejects.toThrow(/--decimal/);
    expect(readdirSync(folder)).toEqual(['list.csv']);
  });
});

describe('a file that is there', () => {
  it('and is none of ours stays as it is', async () => {
    writeFileSync(at('t.csv'), 'mine');
    await expect(importTrades([at('list.csv')], { into: at('t.csv') })).rejects.toThrow(
      /t\.csv already exists, and is not replaced: name another file/,
    );
    expect(readFileSync(at('t.csv'), 'utf8')).toBe('mine');
  });

  it('and was imported from the same files is replaced, with other options', async () => {
    await importTrades([at('list.csv')], { into: at('t.csv') });
    await importTrades([at('list.csv')], { into: at('t.csv'), timezone: 'UTC' });
    expect(readFileSync(at('t.csv'), 'utf8')).toContain('2024-01-02T00:00:00Z');
  });

  it('and was edited since stays as it is', async () => {
    await importTrades([at('list.csv')], { into: at('t.csv') });
    writeFileSync(at('t.csv'), `${readFileSync(at('t.csv'), 'utf8')}\n`);
    await expect(importTrades([at('list.csv')], { into: at('t.csv'), timezone: 'UTC' })).rejects.toThrow(
      /is not replaced/,
    );
  });

  it('and was imported from other files stays as it is', async () => {
    await importTrades([at('list.csv')], { into: at('t.csv') });
    writeFileSync(at('other.csv'), LIST.replace('50', '49'));
    await expect(importTrades([at('other.csv')], { into: at('t.csv') })).rejects.toThrow(/is an import of other files/);
  });

  it('and is the source itself stays as it is', async () => {
    await expect(importTrades([at('list.csv')], { into: at('list.csv') })).rejects.toThrow(/is not replaced/);
    expect(readFileSync(at('list.csv'), 'utf8')).toBe(LIST);
  });

  it('a record of something else in the way is left alone', async () => {
    writeFileSync(at('t.import.json'), '{}');
    await expect(importTrades([at('list.csv')], { into: at('t.csv') })).rejects.toThrow(
      /t\.import\.json already exists/,
    );
    expect(readdirSync(folder).sort()).toEqual(['list.csv', 't.import.json']);
  });
});

describe('a source that cannot be read', () => {
  it('is named', async () => {
    await expect(importTrades([at('none.csv')], { into: at('t.csv') })).rejects.toThrow(/there is no such file/);
    await expect(importTrades([folder], { into: at('t.csv') })).rejects.toThrow(/it is a folder/);
  });
});
