import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Document, LineCounter, Node, YAMLError } from 'yaml';
import { EngineError } from '../errors.ts';
import { bundle, importBundle } from './bundle.ts';
import type { LoadedModel } from './loaded-model.ts';
import { Problems, show, StudyError } from './problem.ts';
import type { Locate, Path } from './problem.ts';
import { yaml } from './yaml.ts';

/** A study file as it was read, before anything in it is checked. */
export interface StudySource {
  /** As the user named it, for messages. */
  readonly file: string;
  /** Absolute folder of the file: paths in the study are relative to it. */
  readonly folder: string;
  /** A study that is an object has no file: `file` is what messages call it. */
  readonly in_memory: boolean;
  /** The file's base name without its extension; of an object its name, where that may be a file's. */
  readonly base: string;
  /** The text of the file, for the record; of an object its JSON. */
  readonly text: string;
  /** Plain data: maps, lists, strings, numbers, booleans, null. */
  readonly raw: unknown;
  readonly locate: Locate;
}

/** A study that is an object: what a program gives. `folder` is where its paths start. */
export interface StudyInMemory {
  readonly study: unknown;
  readonly folder: string;
}

/**
 * A study that was read once, with what was loaded for it first: its file, its model and its inputs may be edited while it runs, and the run, however many
 * stages it has, is of what it started with.
 */
export interface StudyAsRead {
  readonly source: StudySource;
  readonly kept: {
    model?: Promise<LoadedModel>;
    inputs?: Promise<LoadedInputs>;
  };
}

/** Input files as they were read. */
export interface LoadedInputs {
  /** SHA-256 by name, 64 hex digits. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What `Model.load` made of them. */
  readonly loaded: unknown;
}

/** What leads to a study: its file, the study itself, or what was read of it. */
export type StudyReference = string | StudyInMemory | StudyAsRead;

export async function readOnce(reference: StudyReference): Promise<StudyAsRead> {
  return isAsRead(reference) ? reference : { source: await readStudySource(reference), kept: {} };
}

export function isAsRead(reference: StudyReference): reference is StudyAsRead {
  return typeof reference === 'object' && 'kept' in reference;
}

const MODULES = ['.js', '.mjs', '.ts', '.mts'];

/** Reading it runs its code. */
export function isModule(file: string): boolean {
  return MODULES.includes(extname(file).toLowerCase());
}

/**
 * Reads a study file: `.yaml`, `.yml` or `.json`, or a module (`.ts`, `.js`, ...) that exports the study as default; or the study itself.
 * Throws EngineError STUDY.
 */
export async function readStudySource(reference: StudyReference): Promise<StudySource> {
  if (isAsRead(reference)) return reference.source;
  if (typeof reference === 'object') return studySourceOf(reference.study, reference.folder);
  const file = reference;
  const path = resolve(file);
  const text = await readText(file, path);
  const extension = extname(path).toLowerCase();
  const base = basename(path, extname(path)) || 'study';
  const place = { file, folder: dirname(path), in_memory: false, base, text };
  if (isModule(path)) {
    const entry = { file: path, shown: file, code: 'STUDY' } as const;
    const made = await importBundle(await bundle(entry), entry);
    return { ...place, raw: plainData(made, file), locate: () => undefined };
  }
  if (['.yaml', '.yml', '.json'].includes(extension)) return { ...place, ...parseStudyText(text, file) };
  throw new EngineError(
    'STUDY',
    `${file}: not a kind of study file: found ${show(extension)}; allowed: .yaml, .yml, .json, .ts, .js, .mjs`,
    { path: file, value: extension, allowed: '.yaml, .yml, .json, .ts, .js, .mjs' },
  );
}

/** A study that is already an object (the library's way in). `folder` is where its paths start. */
function studySourceOf(study: unknown, folder: string): StudySource {
  const { name, model } = (typeof study === 'object' && study !== null ? study : {}) as Record<string, unknown>;
  const file = typeof name === 'string' ? `study ${name}` : 'study';
  if (typeof model === 'object' && model !== null && !(model instanceof URL)) throw modelItself(file);
  const raw = plainData(study, file);
  return {
    file,
    folder: resolve(folder),
    in_memory: true,
    base: typeof name === 'string' && /^\w[\w.-]*$/.test(name) ? name : 'study',
    text: JSON.stringify(raw, null, 2),
    raw,
    locate: () => undefined,
  };
}

