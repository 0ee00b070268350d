import { readFile } from 'node:fs/promises';
import { EngineError } from '../errors.ts';
import { thrownText } from '../model/error-record.ts';
import { programVersion } from '../programs/identity.ts';
import { codeOfProgram } from '../programs/program.ts';
import { MEMORY_MIB, MOST_MEMORY_MIB } from '../programs/wasm/abi.ts';
import { checkModule } from '../programs/wasm/check-module.ts';
import { modelOfWasm, tryProgram, type WasmDeclaration, type WasmProgram } from '../programs/wasm/wasm-program.ts';
import { checkDeclaration } from './check-model.ts';
import type { LoadedModel } from './loaded-model.ts';
import { Problems, StudyError } from './problem.ts';
import type { Raw } from './raw-map.ts';
import { isMap } from './raw-map.ts';
import { parseStudyText } from './source.ts';

/** What sim.json has beyond what any model declares. */
const KEYS = ['memory_mib', 'failures'];

/**
 * The model that `file`, a WebAssembly module, and the JSON beside it are. Everything wrong with the JSON, and then with the module, is told at once
 * (EngineError MODEL). `shown`: the module as the study names it.
 */
export async function loadWasm(file: string, shown: string): Promise<LoadedModel> {
  const bytes = await readOwn(file, shown, 'there is no such file');
  const shown_json = jsonBeside(shown);
  const about = `there is no such file: it declares what ${shown} is, { name, version, parameters, metrics }`;
  const text = new TextDecoder().decode(await readOwn(jsonBeside(file), shown_json, about));
  const declaration = declarationOf(text, shown_json);
  const wrong = checkModule(bytes, declaration.memory_mib ?? MEMORY_MIB);
  if (wrong.length > 0) {
    const problems = wrong.map((message) => ({ path: '', message }));
    throw new StudyError(shown, problems, 'MODEL');
  }
  const program: WasmProgram = { program: 'wasm', declaration, module: bytes.toString('base64') };
  try {
    tryProgram(program);
  } catch (error) {
    const { name, message } = thrownText(error);
    throw new EngineError('MODEL', `${shown}: cannot be started: ${name}: ${message}`, { path: shown, cause: error });
  }
  const model = modelOfWasm(program);
  const version = programVersion(program, model.version);
  return { model: Object.assign(model, { version }), code: codeOfProgram(program) };
}

/** `./sim.wasm` -> `./sim.json`. */
function jsonBeside(file: string): string {
  return file.replace(/\.wasm$/i, '.json');
}

async function readOwn(file: string, shown: string, absent: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const reason = code === 'ENOENT' ? absent : `cannot be read (${code})`;
    throw new EngineError('MODEL', `${shown}: ${reason}`, { path: shown, cause });
  }
}

function declarationOf(text: string, shown: string): WasmDeclaration {
  const { raw, locate } =
    text.trim() === '' ? { raw: undefined, locate: () => undefined } : parseStudyText(text, shown);
  const problems = new Problems(locate);
  if (!isMap(raw)) problems.wrong([], raw, 'a declaration: { "name", "version", "parameters", "metrics" }');
  else {
    checkDeclaration(raw, KEYS, problems);
    ofWasm(raw, problems);
  }
  if (problems.list.length > 0) throw new StudyError(shown, problems.list, 'MODEL');
  return raw as WasmDeclaration;
}

/** What a module can be given, and what only a module has. */
function ofWasm(raw: Raw, problems: Problems): void {
  for (const [name, spec] of Object.entries(isMap(raw.parameters) ? raw.parameters : {})) {
    const type: unknown = isMap(spec) ? spec.type : undefined;
    if (type === 'string' || type === 'list')
      problems.wrong(
        ['parameters', name, 'type'],
        type,
        'number, integer, boolean, choice: a WebAssembly module gets one number per parameter. Give texts as a choice, and each number of a list as a parameter',
      );
  }
  const { memory_mib, failures = {} } = raw;
  const is_size = Number.isInteger(memory_mib) && Number(memory_mib) >= 1 && Number(memory_mib) <= MOST_MEMORY_MIB;
  if (memory_mib !== undefined && !is_size)
    problems.wrong(['memory_mib'], memory_mib, `an integer from 1 to ${MOST_MEMORY_MIB}`);
  if (!isMap(failures))
    problems.wrong(['failures'], failures, 'a map from codes to texts: { "1": "the queue is full" }');
  for (const [code, text] of Object.entries(isMap(failures) ? failures : {})) {
    if (!/^-?[1-9]\d*$/.test(code)) problems.wrong(['failures', code], code, 'an integer that simulate returns, not 0');
    else if (typeof text !== 'string') problems.wrong(['failures', code], text, 'a text');
  }
}
