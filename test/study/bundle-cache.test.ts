import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type * as Esbuild from 'esbuild-wasm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepBundle, keptBundle } from '../../src/study/bundle-cache.ts';
import { dependenciesOf } from '../../src/study/bundle-dependencies.ts';
import { bundle } from '../../src/study/bundle.ts';
import { newFolder, removeFolder } from '../temporary-folder.ts';

const builds = vi.hoisted(() => ({ count: 0 }));
vi.mock('esbuild-wasm', async (original) => {
  const esbuild = await original<typeof Esbuild>();
  return {
    ...esbuild,
    build: (options: Parameters<typeof esbuild.build>[0]) => {
      builds.count++;
      return esbuild.build(options);
    },
  };
});

let folder: string;
let cache: string;

beforeEach(() => {
  folder = newFolder();
  cache = join(folder, 'cache');
  vi.stubEnv('PERMAFROST_CACHE', cache);
  builds.count = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  removeFolder(folder);
});

async function put(path: string, text: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const LATER = 60_000;
const MADE = { code: 'export default 1', map: { version: 3 } as never };

describe('a bundle', () => {
  const text = 'export default { one: 1 }; // a model';
  const bundleOf = (file: string) => bundle({ file, shown: './m.ts', code: 'MODEL' });

  it('is made once for one text, wherever the file stands beside it', async () => {
    const first = await bundleOf(await put('a/m.ts', text));
    expect(builds.count).toBe(1);
    expect(await bundleOf(await put('b/m.ts', text))).toEqual(first);
    expect(builds.count).toBe(1);
    expect((await bundleOf(await put('a/m.ts', text.replace('1', '2')))).code).not.toBe(first.code);
    expect(builds.count).toBe(2);
  });

  it('is made again where what was kept is torn, edited or no bundle, and where nothing can be kept', async () => {
    const file = await put('m.ts', text);
    const { code } = await bundleOf(file);
    const [name = ''] = await readdir(join(cache, 'bundles'));
    const kept = join(cache, 'bundles', name);
    const whole = await readFile(kept, 'utf8');
    for (const damaged of ['', whole.slice(0, -20), whole.replace('one', 'two'), '{"sha256":1}', 'null']) {
      await writeFile(kept, damaged);
      expect((await bundleOf(file)).code).toBe(code);
    }
    expect(builds.count).toBe(6);
    vi.stubEnv('PERMAFROST_CACHE', await put('no-folder', ''));
    expect((await bundleOf(file)).code).toBe(code);
    expect(builds.count).toBe(7);
  });

  it('is made with the node that runs, whatever PATH holds, and PATH is left as it was', async () => {
    vi.stubEnv('PATH', folder);
    expect((await bundleOf(await put('m.ts', 'export default 4711'))).code).toContain('4711');
    expect(process.env['PATH']).toBe(folder);
  });
});

describe('what a bundle depends on', () => {
  /** As esbuild tells of m.ts in `folder/study`, which imports ./half and the package p. */
  async function dependencies() {
    await put('study/half.ts', 'export const half = 0.5');
    await put('node_modules/p/package.json', '{"name":"p"}');
    await put('node_modules/p/index.js', 'module.exports = 1');
    const imports = [
      { path: 'half.ts', kind: 'import-statement', original: './half' },
      { path: '../node_modules/p/index.js', kind: 'import-statement', original: 'p' },
      { path: 'node:fs', kind: 'import-statement', external: true, original: 'node:fs' },
    ] as const;
    const none = { bytes: 0, imports: [] };
    return dependenciesOf(
      {
        inputs: { entry: { bytes: 0, imports: [...imports] }, 'half.ts': none, '../node_modules/p/index.js': none },
        outputs: {},
      },
      'entry',
      join(folder, 'study'),
    );
  }

  const kept = () => keptBundle('key', join(folder, 'study'));
  beforeEach(async () => {
    await keepBundle('key', join(folder, 'study'), MADE, await dependencies(), Date.now() + LATER);
    expect(await kept()).toEqual(MADE);
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ['an import changed', () => put('study/half.ts', 'export const half = 0.25')],
    ['a file that is looked for first', () => put('study/half.tsx', '')],
    ['a file of a package changed', () => put('node_modules/p/index.js', 'module.exports = 2')],
    ['what a package says of itself changed', () => put('node_modules/p/package.json', '{"name":"p","main":"x.js"}')],
    ['a nearer package of that name', () => put('study/node_modules/p/index.js', 'module.exports = 3')],
    ['a package.json beside the model', () => put('study/package.json', '{"sideEffects":false}')],
    ['an import is gone', () => rm(join(folder, 'study/half.ts'))],
    [
      'a package that is a link to another one',
      async () => {
        await rename(join(folder, 'node_modules/p'), join(folder, 'p-2'));
        await symlink(join(folder, 'p-2'), join(folder, 'node_modules/p'), 'junction');
      },
    ],
  ])('%s: made again', async (_what, change) => {
    await change();
    expect(await kept()).toBeUndefined();
  });

  it('other files beside it do not matter', async () => {
    await put('study/results.csv', 'x');
    await put('node_modules/q/index.js', '');
    expect(await kept()).toEqual(MADE);
  });

  it('is not kept when a file changed while it was made', async () => {
    removeFolder(cache);
    await keepBundle('key', join(folder, 'study'), MADE, await dependencies(), Date.now());
    expect(await kept()).toBeUndefined();
  });
});

it('the oldest are forgotten: a model under development fills no disk', async () => {
  const nothing = { files: [], places: [] };
  for (let i = 0; i < 205; i++) await keepBundle(`${i}`, folder, MADE, nothing, Date.now());
  expect((await readdir(join(cache, 'bundles'))).length).toBeLessThanOrEqual(200);
  expect(await keptBundle('204', folder)).toEqual(MADE);
});
