import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The one table of import directions: a folder may import from itself and from the folders named. `errors.ts` may be imported by
 * everyone. plan, execute, store and statistics never import each other: `run` joins them.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'cli.ts': ['commands', 'run'],
  'index.ts': ['run', 'report', 'plan', 'execute', 'store', 'statistics', 'encoding', 'study', 'models', 'random'],
  commands: ['run', 'report', 'plan', 'execute', 'store', 'statistics', 'encoding', 'study', 'models', 'random'],
  run: ['report', 'plan', 'execute', 'store', 'statistics', 'encoding', 'study', 'models', 'random'],
  report: ['statistics', 'encoding', 'study', 'models'],
  plan: ['encoding', 'study', 'models', 'random'],
  execute: ['encoding', 'study', 'models', 'random'],
  store: ['encoding', 'study', 'native-free'],
  statistics: ['encoding', 'study', 'random', 'native-free'],
  encoding: ['native-free'],
  study: ['models', 'random'],
  models: ['simulation', 'random', 'encoding', 'native-free'],
  simulation: ['random'],
  random: ['native-free'],
  'native-free': [],
  'errors.ts': [],
};

function typescriptFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.split('/').includes('assembly'))
    .map((name) => join(folder, name));
}

/** `src/store/formats/csv.ts` -> `store`; `src/cli.ts` -> `cli.ts`; `native-free/...` -> `native-free`. */
function placeOf(file: string): string {
  const parts = file.split('/');
  return parts[0] === 'native-free' ? 'native-free' : parts[1]!;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
}

describe('imports', () => {
  const files = [...typescriptFiles('src'), ...typescriptFiles('native-free')];

  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('go only where the table allows', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const from = placeOf(file);
      for (const specifier of importsOf(file)) {
        const internal = specifier.startsWith('.') || specifier.startsWith('#native-free/');
        if (!internal) continue;
        const target = specifier.startsWith('#') ? 'native-free' : placeOf(relative(root, join(root, file, '..', specifier)));
        const allowed = target === from || target === 'errors.ts' || MAY_IMPORT[from]?.includes(target) === true;
        if (from === 'native-free' ? target !== 'native-free' : !allowed) wrong.push(`${file} imports ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('never form a circle between files', () => {
    const edges = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => relative(root, join(root, file, '..', specifier))),
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, 'circular import').not.toContain(file);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});
