// Part of the build. Zod is 95 modules, 64 of them languages of its messages, and yaml is 72: every command that reads a study would load them all, which takes
// longer than all that the command does. What dist/ uses of each becomes one file, dist/zod.js and dist/yaml.cjs, and dist/ loads that. The sources import the
// packages as they are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild-wasm';
import { isMade } from './is-made.mjs';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
await zodInOneFile(join(dist, 'zod.js'));
await yamlInOneFile(join(dist, 'yaml.cjs'));
process.exit();

async function zodInOneFile(target) {
  const users = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && join(dist, name) !== target)
    .map((name) => join(dist, name))
    .filter((file) => /^import \* as z from '(zod|[./]*\/zod\.js)';$/m.test(readFileSync(file, 'utf8')));
  const used = users.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bz\.(\w+)/g)].map(([, name]) => name));
  const names = [...new Set(used)].sort().join(', ');
  // A bundle keeps no side effects of modules whose exports it takes from elsewhere: English is set here, as zod's own entry does.
  const contents = `import { config } from 'zod/v4/core';\nimport en from 'zod/v4/locales/en.js';\nconfig(en());\nexport { ${names} } from 'zod';\n`;
  await make('zod', `: ${names}`, target, { stdin: { contents, resolveDir: root }, format: 'esm' });
  for (const file of users) load(file, /(?<=^import \* as z from ')zod(?=';$)/m, target);
  const message = (z) => z.strictObject({ a: z.int() }).safeParse({ a: 0.5, b: 1 }).error.message;
  same(target, [await import(pathToFileURL(target).href), await import('zod')].map(message));
}

async function yamlInOneFile(target) {
  await make('yaml', '', target, { entryPoints: [require.resolve('yaml')], format: 'cjs' });
  load(join(dist, 'study/yaml.js'), /(?<=\(')yaml(?='\))/, target);
  const told = ({ parseDocument }) => JSON.stringify(parseDocument('a: [1, 0x10, b]\nc: {', { version: '1.2' }).errors);
  same(target, [require(target), require('yaml')].map(told));
}

/** Puts a package into one file, with its licence at the top, unless it is there already. */
async function make(name, what, target, options) {
  const folder = dirname(require.resolve(`${name}/package.json`));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const made_from = `// ${name} ${version}${what}`;
  if (isMade(target, made_from)) return;
  const license = readFileSync(join(folder, 'LICENSE'), 'utf8').trim();
  const banner = { js: `${made_from}\n/*\n${license}\n*/` };
  await esbuild.build({ ...options, outfile: target, bundle: true, platform: 'node', target: 'node20', banner });
  await esbuild.stop();
}

/** Has a file of dist/ load the one file in place of the package. */
function load(file, name, target) {
  const text = readFileSync(file, 'utf8');
  const path = relative(dirname(file), target).replaceAll('\\', '/');
  const own = text.replace(name, path.startsWith('.') ? path : `./${path}`);
  if (own !== text) writeFileSync(file, own);
}

function same(target, [bundled, whole]) {
  if (bundled !== whole) throw new Error(`${target} does not do what the package does: ${bundled}`);
}
