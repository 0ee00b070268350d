import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { newFolder, removeFolder } from '../../temporary-folder.ts';

/** The compiled modules are what their sources compile to. Where there is no such compiler nothing is compared, and the test says so. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The first line of what a program says of itself; undefined where there is none. */
function answerOf(program: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' }).split('\n')[0];
  } catch {
    // Not installed, or it cannot do that.
    return undefined;
  }
}

const { CLANG = 'clang', RUSTC = 'rustc', LINKER = 'wasm-ld' } = process.env;
const is_clang = answerOf(CLANG, '--version')?.includes('clang version 14.0.6') === true;
const is_lld = answerOf(LINKER, '--version')?.includes('LLD 14.0.6') === true;
const is_rustc = answerOf(RUSTC, '--version')?.startsWith('rustc 1.63.0') === true;
const C = { there: is_clang && is_lld, needs: 'clang 14.0.6 and its wasm-ld' };
const RUST = { there: is_rustc && is_lld, needs: 'rustc 1.63.0 (RUSTC) with wasm32-unknown-unknown, and wasm-ld 14' };
const ASSEMBLYSCRIPT = { there: true, needs: 'the assemblyscript of package-lock.json' };

/** Without what npm puts first in it: clang runs any wasm-opt that it finds there, and assemblyscript brings one. */
const PATH = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((place) => !place.includes('node_modules'))
  .join(delimiter);

const DRAWS = [process.execPath, 'test/fixtures/wasm/build.mjs'];
const MODULES = [
  ['test/fixtures/wasm/draws-c.wasm', C, [...DRAWS, '', 'c']],
  ['test/fixtures/wasm/draws-rust.wasm', RUST, [...DRAWS, '', 'rust']],
  ['test/fixtures/wasm/draws-assemblyscript.wasm', ASSEMBLYSCRIPT, [...DRAWS, '', 'assemblyscript']],
  ['test/fixtures/wasm/page-c.wasm', C, [...DRAWS, '', 'page']],
  ['bench/forms/walk.wasm', C, ['sh', 'bench/forms/build.sh', 'walk.wasm']],
  ['examples/sir-wasm/sim.wasm', C, ['sh', 'examples/sir-wasm/build.sh', 'sim.wasm']],
  ['examples/mm1-rust/sim.wasm', RUST, ['sh', 'examples/mm1-rust/build.sh', 'sim.wasm']],
] as const;

for (const [file, { there, needs }, command] of MODULES)
  it.skipIf(!there)(`${file} is what its source compiles to (needs ${needs})`, () => {
    const folder = newFolder();
    try {
      const [program, ...args] = command.map((each) =>
        each === '' ? folder : each === basename(file) ? join(folder, each) : each,
      );
      execFileSync(program!, args, { cwd: ROOT, stdio: 'pipe', env: { ...process.env, PATH, LINKER } });
      const made = readFileSync(join(folder, basename(file)));
      expect(made.equals(readFileSync(join(ROOT, file)))).toBe(true);
    } finally {
      removeFolder(folder);
    }
  });
