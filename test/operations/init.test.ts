import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { init } from '../../src/operations/init.ts';
import { plan } from '../../src/operations/plan.ts';
import { TEMPLATES, type TemplateName } from '../../src/operations/templates.ts';
import { HOST } from '../inline-host.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NAMES = Object.keys(TEMPLATES) as TemplateName[];

describe.each(NAMES)('the template %s', (template) => {
  test('is written whole, and its README names every file of it', async () => {
    const folder = join(temporaryFolder(), 'My Simulation');
    const made = await init(folder, { template, command: 'npx permafrost' });
    expect(readdirSync(folder).sort()).toEqual([...made.files].sort());
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const name of Object.keys(TEMPLATES[template].files)) expect(readme).toContain(`| \`${name}\` |`);
    expect(readme).toContain('npx permafrost run study.yaml');
    expect(readme).not.toContain('{{');
    const { name, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      dependencies: Record<string, string>;
    };
    expect(name).toBe('my-simulation');
    expect(Object.keys(dependencies)).toEqual(['permafrost']);
  });
});

test('what is there stays: a package.json, and everything where a name is taken', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), '{}');
  mkdirSync(join(folder, 'elsewhere'));
  const made = await init(folder);
  expect(made.files).not.toContain('package.json');
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{}');
  writeFileSync(join(folder, 'walk.ts'), 'mine');
  const before = readdirSync(folder);
  await expect(init(folder)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(
      /has walk\.ts, study\.yaml, walk\.test\.mjs, README\.md already; nothing was written/,
    ) as string,
  });
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync(join(folder, 'walk.ts'), 'utf8')).toBe('mine');
});

test('a language that there is not names those that there are', async () => {
  await expect(init(temporaryFolder(), { template: 'cobol' as TemplateName })).rejects.toMatchObject({
    code: 'USAGE',
    allowed: NAMES.join(', '),
  });
});

test('the study of a template plans as it is', async () => {
  const folder = temporaryFolder();
  await init(folder);
  const planned = await plan(join(folder, 'study.yaml'), { output: join(folder, 'out') }, HOST);
  expect(planned.cells).toHaveLength(6);
  expect(planned.permutations_missing).toBe(120_000);
});
