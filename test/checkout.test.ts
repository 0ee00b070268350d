import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');

it('a checkout translates no line ending: inputs keep their hashes', () => {
  expect(read('.gitattributes')).toMatch(/^\* -text$/m);
});

it('scripts of npm run in cmd.exe, too', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  // No variables before a command, no quotes of sh alone, no paths that begin with a program in ./
  const wrong = Object.entries(scripts).filter(([, text]) => /(^|&& )\w+=|'|;|\$|(^|&& )\.\/|\|\||`/.test(text));
  expect(wrong).toEqual([]);
});
