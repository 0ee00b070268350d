import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { builtInModels } from '../../src/models/registry.ts';
import { loadModel } from '../../src/study/load-model.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** What of a user's model decides its identity: the version that it gets. */

let folder: string;
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => {
  removeFolder(folder);
});

let n = 0;
async function versionOf(text: string, name = 'm.ts'): Promise<string> {
  n += 1;
  const file = join(folder, String(n), name);
  mkdirSync(dirname(file));
  writeFileSync(file, text);
  return (await loadModel(`./${n}/${name}`, folder, builtInModels)).model.version;
}

const PLAIN = `import { defineModel } from 'permafrost';
export default defineModel({
  name: 'm', version: '1',
  description: 'A model.',
  parameters: { p: { type: 'number', min: 0, default: 0.5, unit: 'dollars', description: 'what \\'it\\' costs, {once}' } },
  metrics: { x: { unit: 'count', label: 'the x', good: 'high', goals: [{ at: -1, means: 'it pays' }], headline: true } },
  caveats: ['None.'],
  views: [{ title: 'X', x: 'p', y: 'x' }],
  lead: ['x'],
  simulate: ({ parameters }, rng, row) => { row.x = rng() < parameters.p ? 1 : 0; },
});
`;

describe('does not count', () => {
  test.each<[string, (text: string) => string]>([
    ['a comment', (text) => text.replace('export', '// a remark\nexport')],
    ['layout', (text) => text.replaceAll('\n  ', '\n\t ')],
    ['the description of the model', (text) => text.replace('A model.', 'Another one, of another kind.')],
    ['a description that is not there', (text) => text.replace("  description: 'A model.',\n", '')],
    ['the description of a parameter', (text) => text.replace('{once}', '`twice`')],
    ['the unit of a parameter', (text) => text.replace("unit: 'dollars', ", '')],
    ['the unit of a metric', (text) => text.replace("unit: 'count'", "unit: '%'")],
    ['a label', (text) => text.replace('the x', 'the y')],
    ['which way is good', (text) => text.replace(", good: 'high', goals: [{ at: -1, means: 'it pays' }]", '')],
    ['a goal', (text) => text.replace('at: -1', 'at: 3')],
    ['a headline', (text) => text.replace('headline: true', 'headline: false')],
    ['a caveat', (text) => text.replace('None.', 'Many.')],
    ['a view', (text) => text.replace("title: 'X'", "title: 'X against p'")],
    ['what it is about', (text) => text.replace("  lead: ['x'],\n", '')],
    ['a type', (text) => text.replace('rng, row) =>', 'rng, row): void =>')],
    ['the name of the file', (text) => text],
  ])('%s', async (what, change) => {
    const changed = change(PLAIN);
    expect(changed === PLAIN).toBe(what === 'the name of the file');
    expect(await versionOf(changed, what === 'the name of the file' ? 'other.ts' : 'm.ts')).toBe(
      await versionOf(PLAIN),
    );
  });
});

describe('counts', () => {
  test.each<[string, (text: string) => string]>([
    ['what simulate does', (text) => text.replace('? 1 : 0', '? 1 : 2')],
    ['a bound', (text) => text.replace('min: 0', 'min: 0.1')],
    ['a default', (text) => text.replace('default: 0.5', 'default: 0.25')],
    ['whether a value may be missing', (text) => text.replace("unit: 'count'", "unit: 'count', missing: true")],
    [
      'another metric',
      (text) =>
        text.replace("unit: 'count', ", "unit: 'count', ").replace('metrics: {', 'metrics: { y: { stored: false },'),
    ],
    ['the version that its author gave', (text) => text.replace("version: '1'", "version: '2'")],
    ['a text in the code', (text) => text.replace('row.x = rng()', "row.x = 'A model.'.length + rng()")],
    ['words that are computed', (text) => text.replace("'A model.'", "['A', 'model.'].join(' ')")],
  ])('%s', async (_, change) => {
    const changed = change(PLAIN);
    expect(changed).not.toBe(PLAIN);
    expect(await versionOf(changed)).not.toBe(await versionOf(PLAIN));
  });

  test('every word, where the code may read one', async () => {
    const reads = PLAIN.replace('row.x = rng()', 'row.x = Object(parameters).unit ?? rng()');
    expect(await versionOf(reads.replace('A model.', 'Other.'))).not.toBe(await versionOf(reads));
  });

  test('every word, where the declaration is put together elsewhere', async () => {
    const apart = PLAIN.replace('export default defineModel({', 'const all = {').replace(
      /\}\);\n$/,
      '} as const;\nexport default { ...all };\n',
    );
    expect(await versionOf(apart.replace('A model.', 'Other.'))).not.toBe(await versionOf(apart));
  });
});

test('a model in plain JavaScript, exported as it is', async () => {
  const js = (words: string): string =>
    `export default { name: 'm', version: '1', ${words} parameters: {}, metrics: { x: {} }, simulate: (s, rng, row) => { row.x = rng(); } };`;
  expect(await versionOf(js("description: 'One',"), 'm.mjs')).toBe(await versionOf(js(''), 'm.mjs'));
  expect(await versionOf(js('kernels: [],'), 'm.mjs')).not.toBe(await versionOf(js(''), 'm.mjs'));
});
