import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const dist = (name: string): string => readFileSync(join(DIST, name), 'utf8');

it('what is shipped loads zod as one file, with the licence of zod, and no other file of dist/ imports the package', () => {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  expect(files.filter((name) => /from ['"]zod/.test(dist(name)))).toEqual([]);
  expect(dist('zod.js')).toContain('MIT License');
  expect(dist('zod.js')).not.toMatch(/^import /m);
});

it('and yaml', () => {
  expect(dist('study/yaml.js')).toContain("('../yaml.cjs')");
  expect(dist('yaml.cjs')).toContain('Permission to use, copy, modify, and/or distribute this software');
});
