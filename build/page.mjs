// Part of the build. The program of the report's page (src/report/page, with Observable Plot) becomes one script, dist/report/page-program.js, that every report holds.
// It takes esbuild-wasm some seconds, so it is only made where something that it is made of has changed.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild-wasm';
import { isMade } from './is-made.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'dist', 'report', 'page-program.js');

const made_from = `/* ${fingerprint()} */`;
if (!isMade(target, made_from)) {
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
    metafile: true,
    absWorkingDir: root,
  });
  await esbuild.stop();
  const [{ text }] = built.outputFiles;
  const rights = licenses(built.metafile.inputs).join('\n\n---\n\n');
  if (/<\/script|<!--/i.test(text)) throw new Error('the program would end the HTML script that holds it');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${made_from}\n/*\n${rights}\n*/\n${text.trim()}\n`);
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

/** The licences of every package that is in it: they ask to go wherever it goes. A text that several packages have stands once, under the copyright lines of all of them. */
function licenses(inputs) {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[0] ?? []),
  );
  const by_text = new Map();
  for (const folder of [...packages].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined) throw new Error(`${name} has no text of its licence`);
    const lines = readFileSync(join(root, folder, file), 'utf8')
      .replaceAll('*/', '* /')
      .trim()
      .split(/\r?\n/);
    const rights = lines.filter((line) => /^\s*copyright (\(c\) )?\d/i.test(line)).map((line) => line.trim());
    const text = lines
      .filter((line) => !/^\s*copyright (\(c\) )?\d/i.test(line))
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim();
    const key = text.replaceAll(/\s+/g, ' ');
    if (!by_text.has(key)) by_text.set(key, { text, heads: [] });
    by_text.get(key).heads.push(`${name} ${version} (${license}). ${rights.join(' ')}`);
  }
  return [...by_text.values()].map(({ text, heads }) => `${heads.join('\n')}\n\n${text}`);
}
