import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

import { newFolder, removeFolder } from '../temporary-folder.ts';

const script = fileURLToPath(new URL('../../native-free/check-installed-tree.mjs', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) removeFolder(folder);
});

function tree(files: Readonly<Record<string, string>>): string {
  const folder = newFolder();
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const clean = {
  'package.json': '{"name":"app","scripts":{"build":"tsc","test":"vitest"}}',
  'node_modules/a/package.json': '{"name":"a"}',
  'node_modules/a/test/broken/package.json': '{ no json',
  'node_modules/a/node.js': '',
};

test('a tree of plain JavaScript passes', () => {
  const folder = tree(clean);
  expect(execFileSync(process.execPath, [script, folder], { encoding: 'utf8' })).toBe(
    `${folder}: 4 files, 3 packages, 0 findings\n`,
  );
});

const faults = {
  'a native add-on, however deep': ['node_modules/a/build/Release/x.node', ''],
  'a binding.gyp': ['node_modules/a/binding.gyp', '{}'],
  'a preinstall script': ['node_modules/b/package.json', '{"scripts":{"preinstall":"x"}}'],
  'an install script': ['node_modules/b/package.json', '{"scripts":{"install":"node-gyp rebuild"}}'],
  'a postinstall script': ['node_modules/@s/b/package.json', '{"scripts":{"postinstall":"x"}}'],
} as const;
for (const [name, [file, content]] of Object.entries(faults)) {
  test(`${name} fails the check and is named`, () => {
    const result = spawnSync(process.execPath, [script, tree({ ...clean, [file]: content })], { encoding: 'utf8' });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(file);
    expect(result.stdout).toMatch(/ 1 findings\n$/);
  });
}
