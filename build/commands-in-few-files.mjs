// Part of the build. A command loads some 330 modules of dist/, and each of its threads some 200, which takes longer than what many commands do. What the commands and
// the threads load becomes a few files more in dist/bundled/, and dist/cli.js loads those. The modules stay beside them, for the library.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild-wasm';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const bundled = join(dist, 'bundled');
const cli = join(dist, 'cli.js');
const worker = join(dist, 'readers', 'worker.js');
const made_from_file = join(bundled, 'made-from.txt');

const made_from = fingerprint();
if (!isMade()) {
  rmSync(bundled, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: { main: join(dist, 'commands', 'main.js'), worker },
    outdir: bundled,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    legalComments: 'none',
    plugins: [{ name: 'places', setup: keepPlaces }],
  });
  await esbuild.stop();
  writeFileSync(made_from_file, made_from);
}
const whole = readFileSync(cli, 'utf8');
const own = whole.replace(/(?<=import\(["']\.\/)commands(?=\/main\.js["']\))/, 'bundled');
if (!own.includes('/bundled/main.js')) throw new Error(`${cli} does not load the commands as it did`);
if (own !== whole) writeFileSync(cli, own);
process.exit();

/** A module that asks where it stands is answered with its own place, from which it finds files; but the threads of a bundle are bundled, too. */
function keepPlaces(build) {
  // One file already, with its licence.
  build.onResolve({ filter: /\/zod\.js$/ }, () => ({ path: '../zod.js', external: true }));
  build.onLoad({ filter: /\.js$/ }, ({ path }) => {
    const text = readFileSync(path, 'utf8');
    if (!text.includes('import.meta.url')) return undefined;
    const place = relative(bundled, path).replaceAll(sep, '/');
    const own_place = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
    const parts = text.split(/(?<=new URL\('\.\/worker\.js', )import\.meta\.url/);
    if (parts.length > 2 || (parts.length === 2 && dirname(path) !== dirname(worker)))
      throw new Error(`${path} starts threads in another way than this knows`);
    return { contents: parts.map((part) => part.replaceAll('import.meta.url', own_place)).join('import.meta.url') };
  });
}

/** Of all that it may be made of, and of how. */
function fingerprint() {
  const hash = createHash('sha256');
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && name !== 'cli.js' && !name.startsWith(`bundled${sep}`))
    .sort();
  for (const name of names) hash.update(`${name}\n`).update(readFileSync(join(dist, name)));
  return hash.update(readFileSync(fileURLToPath(import.meta.url))).digest('hex');
}

function isMade() {
  try {
    return readFileSync(made_from_file, 'utf8') === made_from;
  } catch {
    return false; // not made yet
  }
}
