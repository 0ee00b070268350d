import type { Model } from '../model/model.ts';
import { modelOfWasm, type WasmProgram } from './wasm/wasm-program.ts';
import type { CommandProgram } from './command/command-program.ts';
import { modelOfCommand } from './command/command-model.ts';

/**
 * A model that is a program in another language, as plain data: what the text of its code exports as default, so that it goes to threads, queues and manifests as
 * a user's bundled model does.
 */
export interface ProgramData {
  /** What kind of program. */
  readonly program: string;
  /** Parameters, metrics and what else a declaration has. */
  readonly declaration: object;
}

/** The model that a module's default export is, or describes. `folders`: where the files of a program are looked for. */
export function modelOf(exported: Model | ProgramData, folders: readonly string[]): Model {
  if (!('program' in exported)) return exported;
  if (exported.program === 'wasm') return modelOfWasm(exported as object as WasmProgram);
  if (exported.program === 'command') return modelOfCommand(exported as CommandProgram, folders);
  throw new Error(`there is no kind of program ${exported.program}`);
}

const BEGINNING = 'export default ';
const END = ';\n';
const CODE = `${BEGINNING}{"program":`;
const COMMAND = `${CODE}"command",`;

/** The text of a program's code, as a user's bundled model has one: an ES module that holds nothing but the description. */
export function codeOfProgram(data: ProgramData): string {
  const { program, ...more } = data;
  return `${CODE}${JSON.stringify(program)},${JSON.stringify(more).slice(1)}${END}`;
}

/** Whether a text is the code of a command: it runs files of the machine that computes. */
export function isCodeOfCommand(code: string): boolean {
  return code.startsWith(COMMAND);
}

/** The command that a text is the code of; undefined where it is that of another model. */
export function commandOf(code: string): CommandProgram | undefined {
  return isCodeOfCommand(code) ? (JSON.parse(code.slice(BEGINNING.length, -END.length)) as CommandProgram) : undefined;
}
