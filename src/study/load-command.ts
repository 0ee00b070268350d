import { readFile } from 'node:fs/promises';
import { isAbsolute, normalize, resolve } from 'node:path';
import { EngineError } from '../errors.ts';
import { DEFAULTS, FORMS, type CommandForm, type CommandProgram } from '../programs/command/command-program.ts';
import {
  findExecutable,
  hashOfFile,
  hashOfProgram,
  isExecutable,
  isFile,
  type Executable,
} from '../programs/command/find-program.ts';
import { programVersion } from '../programs/identity.ts';
import { codeOfProgram, modelOf } from '../programs/program.ts';
import { checkDeclaration, declarationIn } from './check-model.ts';
import type { LoadedModel } from './load-model.ts';
import { Problems } from './problem.ts';
import { isMap, type Raw } from './raw-map.ts';
import { parseStudyText, type StudySource } from './source.ts';

/** The built-in model that runs any program. */
export const COMMAND = 'command';

/** Keys that say how the program is run; all others are the declaration's. */
const KEYS = ['run', 'form', 'files', 'environment', 'timeout'] as const;

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** A timer of Node.js cannot be longer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The model that `command:` of a study describes: a map, or the file that holds one. What is wrong with a map goes to `problems`, and the result is undefined
 * then; of a file it is thrown (EngineError STUDY).
 */
export async function loadCommand(
  given: unknown,
  { folder, file }: Pick<StudySource, 'folder' | 'file'>,
  problems: Problems,
): Promise<LoadedModel | undefined> {
  if (typeof given === 'string') {
    const described = await readDescription(given, folder, problems);
    if (described === undefined) return undefined;
    const own = new Problems(described.locate);
    const loaded = await fromMap(described.raw, folder, own);
    own.throwIfAny(given);
    return loaded;
  }
  if (!isMap(given)) {
    problems.wrong(
      ['command'],
      given,
      `a map: command: { run: [python3, sim.py], name, version, parameters, metrics } (${file})`,
    );
    return undefined;
  }
  return fromMap(given, folder, problems.under(['command']));
}

async function readDescription(
  path: string,
  folder: string,
  problems: Problems,
): Promise<Pick<StudySource, 'raw' | 'locate'> | undefined> {
  try {
    return parseStudyText(await readFile(resolve(folder, path), 'utf8'), path);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    problems.add(['command'], `cannot read ${path}: ${reason}; the path is relative to the study`, { value: path });
    return undefined;
  }
}

async function fromMap(raw: unknown, folder: string, problems: Problems): Promise<LoadedModel | undefined> {
  if (!isMap(raw)) {
    problems.wrong([], raw, 'a map: { run: [python3, sim.py], name, version, parameters, metrics }');
    return undefined;
  }
  const before = problems.list.length;
  checkDeclaration(raw, KEYS, problems);
  const run = listOfTexts(raw, 'run', 'the program and its arguments: [python3, sim.py]', problems);
  const named = listOfTexts(raw, 'files', 'paths of files, relative to the study: [sim.py]', problems) ?? [];
  const environment = environmentOf(raw, problems);
  const form = formOf(raw, problems);
  const timeout_ms = timeoutOf(raw, problems);
  const executable = run && (await executableOf(run, folder, problems));
  const files = await filesOf(named, run ?? [], executable, folder, problems);
  if (problems.list.length > before || run === undefined || executable === undefined) return undefined;
  const data: CommandProgram = {
    program: COMMAND,
    declaration: declarationIn(raw),
    run,
    form,
    files,
    environment,
    timeout_ms,
  };
  return loaded(data, folder, executable);
}

/** Which program of the machine it is, is no part of the identity: another python3 may well give the same rows. It is on record, by its hash. */
async function loaded(data: CommandProgram, folder: string, executable: Executable): Promise<LoadedModel> {
  const model = modelOf(data, [folder]);
  // How long an answer may take makes no row.
  const version = programVersion({ ...data, timeout_ms: undefined }, model.version);
  const { path, own } = executable;
  const note = own
    ? []
    : [
        {
          code: 'PROGRAM',
          message: `${data.run[0]!} is ${path}, SHA-256 ${(await hashOfProgram(path)).slice(0, 16)}.`,
        },
      ];
  return { model: { ...model, version, notes: () => note }, code: codeOfProgram(data) };
}