function modelItself(file: string): EngineError {
  const allowed = "a built-in model, './file.ts', or a package";
  return new EngineError(
    'STUDY',
    `${file}: model: a study names its model, but this is the model itself. Worker threads load it again, and its code is part of a run's identity: put it into a file that exports it as default, and name that file: model: './my-model.ts'. Allowed: ${allowed}`,
    { path: 'model', allowed },
  );
}

async function readText(file: string, path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    if ((await stat(path)).isDirectory()) {
      throw new EngineError('STUDY', `${file}: a folder, not a study file; name the file in it`, { path: file });
    }
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const reason = code === 'ENOENT' ? 'there is no such study file' : `the study file cannot be read (${code})`;
    throw new EngineError('STUDY', `${file}: ${reason}`, { path: file, cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EngineError('STUDY', `${file}: not UTF-8 text; save the study as UTF-8`, { path: file, cause });
  }
}

/** The text of a YAML or JSON study. JSON is read as the YAML it also is: so it has positions and duplicate keys are found. */
export function parseStudyText(text: string, file: string): Pick<StudySource, 'raw' | 'locate'> {
  if (text.trim() === '')
    throw new EngineError('STUDY', `${file}: empty; a study names at least a model and permutations`, { path: file });
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  // One error in YAML makes many after it: the first is the one to fix. Duplicate keys are all real.
  const errors = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  const found = errors.every((e) => e.code === 'DUPLICATE_KEY') ? errors : errors.slice(0, 1);
  if (found.length > 0) {
    throw new StudyError(
      file,
      found.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        const message = sentenceFor(error, text, file);
        return { path: '', message, line, column: col };
      }),
    );
  }
  return { raw: plainData(toJS(document, file), file), locate: locator(document, lines) };
}

function sentenceFor({ code, message, pos }: YAMLError, text: string, file: string): string {
  if (code === 'DUPLICATE_KEY')
    return `the key ${/^[^\s:]+/.exec(text.slice(pos[0]))?.[0] ?? ''} appears twice; keep one`;
  if (code === 'MULTIPLE_DOCS') return 'a second YAML document begins here (---); a study is a single document';
  return `cannot be read as ${file.endsWith('.json') ? 'JSON' : 'YAML'}: ${message}`;
}

function toJS(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('STUDY', `${file}: cannot be read as YAML: ${reason}`, { path: file, cause });
  }
}

/** Position of the key, or of the list item, that a path leads to; of the last step that exists where it leads nowhere. */
function locator(document: Document, lines: LineCounter): Locate {
  return (path: Path) => {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const step of path) {
      if (yaml().isMap(node)) {
        const pair = node.items.find((p) => String(yaml().isScalar(p.key) ? p.key.value : p.key) === String(step));
        if (pair === undefined) break;
        offset = (pair.key as Node | null)?.range?.[0] ?? offset;
        node = pair.value;
      } else if (yaml().isSeq(node) && typeof step === 'number') {
        node = node.items[step];
        offset = (node as Node | undefined)?.range?.[0] ?? offset;
      } else break;
    }
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
}

/** Deeper than any study goes: list of pairs in `values` of an axis of a step. */
const MAX_DEPTH = 12;

/** Copies to maps, lists and scalars; anything else (a function, a date, a cycle) is a problem. */
function plainData(value: unknown, file: string): unknown {
  const problems = new Problems();
  const copy = (from: unknown, path: Path): unknown => {
    if (from === null || ['string', 'number', 'boolean'].includes(typeof from)) return from;
    if (path.length > MAX_DEPTH) {
      problems.add(path.slice(0, 3), 'nested too deeply, or in a circle');
      return null;
    }
    if (Array.isArray(from)) return from.map((item, i) => copy(item, [...path, i]));
    if (from instanceof URL && from.protocol === 'file:') return fileURLToPath(from);
    const prototype: unknown = typeof from === 'object' ? Object.getPrototypeOf(from) : undefined;
    // An object of another realm (a bundled module's is ours) has another Object.prototype, whose own prototype is null too.
    if (typeof from === 'object' && (prototype === null || Object.getPrototypeOf(prototype) === null)) {
      const entries = Object.entries(from).filter(([, inner]) => inner !== undefined);
      return Object.fromEntries(entries.map(([key, inner]) => [key, copy(inner, [...path, key])]));
    }
    problems.wrong(path, from, 'plain data: maps, lists, texts, numbers, true, false');
    return null;
  };
  let copied: unknown;
  try {
    copied = copy(value, []);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('STUDY', `${file}: its data cannot be read: ${reason}`, { path: file, cause });
  }
  problems.throwIfAny(file);
  return copied;
}
