import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { basename, dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild-wasm';
import type { BuildFailure, Loader, Message, Plugin, StdinOptions } from 'esbuild-wasm';
import { EngineError } from '../errors.ts';
import * as inABundle from '../model/in-a-bundle.ts';
import { moduleUrl } from './module-url.ts';
import { nearest, quoted } from './problem.ts';

/** What is bundled: a file, or a package as seen from a folder. `shown` names it in messages. */
export type Entry = { readonly shown: string; readonly code: 'STUDY' | 'MODEL' } & (
  { readonly file: string } | { readonly package: string; readonly folder: string }
);

/** One ESM text without imports but Node's own, and the way back to the lines it was made from. */
export interface Bundle {
  readonly code: string;
  readonly map: SourceMapPayload;
}

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

/** A module of ours: its source, or what was built from it. */
function ownFile(module: string): string {
  return fileURLToPath(new URL(`${module}${extname(import.meta.url)}`, import.meta.url));
}

/** A file is given to esbuild under one fixed name, so that neither its name nor its place is in the code and its hash. */
const ENTRY = 'entry';
const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts' };

/**
 * Bundles a user's TypeScript or JavaScript to one ESM text: types stripped, relative imports and packages included, Node's own modules left
 * as imports, comments and layout normalised, so that editing a comment changes nothing. What is not found, or is
 * no JavaScript, is an EngineError with file and line.
 */
export async function bundle(entry: Entry): Promise<Bundle> {
  try {
    const result = await build({
      stdin: await stdinOf(entry),
      outfile: 'entry.js',
      absWorkingDir: 'file' in entry ? dirname(entry.file) : entry.folder,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      minifyWhitespace: true,
      legalComments: 'none',
      charset: 'utf8',
      sourcemap: 'external',
      tsconfigRaw: {}, // no tsconfig.json of the folder changes the code
      logLevel: 'silent',
      plugins: [kit],
      // CommonJS packages ask for Node's own modules with require, which a module has not.
      banner: { js: 'const require=process.getBuiltinModule;' },
    });
    const text = (end: string): string => result.outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
    return { code: text('.js'), map: JSON.parse(text('.map')) as SourceMapPayload };
  } catch (error) {
    if (error instanceof EngineError || !isBuildFailure(error)) throw error;
    const lines = error.errors.slice(0, 10).map((e) => messageLine(e, entry));
    throw new EngineError(entry.code, lines.join('\n'), { path: entry.shown, cause: error });
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

async function stdinOf(entry: Entry): Promise<StdinOptions> {
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

function shownName(file: string, entry: { readonly shown: string }): string {
  return basename(file) === ENTRY ? entry.shown : file;
}

/** Imports a bundle and gives its default export. What the user's code throws meanwhile becomes an EngineError with file and line. */
export async function importBundle(
  { code, map }: Bundle,
  shown: string,
  errorCode: 'STUDY' | 'MODEL',
): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(moduleUrl(code))) as typeof module;
  } catch (cause) {
    const where = originOf(cause, map, shown);
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new EngineError(errorCode, `${where}: fails when it is loaded: ${what}`, { path: where, cause });
  }
  if (module.default === undefined) {
    const what = errorCode === 'MODEL' ? 'defineModel({ ... })' : '{ model: ..., ... }';
    throw new EngineError(errorCode, `${shown}: has no default export; write: export default ${what}`, { path: shown });
  }
  return module.default;
}

/** File and line in the user's own source from which an error came, by its stack. */
function originOf(error: unknown, map: SourceMapPayload, shown: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const places = new SourceMap(map);
  for (const [, line, column] of stack.matchAll(/data:text\/javascript[^)\s]*?:(\d+):(\d+)\)?$/gm)) {
    const entry = places.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return shown; // the banner, which is no one's
    if (basename(entry.originalSource) === basename(KIT)) continue; // ours; who called it is the user's
    return `${shownName(entry.originalSource, { shown })}:${entry.originalLine + 1}`;
  }
  return shown;
}
