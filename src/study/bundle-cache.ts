import { hash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { SourceMapPayload } from 'node:module';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import * as z from 'zod';

/**
 * Bundles that were made before. Making one starts a process of esbuild and takes seconds; reading one takes milliseconds. A kept bundle is used only while
 * everything that decided it is as it was: the text of the entry, every file in it, and every place where a file of the same name would have been taken
 * instead. The cache is for speed alone: where it cannot be read or written, or holds something else, the bundle is made again.
 */

/** One ESM text without imports but Node's own, and the way back to the lines it was made from. */
export interface Bundle {
  readonly code: string;
  readonly map: SourceMapPayload;
}

/** What a bundle depends on besides its entry: paths, absolute. */
export interface Dependencies {
  /** Files whose text is in the bundle. */
  readonly files: readonly string[];
  /** Paths that decided how an import was resolved, whether something was there or not. */
  readonly places: readonly string[];
}

const kept = z.strictObject({
  /** Of `state`, `code` and `map`: a file that was torn or edited is not used. */
  sha256: z.string(),
  /** Path relative to the entry's folder, and what is there. */
  state: z.array(z.tuple([z.string(), z.string()])),
  code: z.string(),
  map: z.record(z.string(), z.unknown()),
});
type Kept = z.infer<typeof kept>;

/** Bundles that are kept; a model under development makes a new one with every change. */
const MOST_BUNDLES = 200;
/** How far the clocks of file servers may differ from ours. */
const CLOCK_SKEW_MS = 2_000;

/** The folder of the cache: PERMAFROST_CACHE, or where the system keeps what can be made again. */
function cacheFolder(): string {
  const { PERMAFROST_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (PERMAFROST_CACHE) return resolve(PERMAFROST_CACHE);
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'permafrost');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'permafrost');
  return join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'permafrost');
}

/** The bundle that was kept under `key`, if all that it depends on is as it was. `folder`: the entry's. */
export async function keptBundle(key: string, folder: string): Promise<Bundle | undefined> {
  try {
    const text = await readFile(join(cacheFolder(), 'bundles', `${hash('sha256', key)}.json`), 'utf8');
    const { sha256, state, code, map } = kept.parse(JSON.parse(text));
    if (sha256 !== checksum({ state, code, map })) return undefined;
    const now = await Promise.all(state.map(async ([path]) => stateOf(resolve(folder, path), folder)));
    return now.every((each, i) => each === state[i]![1])
      ? { code, map: map as unknown as SourceMapPayload }
      : undefined;
  } catch {
    return undefined; // none, none that can be read, or no home to keep it in: it is made again
  }
}

/** Keeps a bundle for the next time, unless something that it depends on has changed since `started_ms`: nobody can say then what it was made from. */
export async function keepBundle(
  key: string,
  folder: string,
  { code, map }: Bundle,
  { files, places }: Dependencies,
  started_ms: number,
): Promise<void> {
  try {
    const times = await Promise.all(files.map(async (file) => (await stat(file)).ctimeMs));
    if (times.some((ctime_ms) => ctime_ms > started_ms - CLOCK_SKEW_MS)) return;
    const paths = [...new Set([...files, ...places])].sort();
    const state = await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [relative(folder, path), await stateOf(path, folder)]),
    );
    const body = { state, code, map: map as unknown as Kept['map'] };
    await write(`${hash('sha256', key)}.json`, JSON.stringify({ sha256: checksum(body), ...body }));
  } catch {
    return; // a full disk, a folder that may not be written: the next start is slow again, and right
  }
}

/** What is at a path: nothing, a folder (and where it really is: a link may point elsewhere tomorrow), or a file by its content. */
async function stateOf(path: string, folder: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return `folder ${relative(folder, await realpath(path))}`;
    return `file ${hash('sha256', await readFile(path))}`;
  } catch {
    return 'nothing';
  }
}

function checksum({ state, code, map }: Omit<Kept, 'sha256'>): string {
  return hash('sha256', JSON.stringify([state, code, map]));
}

async function write(name: string, text: string): Promise<void> {
  const folder = join(cacheFolder(), 'bundles');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${name}.${randomUUID()}.tmp`);
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, join(folder, name));
  await forgetOldest(folder);
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= MOST_BUNDLES) return;
  const aged = await Promise.all(
    names.map(async (name) => ({ name, made_ms: (await stat(join(folder, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.made_ms - a.made_ms);
  await Promise.all(aged.slice(MOST_BUNDLES / 2).map(({ name }) => rm(join(folder, name), { force: true })));
}
