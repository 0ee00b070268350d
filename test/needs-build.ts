import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A file that is imported, or a script that is started, as it is named in a test. */
const NAMED = /'((?:\.\.?\/)*[\w./-]+\.(?:ts|mjs))'/g;

/** Replaces a module, the environment or what the process does: for one file alone. */
const REPLACES = /\bvi\.(?:mock|stub\w+|spyOn)\(/;

/**
 * All test files, those apart that are about the build: that name a file of dist/ (the command, the library as it is shipped, workers), or
 * use something in test/ that does. They start processes and run whole studies; all others import sources, and need no build. Of those, the ones in `alone`
 * change what other files see.
 */
export function testFiles(): { readonly unit: string[]; readonly alone: string[]; readonly built: string[] } {
  const names = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.test.ts')).map((name) => join('test', name));
  const known = new Map<string, boolean>();
  const needsBuild = (file: string): boolean => {
    const found = known.get(file);
    if (found !== undefined) return found;
    known.set(file, false); // Where files use one another in a circle.
    const text = readFileSync(join(ROOT, file), 'utf8');
    const used = [...text.matchAll(NAMED)]
      .map((match) => join(dirname(file), match[1]!))
      .filter((path) => /^test[\\/]/.test(path) && existsSync(join(ROOT, path)));
    const needed = /\bdist\//.test(text) || used.some(needsBuild);
    known.set(file, needed);
    return needed;
  };
  const built = files.filter(needsBuild);
  const others = files.filter((file) => !built.includes(file));
  const alone = others.filter((file) => REPLACES.test(readFileSync(join(ROOT, file), 'utf8')));
  return { built, alone, unit: others.filter((file) => !alone.includes(file)) };
}
