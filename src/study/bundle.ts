import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { basename, delimiter, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildFailure, BuildOptions, BuildResult, Loader, Message, Plugin, StdinOptions } from 'esbuild-wasm';
import { EngineError } from '../errors.ts';
import * as inABundle from '../model/in-a-bundle.ts';
import { placeOf, rememberSource } from '../model/model-source.ts';
import { keepBundle, keptBundle } from './bundle-cache.ts';
import type { Bundle } from './bundle-cache.ts';
import { dependenciesOf } from './bundle-dependencies.ts';
import { moduleUrl } from './module-url.ts';
import { nearest, quoted } from './problem.ts';

/** What is bundled: a file, or a package as seen from a folder. `shown` names it in messages. */
export type Entry = { readonly shown: string; readonly code: 'STUDY' | 'MODEL' } & (
  { readonly file: string } | { readonly package: string; readonly folder: string }
);

/** What `import ... from 'permafrost'` means in a user's model. */
const KIT = ownFile('../model/in-a-bundle');
const ERRORS = ownFile('../errors');

const kit: Plugin = {
  name: 'permafrost',
  setup(build) {
    build.onResolve({ filter: /^permafrost$/ }, () => ({ path: KIT }));
    // A model that uses no errors of ours may have an EngineError of its own: nothing of that file may be in its code then, not even a name.
    build.onResolve({ filter: /^\.\.\/errors\.[jt]s$/ }, ({ importer }) =>
      dirname(importer) === dirname(KIT) ? { path: ERRORS, sideEffects: false } : undefined,
    );
  },
};

const { version: ESBUILD } = createRequire(import.meta.url)('esbuild-wasm/package.json') as {
  readonly version: string;
};

/** A module of ours: its source, or what was built from it. */
function ownFile(module: string): string {
  return fileURLToPath(new URL(`${module}${extname(import.meta.url)}`, import.meta.url));
}

/** A file is given to esbuild under one fixed name, so that neither its name nor its place is in the code and its hash. */
const ENTRY = 'entry';
const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts' };

/**
 * Bundles a user's TypeScript or JavaScript to one ESM text: types stripped, relative imports and packages included, Node's own modules left
 * as imports, comments and layout normalised, so that editing a comment changes nothing. A bundle that was made before is taken from the cache while nothing
 * that it was made from has changed. A file that is not found or not JavaScript is an EngineError with file and line.
 */
export async function bundle(entry: Entry): Promise<Bundle> {
  const folder = 'file' in entry ? dirname(resolve(entry.file)) : entry.folder;
  const stdin = await stdinOf(entry);
  const key = JSON.stringify([
    stdin.contents,
    stdin.loader,
    folder.split(/[/\\]/).length,
    process.env['NODE_PATH'],
    KIT,
    ESBUILD,
    RULES,
  ]);
  const kept = await keptBundle(key, folder);
  if (kept !== undefined) return kept;
  const started_ms = Date.now();
  try {
    const { outputFiles, metafile } = await build({ ...RULES, stdin, absWorkingDir: folder, plugins: [kit] });
    const text = (end: string): string => outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
    const made = { code: text('.js'), map: JSON.parse(text('.map')) as SourceMapPayload };
    await keepBundle(key, folder, made, dependenciesOf(metafile, ENTRY, folder), started_ms);
    return made;
  } catch (error) {
    if (error instanceof EngineError || !isBuildFailure(error)) throw error;
    const lines = error.errors.slice(0, 10).map((e) => messageLine(e, entry));
    throw new EngineError(entry.code, lines.join('\n'), { path: entry.shown, cause: error });
  }
}

/** How every bundle is made. */
const RULES = {
  outfile: 'entry.js',
  bundle: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifyWhitespace: true,
  legalComments: 'none',
  charset: 'utf8',
  sourcemap: 'external',
  sourcesContent: false,
  tsconfigRaw: {}, // no tsconfig.json of the folder changes the code
  // Started from sources, nothing that was built takes part.
  ...(extname(import.meta.url) === '.ts' && { conditions: ['permafrost-source'] }),
  logLevel: 'silent',
  // CommonJS packages ask for Node's own modules with require, which a module has not.
  banner: { js: 'const require=process.getBuiltinModule;' },
} as const satisfies BuildOptions;

type Options = typeof RULES & Pick<Required<BuildOptions>, 'stdin' | 'absWorkingDir' | 'plugins'>;

