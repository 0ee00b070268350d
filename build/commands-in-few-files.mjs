// Part of the build. A command loads some 330 modules of dist/, and each of its threads some 200, which takes longer than what many commands do. What they load
// becomes a few files in dist/bundled/: dist/cli.js loads the bundle of the commands, and whoever starts threads that of a thread. The modules stay beside them.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild-wasm';
import { isMade } from './is-made.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const bundled = join(dist, 'bundled');
const cli = join(dist, 'cli.js');
const worker_file = join(dist, 'readers', 'worker-file.js');
const made_from_file = join(bundled, 'made-from.txt');

const made_from = fingerprint();
if (!isMade(made_from_file, made_from)) {
  rmSync(bundled, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: { main: join(dist, 'commands', 'main.js'), worker: join(dist, 'readers', 'worker.js') },
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
  writeFileSync(made_from_file, `${made_from}\n`);
}
load(cli, /(?<=import\(["']\.\/)(commands|bundled)(?=\/main\.js["']\))/, 'bundled');
load(worker_file, /(?<=new URL\(')(\.|\.\.\/bundled)(?=\/worker\.js')/, '../bundled');
process.exit();

/** A module that asks where it stands is answered with its own place, from which it finds files; but the threads of a bundle are bundled, too. */
function keepPlaces(build) {
  // One file already, with its licence.
  build.onResolve({ filter: /\/zod\.js$/ }, () => ({ path: '../zod.js', external: true }));
  build.onLoad({ filter: /\.js$/ }, ({ path }) => {
    // Beside the bundles there is the bundle of it.
    if (path === worker_file)
      return { contents: "export const WORKER_FILE = new URL('./worker.js', import.meta.url);" };
    const text = readFileSync(path, 'utf8');
    if (!text.includes('import.meta.url')) return undefined;
    const place = relative(bundled, path).replaceAll(sep, '/');
    return { contents: text.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`) };
  });
}

/** Has a file of dist/ load what was bundled. */
function load(file, place, bundle) {
  const text = readFileSync(file, 'utf8');
  if (!place.test(text)) throw new Error(`${file} does not load what it did`);
  const own = text.replace(place, bundle);
  if (own !== text) writeFileSync(file, own);
}

/** Of all that it may be made of, and of how. */
function fingerprint() {
  const hash = createHash('sha256');
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.startsWith(`bundled${sep}`))
    .filter((name) => ![cli, worker_file].includes(join(dist, name)))
    .sort();
  for (const name of names) hash.update(`${name}\n`).update(readFileSync(join(dist, name)));
  return hash.update(readFileSync(fileURLToPath(import.meta.url))).digest('hex');
}
