/**
 * Fails where an installed tree would need, or brings, anything native: a `.node` file, a `binding.gyp`, or a package
 * with an install script (`preinstall`, `install`, `postinstall`).
 *
 *   node native-free/check-installed-tree.mjs <folder> ...
 *
 * `folder`: an unpacked tarball, or the folder whose node_modules it was installed into with
 * `npm install --omit=dev --omit=optional --ignore-scripts`. Prints what it found; exit 1 where there is anything.
 */
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/**
 * Every finding under `folder`, one sentence each, in a fixed order. Links are not followed: what they point to inside
 * the tree is walked anyway.
 * @param {string} folder
 * @returns {{ files: number, packages: number, findings: string[] }}
 */
export function checkTree(folder) {
  const result = { files: 0, packages: 0, findings: [] };
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      const stat = lstatSync(path);
      if (stat.isDirectory()) folders.push(path);
      else if (stat.isFile()) checkFile(path, result);
    }
  }
  result.findings.sort();
  return result;
}

/** @param {string} path @param {{ files: number, packages: number, findings: string[] }} result */
function checkFile(path, result) {
  const name = basename(path);
  result.files++;
  if (name.endsWith('.node')) result.findings.push(`${path}: a native add-on`);
  if (name === 'binding.gyp') result.findings.push(`${path}: npm would compile this on installation`);
  if (name !== 'package.json') return;
  result.packages++;
  const scripts = packageScripts(path);
  for (const script of INSTALL_SCRIPTS) {
    if (typeof scripts[script] === 'string') {
      result.findings.push(`${path}: script "${script}" runs on installation: ${scripts[script]}`);
    }
  }
}

/**
 * A package.json that is no JSON (a fixture in somebody's package) installs nothing.
 * @param {string} path
 * @returns {Record<string, unknown>}
 */
function packageScripts(path) {
  try {
    const parsed = JSON.parse(readFileSync(path, 'utf8'));
    return parsed?.scripts ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = process.argv.slice(2);
  if (folders.length === 0) {
    process.stderr.write('usage: node native-free/check-installed-tree.mjs <folder> ...\n');
    process.exitCode = 2;
  }
  for (const folder of folders) {
    const { files, packages, findings } = checkTree(folder);
    for (const finding of findings) process.stderr.write(`${finding}\n`);
    if (findings.length > 0) process.exitCode = 1;
    process.stdout.write(`${folder}: ${files} files, ${packages} packages, ${findings.length} findings\n`);
  }
}