/** esbuild is loaded when there is something to make. Its WebAssembly form starts `node` by name: that must be the one that runs this, wherever it is installed. */
async function build(options: Options): Promise<BuildResult<Options>> {
  const esbuild = await import('esbuild-wasm');
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => ''); // not Linux: there is no such limit
  const { PATH: path, NODE_OPTIONS: node_options } = process.env;
  const extra = fewAddresses(limits, process.allowedNodeEnvironmentFlags);
  process.env['PATH'] = `${dirname(process.execPath)}${delimiter}${path ?? ''}`;
  if (extra !== undefined) process.env['NODE_OPTIONS'] = `${node_options ?? ''} ${extra}`;
  const building = esbuild.build(options); // its process is started before this returns
  restore('PATH', path);
  restore('NODE_OPTIONS', node_options);
  return building;
}

function restore(name: string, before: string | undefined): void {
  if (before === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = before;
}

/**
 * What node is told where its addresses are limited (`ulimit -v`): V8 reserves some 10 GB of them for a WebAssembly memory, however small, unless it checks
 * bounds itself, which takes half as long again. `limits`: /proc/self/limits.
 */
export function fewAddresses(limits: string, known: ReadonlySet<string>): string | undefined {
  const option = '--disable-wasm-trap-handler';
  return /^Max address space +\d/m.test(limits) && known.has(option) ? option : undefined;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

async function stdinOf(entry: Entry): Promise<StdinOptions & { readonly contents: string }> {
  if ('package' in entry) {
    return {
      contents: `export{default}from${JSON.stringify(entry.package)}`,
      resolveDir: entry.folder,
      sourcefile: ENTRY,
    };
  }
  try {
    const contents = await readFile(entry.file, 'utf8');
    const loader = LOADERS[extname(entry.file).toLowerCase()] ?? 'js';
    return { contents, resolveDir: dirname(entry.file), sourcefile: ENTRY, loader };
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such file'
        : `cannot be read: ${(cause as Error).message}`;
    throw new EngineError(entry.code, `${entry.shown}: ${reason}`, { path: entry.shown, cause });
  }
}

function messageLine({ text, location }: Message, entry: Entry): string {
  if (location === null) return `${entry.shown}: ${text}`;
  return `${shownName(location.file, entry)}:${location.line}:${location.column + 1}: ${ourNameIn(text) ?? text}`;
}

/** A name that permafrost does not have, instead of a path into its inside. */
function ourNameIn(text: string): string | undefined {
  const [, file = '', name = ''] = /^No matching export in "(.*)" for import "(.*)"$/.exec(text) ?? [];
  if (basename(file) !== basename(KIT)) return undefined;
  const near = nearest(name, Object.keys(inABundle));
  return `permafrost has no export ${quoted(name)}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** What a model imports is beside it, or below. */
function shownName(file: string, entry: Entry): string {
  if (basename(file) === ENTRY) return entry.shown;
  return 'package' in entry || isAbsolute(file) ? file : join(dirname(entry.shown), file);
}

function pathOf(file: string, entry: Entry): string {
  if ('package' in entry) return resolve(entry.folder, file);
  return basename(file) === ENTRY ? resolve(entry.file) : resolve(dirname(entry.file), file);
}

/**
 * Imports the bundle of an entry and gives its default export. What the user's code throws meanwhile becomes an EngineError with file and line; what it throws
 * later, in any thread, can be traced back to its lines from now on (model-source.ts).
 */
export async function importBundle({ code, map }: Bundle, entry: Entry): Promise<unknown> {
  const { shown, code: errorCode } = entry;
  rememberSource(code, {
    map,
    pathOf: (source) => pathOf(source, entry),
    shownOf: (source) => shownName(source, entry),
  });
  let module: { readonly default?: unknown };
  try {
    module = (await import(moduleUrl(code))) as typeof module;
  } catch (cause) {
    const where = placeOf(cause) ?? shown;
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new EngineError(errorCode, `${where}: fails when it is loaded: ${what}`, { path: where, cause });
  }
  if (module.default === undefined) {
    const what = errorCode === 'MODEL' ? 'defineModel({ ... })' : '{ model: ..., ... }';
    throw new EngineError(errorCode, `${shown}: has no default export; write: export default ${what}`, { path: shown });
  }
  return module.default;
}
