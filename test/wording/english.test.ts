import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import jsTokens from 'js-tokens';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Phrases that read as translated, and what is written instead. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/\b(go(es)?|going|gone) on\b/, 'resume, continue'],
  [/\banew\b/, 'again, rebuild, rewrite'],
  [/\bso (many|much)\b/, 'this many, N'],
  [/\bst(and(s|ing)?|ood) there\b/, 'is there, appears'],
  [/\bst(and(s|ing)?|ood) (in the way|where)\b/, 'is in the way, is in the place of'],
  [
    /(?<![Tt]here )\b(is|are) no (whole |good )?(number|time|day|date|side|text|file|folder|row|trade|table|model|map|list|run|study)s?\b/,
    'is not a …',
  ],
  [/(?<![Tt]here )\bis none\b/, 'is not one'],
  [/\bwritten down\b/, 'recorded'],
  [/\b(whoever|one['’]s own|for want of)\b/, 'name who; your own; for lack of'],
  [/\bmend(s|ed|ing)?\b/, 'fix'],
  [/\btak(e|es|en|ing) away\b/, 'remove'],
  [/\bpass(ed|es)? over\b/, 'skip, ignore'],
  [/\bnot any more\b/, 'no longer'],
  [/(?<!\$\{\d*)\b1 (rows|cells|permutations|pairs|lines|files|values) /, 'a plural that fits'],
];

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}

/** The texts of a source file that a person may read: strings and templates, not names, paths and comments. */
function textsOf(file: string): string[] {
  return Array.from(jsTokens(readFileSync(join(ROOT, file), 'utf8')))
    .filter(({ type }) => type === 'StringLiteral' || type.includes('Template'))
    .map(({ value }) => value)
    .filter((text) => text.includes(' '));
}

const wrong = (where: string, text: string): string[] =>
  INSTEAD.flatMap(([phrase, better]) => {
    const found = phrase.exec(text);
    return found === null
      ? []
      : [`${where}: "${found[0]}" (better: ${better}) in ${JSON.stringify(text.slice(0, 200))}`];
  });

it('messages are plain English', () => {
  const files = filesIn('src', '.ts');
  expect(files.length).toBeGreaterThan(500);
  expect(files.flatMap((file) => textsOf(file).flatMap((text) => wrong(file, text)))).toEqual([]);
});

it('the documentation is, too', () => {
  const pages = [
    ...filesIn('docs', '.md'),
    ...filesIn('examples', 'README.md'),
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
  ];
  const lines = pages.flatMap((page) =>
    readFileSync(join(ROOT, page), 'utf8')
      .split('\n')
      .map((line, k): [string, string] => [`${page}:${k + 1}`, line]),
  );
  expect(lines.flatMap(([where, line]) => wrong(where, line))).toEqual([]);
});
