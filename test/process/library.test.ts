import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { temporaryFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The code blocks of a page. */
function blocksOf(page: string): { readonly language: string; readonly text: string }[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map((match) => ({ language: match[1]!, text: match[2]! }));
}

function blockFrom(page: string, first: string): string {
  return blocksOf(page).find(({ text }) => text.startsWith(first))!.text;
}

it('docs/library.md: every program prints what stands below it, and leaves the process as it was', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'permafrost'));
  writeFileSync(join(folder, 'coin.ts'), blockFrom('README.md', 'import { defineModel }'));
  writeFileSync(join(folder, 'study.yaml'), blockFrom('README.md', 'model: ./coin.ts'));
  const blocks = blocksOf('docs/library.md');
  const programs = blocks.flatMap(({ language, text }, k) =>
    language === 'js' ? [{ text, printed: blocks[k + 1]?.language === 'text' ? blocks[k + 1]!.text : '' }] : [],
  );
  expect(programs.length).toBeGreaterThan(6);
  programs.forEach(({ text }, k) => {
    writeFileSync(join(folder, `${k}.mjs`), text);
  });
  const main = programs.map((_, k) => `await import('./${k}.mjs');\nconsole.log('--- ${k}');\n`);
  writeFileSync(
    join(folder, 'main.mjs'),
    `const before = state();\n${main.join('')}
import { deepEqual } from 'node:assert/strict';
function state() {
  return [process.eventNames().map((name) => [name, process.listenerCount(name)]), process.exitCode, process.cwd()];
}
deepEqual(state(), before);
`,
  );
  const printed = execFileSync(process.execPath, [join(folder, 'main.mjs')], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(printed).toBe(programs.map((program, k) => `${program.printed}--- ${k}\n`).join(''));
});
