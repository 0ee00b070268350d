// Part of the build. The program of the report's page (src/report/page, with Observable Plot) becomes one script, dist/report/page-program.js, that every report holds.
// It takes esbuild-wasm some seconds, so it is only made where something that it is made of has changed.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild-wasm';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'dist', 'report', 'page-program.js');

const made_from = `/* ${fingerprint()} */`;
if (!isMade()) {
  const built = await esbuild.build({
    entryPoints: [join(root, 'src/report/page/main.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    // What is shared with the engine asserts with Node's module.
    alias: { 'node:assert/strict': join(root, 'src/report/page/assert.ts') },
    write: false,
  });
  await esbuild.stop();
  const [{ text }] = built.outputFiles;
  if (/<\/script|<!--/i.test(text)) throw new Error('the program would end the HTML script that holds it');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${made_from}\n/* ${licenses().join('; ')} */\n${text.trim()}\n`);
}
process.exit();

/** Of everything that the script is made of: the sources that it may import, and the versions of packages. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const folder of ['src/report', 'src/statistics', 'src/wording']) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((each) => each.endsWith('.ts')).sort())
      hash.update(
        `${name.replaceAll('\\', '/')}\n${readFileSync(join(root, folder, name), 'utf8').replaceAll('\r\n', '\n')}\n`,
      );
  }
  for (const name of ['package-lock.json', 'build/page.mjs']) hash.update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

function isMade() {
  try {
    return readFileSync(target, 'utf8').startsWith(`${made_from}\n`);
  } catch {
    return false; // not made yet
  }
}

/** All of Observable Plot and of D3 is under the ISC licence. */
function licenses() {
  return ['@observablehq/plot', 'd3'].map((name) => {
    const { version, license } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
    return `${name} ${version}, ${license} licence`;
  });
}
