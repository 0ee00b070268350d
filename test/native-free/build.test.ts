import { ALEA_WASM } from '#native-free/build/alea';
import { COLUMNS_WASM } from '#native-free/build/columns';
import { CRC32_WASM } from '#native-free/build/crc32';
import { CSV_WASM } from '#native-free/build/csv';
import { SUMS_WASM } from '#native-free/build/sums';
import { TRADES_WASM } from '#native-free/build/trades';
import { useWasm } from '#native-free/kernel';
import { compile } from '#native-free/webassembly';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the embedded modules are the ones whose hashes are recorded', () => {
  const recorded = JSON.parse(readFileSync(`${root}native-free/build/hashes.json`, 'utf8')) as { sha256: object };
  const hash = (base64: string) => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
  const modules = {
    trades: TRADES_WASM,
    csv: CSV_WASM,
    alea: ALEA_WASM,
    crc32: CRC32_WASM,
    columns: COLUMNS_WASM,
    sums: SUMS_WASM,
  };
  expect(recorded.sha256).toEqual(
    Object.fromEntries(Object.entries(modules).map(([name, text]) => [name, hash(text)])),
  );
});

test('the sources compile to the same bytes again', () => {
  execFileSync(process.execPath, ['native-free/build.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  expect(compile(TRADES_WASM)).toBeDefined();
});

test('a module that this machine cannot run is no module', () => {
  expect(compile(Buffer.from('\0asm\x02\0\0\0').toString('base64'))).toBeUndefined();
});

test('without WebAssembly, auto takes the twin and wasm says that it cannot', () => {
  expect(useWasm('auto', () => false)).toBe(false);
  expect(useWasm('typescript', () => true)).toBe(false);
  expect(() => useWasm('wasm', () => false)).toThrow('use "auto"');
});

test('where WebAssembly is switched off the same rows and draws come out', () => {
  // --jitless takes the whole WebAssembly object away.
  const program = `
    import { canonicalise, createColumns } from './dist/native-free/columns/columns.js';
    import { crc32 } from './dist/native-free/crc32/crc32.js';
    import { formatRows } from './dist/native-free/csv/rows.js';
    import { createStreams } from './dist/random/streams.js';
    const { uint32 } = createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed: 1337 }, 0, 9).rng(0);
    const columns = createColumns(2, 1);
    columns[0][0] = -0;
    columns[1][0] = 0.1;
    columns.forEach(canonicalise);
    process.stdout.write(Object.is(columns[0][0], 0) + '\\n');
    process.stdout.write(formatRows(Uint32Array.of(uint32()), columns));
    process.stdout.write(String(crc32(new Uint8Array(20_000).fill(1))));
  `;
  const run = (flags: string[]) =>
    execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' });
  expect(run(['--jitless'])).toBe(`true\n888136645,0,0.1\n${zlibCrc32(new Uint8Array(20_000).fill(1))}`);
  expect(run(['--no-addons'])).toBe(`true\n888136645,0,0.1\n${zlibCrc32(new Uint8Array(20_000).fill(1))}`);
});
