import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disk } from '../../src/files/disk.ts';
import { NewFile, writeNewFile, writeNewLines } from '../../src/files/new-file.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => {
  removeFolder(folder);
});

const text = (name: string) => readFileSync(join(folder, name), 'utf8');
const bytes = (words: string) => Buffer.from(words);

describe('two that make one file at a time', () => {
  it('have a temporary file each: the later one wins, whole', async () => {
    const path = join(folder, 'rows.csv');
    const [first, second] = [await NewFile.create(disk, path), await NewFile.create(disk, path)];
    first.append(bytes('first '));
    second.append(bytes('second'));
    first.append(bytes('whole'));
    await first.finish();
    expect(text('rows.csv')).toBe('first whole');
    await second.finish();
    expect(text('rows.csv')).toBe('second');
    expect(readdirSync(folder)).toEqual(['rows.csv']);
  });

  it('one that gives up takes nothing from the other', async () => {
    const path = join(folder, 'rows.csv');
    const [first, second] = [await NewFile.create(disk, path), await NewFile.create(disk, path)];
    first.append(bytes('whole'));
    await second.abandon();
    await first.finish();
    expect(text('rows.csv')).toBe('whole');
  });

  it('a file that something else cut short is not put in place', async () => {
    const path = join(folder, 'rows.csv');
    writeFileSync(path, 'before');
    const file = await NewFile.create(disk, path);
    file.append(bytes('0123456789'));
    const temporary = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.tmp'))!,
    );
    rmSync(temporary);
    writeFileSync(temporary, '012');
    await expect(file.finish()).rejects.toMatchObject({ code: 'DISK', exit: 3 });
    expect(text('rows.csv')).toBe('before');
  });
});

describe('what stands under the name', () => {
  it('a link is written through and stays', async () => {
    writeFileSync(join(folder, 'real.csv'), 'old');
    symlinkSync('real.csv', join(folder, 'link.csv'));
    await writeNewFile(disk, join(folder, 'link.csv'), 'new');
    expect(text('real.csv')).toBe('new');
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find(({ name }) => name === 'link.csv')!
        .isSymbolicLink(),
    ).toBe(true);
  });

  it('a link that leads nowhere is refused and stays', async () => {
    symlinkSync('nowhere', join(folder, 'link.csv'));
    await expect(writeNewFile(disk, join(folder, 'link.csv'), 'new')).rejects.toThrow(/is a link that leads nowhere/);
    expect(readdirSync(folder)).toEqual(['link.csv']);
  });

  it('a folder is refused', async () => {
    await expect(writeNewFile(disk, folder, 'x')).rejects.toMatchObject({ code: 'USAGE', exit: 2 });
  });

  it.skipIf(process.platform === 'win32')(
    'a pipe, and a link to a device, are refused and stay what they are',
    async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      symlinkSync('/dev/null', join(folder, 'null'));
      for (const name of ['pipe', 'null']) {
        await expect(writeNewFile(disk, join(folder, name), 'x')).rejects.toThrow(
          /is a device or a pipe, which is not replaced: name a file/,
        );
      }
      expect(disk.stat(pipe)?.kind).toBe('other');
      expect(disk.stat(join(folder, 'null'))?.kind).toBe('link');
    },
  );
});

it('what a killed process left is removed by the next; what others write, or what only looks alike, is not', async () => {
  const host = hostname().replaceAll(/\W/g, '').slice(0, 16);
  const { pid } = process;
  const gone = execFileSync(process.execPath, ['-p', 'process.pid']).toString().trim();
  const mine = [`.t.csv.${host}-${gone}-0.tmp`, `.t.csv.${host}-${pid}-99999.tmp`];
  const others = ['.t.csv.elsewhere!-1-0.tmp', `.t.csv.${host}-1-0.tmp`, `.u.csv.${host}-${gone}-0.tmp`, 't.csv.tmp'];
  for (const name of [...mine, ...others]) writeFileSync(join(folder, name), '');
  await writeNewLines(disk, join(folder, 't.csv'), lines());
  expect(readdirSync(folder).sort()).toEqual([...others, 't.csv'].sort());
  expect(text('t.csv')).toBe('one\ntwo\n');
});

async function* lines(): AsyncGenerator<string> {
  yield 'one\n';
  await Promise.resolve();
  yield 'two\n';
}