function listOfTexts(
  raw: Raw,
  key: 'run' | 'files' | 'environment',
  allowed: string,
  problems: Problems,
): string[] | undefined {
  const value = raw[key];
  const needed = key === 'run';
  if (value === undefined && !needed) return undefined;
  const texts =
    Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '' && !each.includes('\0'));
  if (texts && !(needed && value.length === 0)) return value as string[];
  problems.wrong([key], value, allowed);
  return undefined;
}

function environmentOf(raw: Raw, problems: Problems): readonly string[] {
  const allowed = 'names of variables, or NAME=value: [PATH, HOME, OMP_NUM_THREADS=1]';
  const names = listOfTexts(raw, 'environment', allowed, problems);
  for (const [i, each] of (names ?? []).entries())
    if (!/^[^=\s]+(?:=|$)/.test(each)) problems.wrong(['environment', i], each, allowed);
  return names ?? DEFAULTS.environment;
}

function formOf({ form = DEFAULTS.form }: Raw, problems: Problems): CommandForm {
  const known = FORMS.find((each) => each === form);
  if (known !== undefined) return known;
  if (typeof form === 'string') problems.unknown(['form'], 'form', form, FORMS);
  else problems.wrong(['form'], form, FORMS.join(', '));
  return DEFAULTS.form;
}

function timeoutOf({ timeout }: Raw, problems: Problems): number {
  if (timeout === undefined) return DEFAULTS.timeout_ms;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(typeof timeout === 'string' ? timeout : '') ?? [];
  const ms = Number(number) * (UNITS_MS[unit ?? ''] ?? NaN);
  if (ms >= 1 && ms <= LONGEST_MS) return Math.round(ms);
  problems.wrong(['timeout'], timeout, 'a time of at least 1ms and at most 24 days: 500ms, 60s, 10m, 2h');
  return DEFAULTS.timeout_ms;
}

async function executableOf(
  run: readonly string[],
  folder: string,
  problems: Problems,
): Promise<Executable | undefined> {
  const [name = ''] = run;
  const found = await findExecutable(name, folder);
  const there = found !== undefined && (await isFile(found.path));
  if (there && (await isExecutable(found.path))) return found;
  if (there) {
    const way_out = `chmod +x, or name what runs it first: run: [python3, ${name}]`;
    problems.add(['run', 0], `${found.path} may not be executed; ${way_out}`, { value: name });
    return undefined;
  }
  const reason =
    found === undefined
      ? `there is no program ${JSON.stringify(name)}, neither in ${folder} nor in PATH`
      : `there is no file ${found.path}`;
  problems.add(['run', 0], `${reason}; install it, or name it by its path from the study's folder`, { value: name });
  return undefined;
}

/**
 * SHA-256 of everything that the program is said to be made of: `files`, and without being named each word of `run` that is a file beside the study, so that a
 * script that was forgotten in `files` is not forgotten in the identity.
 */
async function filesOf(
  named: readonly string[],
  run: readonly string[],
  executable: Executable | undefined,
  folder: string,
  problems: Problems,
): Promise<Record<string, string>> {
  const hashes = new Map<string, string>();
  const add = async (name: string): Promise<void> => {
    hashes.set(shownPath(name), await hashOfFile(resolve(folder, name)));
  };
  for (const [i, name] of named.entries()) {
    if (isAbsolute(name))
      problems.wrong(['files', i], name, "a path relative to the study's folder, the same on every machine");
    else if (await isFile(resolve(folder, name))) await add(name);
    else problems.add(['files', i], `there is no file ${resolve(folder, name)}`, { value: name });
  }
  const [program, ...words] = run;
  if (program !== undefined && executable?.own === true && !isAbsolute(program) && (await isFile(executable.path)))
    await add(program);
  for (const word of words) if (!isAbsolute(word) && (await isFile(resolve(folder, word)))) await add(word);
  return Object.fromEntries([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same on every system. */
function shownPath(name: string): string {
  return normalize(name).replaceAll('\\', '/');
}
