/**
 * Compiles the WebAssembly modules from their AssemblyScript sources and writes them as TypeScript modules that embed
 * them (build/<name>.ts, base64), with their SHA-256 in build/hashes.json. The same sources and compiler give the same
 * bytes; `--check` compiles again, compares and writes nothing (exit 1 where a byte differs).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

const MODULES = ['trades', 'csv', 'alea', 'crc32', 'columns', 'sums'];
const OPTIONS =
  '--enable simd -O3 --runtime stub --noAssert --importMemory --noExportMemory --initialMemory 1 --memoryBase 768'.split(
    ' ',
  );

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
const folder = mkdtempSync(join(tmpdir(), 'native-free-'));
const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
const compiler = JSON.parse(readFileSync(join(root, 'node_modules/assemblyscript/package.json'), 'utf8')).version;

/** @type {Map<string, string>} */
const files = new Map();
const hashes = { compiler: `assemblyscript ${compiler}`, options: OPTIONS.join(' '), sha256: {} };
try {
  for (const name of MODULES) {
    const wasm = join(folder, `${name}.wasm`);
    // Relative paths and the root as working folder: the names in the module do not depend on where the project lies.
    execFileSync(process.execPath, [asc, `native-free/${name}/assembly/index.ts`, '-o', wasm, ...OPTIONS], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const bytes = readFileSync(wasm);
    hashes.sha256[name] = createHash('sha256').update(bytes).digest('hex');
    files.set(
      `${name}.ts`,
      `/** Built by native-free/build.mjs from native-free/${name}/assembly; ${bytes.length} bytes, SHA-256 ${hashes.sha256[name]}. */\n` +
        `export const ${name.toUpperCase()}_WASM =\n  '${bytes.toString('base64')}';\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
files.set('hashes.json', JSON.stringify(hashes, null, 2) + '\n');

let different = 0;
for (const [name, text] of files) {
  const path = join(root, 'native-free/build', name);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    different++;
    process.stderr.write(`native-free/build/${name} is not what its sources compile to: run npm run kernels\n`);
  }
}
for (const [name, hash] of Object.entries(hashes.sha256)) process.stderr.write(`${hash}  ${name}\n`);
process.exitCode = different === 0 ? 0 : 1;
