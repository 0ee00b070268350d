// Part of the build. Zod is 95 modules, 64 of them languages of its messages: every command that reads a study or a manifest would load them all, which
// takes longer than all that the command does. What dist/ uses of it becomes one file, dist/zod.js, and dist/ imports that. The sources import zod as it is.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild-wasm';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const target = join(dist, 'zod.js');
const folder = dirname(createRequire(import.meta.url).resolve('zod/package.json'));
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

const users = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js') && join(dist, name) !== target)
  .map((name) => join(dist, name))
  .filter((file) => /^import \* as z from '(zod|[./]*\/zod\.js)';$/m.test(readFileSync(file, 'utf8')));
const names = [
  ...new Set(users.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bz\.(\w+)/g)].map(([, name]) => name))),
].sort();

const made_from = `// zod ${version}: ${names.join(', ')}`;
if (!isMade()) {
  // A bundle keeps no side effects of modules whose exports it takes from elsewhere: English is set here, as zod's own entry does.
  const contents = `import { config } from 'zod/v4/core';\nimport en from 'zod/v4/locales/en.js';\nconfig(en());\nexport { ${names.join(', ')} } from 'zod';\n`;
  const license = readFileSync(join(folder, 'LICENSE'), 'utf8').trim();
  await esbuild.build({
    stdin: { contents, resolveDir: root },
    outfile: target,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: `${made_from}\n/*\n${license}\n*/` },
  });
  await esbuild.stop();
}
for (const file of users) {
  const text = readFileSync(file, 'utf8');
  const path = relative(dirname(file), target).replaceAll('\\', '/');
  const own = text.replace(
    /^import \* as z from 'zod';$/m,
    `import * as z from '${path.startsWith('.') ? path : `./${path}`}';`,
  );
  if (own !== text) writeFileSync(file, own);
}

const [bundled, whole] = await Promise.all([import(pathToFileURL(target).href), import('zod')]);
const message = (z) => z.strictObject({ a: z.int() }).safeParse({ a: 0.5, b: 1 }).error.message;
if (message(bundled) !== message(whole)) throw new Error(`${target} does not do what zod does: ${message(bundled)}`);
process.exit();

function isMade() {
  try {
    return readFileSync(target, 'utf8').startsWith(`${made_from}\n`);
  } catch {
    return false; // not made yet
  }
}
