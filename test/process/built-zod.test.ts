import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

it('what is shipped loads zod as one file, with the licence of zod, and no other file of dist/ imports the package', () => {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const importing = files.filter((name) => /from ['"]zod/.test(readFileSync(join(DIST, name), 'utf8')));
  expect(importing).toEqual([]);
  const bundled = readFileSync(join(DIST, 'zod.js'), 'utf8');
  expect(bundled).toContain('MIT License');
  expect(bundled).not.toMatch(/^import /m);
});
