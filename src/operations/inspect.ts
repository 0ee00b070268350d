import { readFileSync } from 'node:fs';

import { EngineError } from '../errors.ts';
import { notesOf, type Note } from '../model/note.ts';
import type { InputFile, Inspection, InputSpec, Model } from '../model/model.ts';
import { builtInModels, models } from '../models/registry.ts';
import { loadModel } from '../study/load-model.ts';
import { importHint } from '../trade-lists/import-hint.ts';

/** What a file is read as; by default its first line decides. */
export interface InspectOptions {
  /** A built-in model, a file or a package: the file is an input of this one. */
  readonly model?: string | undefined;
  /** The file is this input of the model. */
  readonly input?: string | undefined;
}

/** An input file looked at: which input of which model it is, and what it holds. */
export interface InspectedFile {
  readonly file: string;
  readonly model: string;
  readonly input: string;
  readonly inspection: Omit<Inspection, 'notes'> & { readonly notes: readonly Note[] };
  /** How to come to a file without these problems. */
  readonly advice?: string;
}

/** Bytes in which the first line is looked for. */
const START_BYTES = 1 << 16;

/**
 * What an input file holds and what is wrong with it. Its kind is recognised by its first line, among the inputs of all built-in models or of the one
 * named. Throws USAGE where it is not recognised, DATA where the file cannot be read as that kind.
 */
export async function inspect(path: string, options: InspectOptions = {}): Promise<InspectedFile> {
  const bytes = readInput(path);
  const kinds = await inspectable(options);
  const kind = kinds.length === 1 && options.model !== undefined ? kinds[0]! : recognised(path, bytes, kinds);
  const inspection = inspected(kind, { path, bytes });
  const notes = notesOf(inspection.notes);
  const hint = isTradeList(kind) && inspection.n_problems > 0 ? importHint(path, bytes) : undefined;
  return {
    file: path,
    model: kind.model,
    input: kind.input,
    inspection: { ...inspection, notes },
    ...(hint !== undefined && { advice: hint.text }),
  };
}

/** A file that is not a trade list as the model takes it may be one that another program wrote. */
function inspected(kind: Kind, file: InputFile): Inspection {
  try {
    return kind.inspect(file);
  } catch (error) {
    const hint = isTradeList(kind) && error instanceof EngineError ? importHint(file.path, file.bytes) : undefined;
    if (hint === undefined) throw error;
    throw new EngineError('DATA', `${(error as EngineError).message}\n${hint.text}`, { path: file.path, cause: error });
  }
}

function isTradeList({ model, input }: Kind): boolean {
  return model === 'trades' && input === 'trades';
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = missing ? 'there is no such file' : (error as Error).message;
    throw new EngineError('DATA', `Cannot read ${path}: ${reason}.`, { path, cause: error });
  }
}

interface Kind {
  readonly model: string;
  readonly input: string;
  readonly description: string;
  readonly recognises: (first_line: string) => boolean;
  readonly inspect: (file: InputFile) => Inspection;
}

async function inspectable({ model, input }: InspectOptions): Promise<Kind[]> {
  const candidates =
    model === undefined ? await models() : [(await loadModel(model, process.cwd(), builtInModels)).model];
  const kinds = candidates.flatMap(kindsOf).filter((kind) => input === undefined || kind.input === input);
  if (kinds.length > 0) return kinds;
  const known = candidates.flatMap(kindsOf).map((kind) => kind.input);
  throw new EngineError(
    'USAGE',
    known.length === 0
      ? `The model ${model ?? ''} does not describe its inputs: they cannot be inspected.`
      : `--input ${input ?? ''}: there is no such input to inspect; there are ${known.join(', ')}.`,
    { path: known.length === 0 ? '--model' : '--input', value: known.length === 0 ? model : input },
  );
}

function kindsOf({ name: model, inputs = {} }: Model): Kind[] {
  return Object.entries<InputSpec>(inputs).flatMap(([input, spec]): Kind[] => {
    if (spec.inspect === undefined) return [];
    const { description } = spec;
    return [
      {
        model,
        input,
        description,
        recognises: (first_line) => spec.recognises?.(first_line) === true,
        inspect: (file) => spec.inspect!(file),
      },
    ];
  });
}

function recognised(path: string, bytes: Uint8Array, kinds: readonly Kind[]): Kind {
  const first_line = firstLine(bytes);
  const found = kinds.filter(({ recognises }) => recognises(first_line));
  if (found.length === 1) return found[0]!;
  const hint = found.length === 0 && kinds.some(isTradeList) ? importHint(path, bytes) : undefined;
  if (hint?.format !== undefined)
    throw new EngineError('DATA', hint.text, { path, allowed: 'permafrost import trades' });
  const shown = first_line.length > 80 ? `${first_line.slice(0, 80)}...` : first_line;
  const list = (found.length === 0 ? kinds : found).map(
    ({ model, input, description }) => `  --model ${model} --input ${input}   ${description}`,
  );
  throw new EngineError(
    'USAGE',
    `${path}: its first line does not show what kind of file it is: ${JSON.stringify(shown)}. Choose one of these:\n${list.join('\n')}`,
    { path, value: shown },
  );
}

/** The first line that is not blank; without a byte-order mark. */
function firstLine(bytes: Uint8Array): string {
  const start = new TextDecoder().decode(bytes.subarray(0, START_BYTES));
  return start.split(/\r?\n/).find((line) => line.trim() !== '') ?? '';
}
