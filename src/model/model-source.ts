import { hash } from 'node:crypto';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Where the lines of a user's bundled module came from. */
export interface ModelSource {
  readonly map: SourceMapPayload;
  /** Absolute path of a source that the map names. */
  readonly pathOf: (source: string) => string;
  /** The same as the study names it: relative to the study's folder. */
  readonly shownOf: (source: string) => string;
}

/** A line of the user's own source. */
interface Place {
  readonly path: string;
  readonly shown: string;
  readonly line: number;
  readonly column: number;
}

/** The engine's own files: what a model imports from 'permafrost' is in its bundle, too. */
const ENGINE = fileURLToPath(new URL('..', import.meta.url));
/** How stacks name a bundle; the number is the start of the SHA-256 of its code. */
const NAME = 'permafrost-model/';
const FRAME = /permafrost-model\/([0-9a-f]{16}):(\d+):(\d+)/g;
/** The same where whoever runs the process formats stacks in a way of its own (`node --enable-source-maps`, a test runner): the name stands at the end of the code. */
const URL_FRAME = /data:text\/javascript;base64,([A-Za-z0-9+/]+=*):(\d+):(\d+)/g;

/** A process bundles few modules; one that lives for weeks forgets old ones. */
const KEPT = 64;
const sources = new Map<string, { readonly source: ModelSource; map?: SourceMap }>();

/** The name under which V8 knows a module that has no file: without it every line of a stack would hold the whole code, as a data: URL. */
export function moduleName(code: string): string {
  return `${NAME}${idOf(code)}`;
}

/** From now on stacks of this code are told in lines of its sources. */
export function rememberSource(code: string, source: ModelSource): void {
  sources.set(idOf(code), { source });
  for (const oldest of sources.keys()) {
    if (sources.size <= KEPT) break;
    sources.delete(oldest);
  }
}

/** A stack in which a bundled module is called by its name, and not by its code. */
export function shortStack(stack: string): string {
  return stack.replaceAll(URL_FRAME, (frame, code: string, line: string, column: string) => {
    const end = Buffer.from(code.slice(-4 * NAME.length), 'base64').toString('latin1');
    const name = /permafrost-model\/[0-9a-f]{16}$/.exec(end)?.[0];
    return name === undefined ? frame : `${name}:${line}:${column}`;
  });
}

/**
 * A stack in which every line of a bundled module is the line of the file that it came from. Node's own `--enable-source-maps` does the same for the whole
 * process, in every thread, and wants the map inside the code: it would change what other modules of the process see, and the code's hash.
 */
export function readableStack(stack: string): string {
  return shortStack(stack).replaceAll(FRAME, (frame, id: string, line: string, column: string) => {
    const place = placeAt(id, Number(line), Number(column));
    return place === undefined ? frame : `${place.path}:${place.line}:${place.column}`;
  });
}

/**
 * File and line of the user's own source from which an error came, e.g. `./model.ts:3`; the line in a package that it called only where the whole model is
 * one. Undefined where its stack names none.
 */
export function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  return places.get(error) ?? placeIn(error.stack);
}

/** The same of a place in the code itself, e.g. `./model.ts:3`; undefined where it is the engine's own. */
export function placeInCode(code: string, line: number, column: number): string | undefined {
  const place = placeAt(idOf(code), line, column);
  return place === undefined || place.path.startsWith(ENGINE) ? undefined : `${place.shown}:${place.line}`;
}

/** The error's stack becomes readable; `placeOf` still knows where it came from. */
export function makeReadable<E extends Error>(error: E, stack: string): E {
  const place = placeIn(stack);
  if (place !== undefined) places.set(error, place);
  error.stack = readableStack(stack);
  return error;
}

const places = new WeakMap<Error, string>();

function placeIn(stack: string): string | undefined {
  const found = Array.from(shortStack(stack).matchAll(FRAME), ([, id, line, column]) =>
    placeAt(id!, Number(line), Number(column)),
  ).filter((place) => place !== undefined && !place.path.startsWith(ENGINE));
  const place = found.find((each) => !/[/\\]node_modules[/\\]/.test(each!.path)) ?? found[0];
  return place && `${place.shown}:${place.line}`;
}

function placeAt(id: string, line: number, column: number): Place | undefined {
  const known = sources.get(id);
  if (known === undefined) return undefined;
  known.map ??= new SourceMap(known.source.map);
  const entry = known.map.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return undefined; // the banner, which is no one's
  const { originalSource, originalLine, originalColumn } = entry;
  const { pathOf, shownOf } = known.source;
  return {
    path: pathOf(originalSource),
    shown: shownOf(originalSource),
    line: originalLine + 1,
    column: originalColumn + 1,
  };
}

function idOf(code: string): string {
  return hash('sha256', code).slice(0, 16);
}
