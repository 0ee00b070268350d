import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { generate } from '../../src/operations/generate.ts';
import { inspect } from '../../src/operations/inspect.ts';
import { HOST } from './coin-study.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const folder = newFolder();
afterAll(() => {
  removeFolder(folder);
});

const small = { parameters: { changes: 40, targets: 3 }, seed: 9 };

describe('generate', () => {
  it('makes the same file for the same seed and parameters, as text or where it is to lie', async () => {
    const made = await generate('build-history', small, HOST);
    const into = join(folder, 'deep', 'history.csv');
    expect(await generate('build-history', { ...small, into }, HOST)).toEqual({ ...made, file: into });
    expect(readFileSync(into, 'utf8')).toBe(made.text);
    expect(made).toMatchObject({
      file: undefined,
      seed: 9,
      parameters: { changes: 40, targets: 3, days: expect.any(Number) as number },
    });
    expect((await generate('build-history', { ...small, seed: 10 }, HOST)).text).not.toBe(made.text);
    expect(await inspect(into)).toMatchObject({ model: 'submit-queue', inspection: { n_problems: 0 } });
  });

  it('replaces nothing unasked', async () => {
    const into = join(folder, 'there.csv');
    writeFileSync(into, 'mine');
    await expect(generate('build-history', { ...small, into }, HOST)).rejects.toMatchObject({ code: 'USAGE', exit: 2 });
    expect(readFileSync(into, 'utf8')).toBe('mine');
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    await expect(generate('build-history', { ...small, into: join(folder, 'link') }, HOST)).rejects.toThrow(
      'already exists',
    );
    await expect(generate('build-history', { ...small, into: folder, overwrite: true }, HOST)).rejects.toThrow(
      'is a folder',
    );
    const { text } = await generate('build-history', { ...small, into, overwrite: true }, HOST);
    expect(readFileSync(into, 'utf8')).toBe(text);
  });

  it.each([
    ['build-histroy', {}, 'build-history'],
    ['build-history', { seed: -1 }, 'seed expects a whole number from 0 to 4294967295, got -1'],
    ['build-history', { parameters: { changes: 0 } }, 'changes expects'],
    ['build-history', { parameters: { change: 5 } }, 'changes'],
  ])('refuses %s %o', async (what, options, message) => {
    const refused = generate(what, options, HOST);
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) as string });
  });
});
