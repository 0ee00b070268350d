import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { extname, isAbsolute, join, resolve } from 'node:path';
import { EngineError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { bundle, importBundle } from './bundle.ts';
import type { Entry } from './bundle.ts';
import type { Bundle } from './bundle-cache.ts';
import { placeInCode } from '../model/model-source.ts';
import { checkModel } from './check-model.ts';
import { decidingCode } from './deciding-code.ts';
import { guardModel } from './guard-model.ts';
import { lintModel } from './lint-model.ts';
import { loadWasm } from './load-wasm.ts';
import type { LoadedModel } from './loaded-model.ts';
import { nearest, quoted } from './problem.ts';

/** The built-in models: their names, and how one is loaded (undefined where there is none of that name). */
export interface BuiltInModels {
  readonly names: readonly string[];
  load(name: string): Promise<Model> | undefined;
}

export type { LoadedModel } from './loaded-model.ts';

/**
 * Finds the model that a study names: a built-in one, a file (`./coin.ts`, relative to `folder`), or a package installed where the study is.
 * Throws EngineError STUDY where there is none of that name, MODEL where it cannot be used.
 */
export async function loadModel(reference: string, folder: string, builtIn: BuiltInModels): Promise<LoadedModel> {
  const own = builtIn.load(reference);
  if (own !== undefined) return { model: await own, code: undefined };
  if (isFile(reference) && extname(reference).toLowerCase() === '.wasm')
    return loadWasm(resolve(folder, reference), reference);
  if (builtIn.names.includes(reference))
    throw new EngineError(
      'STUDY',
      `model: ${reference} is described by the study that names it (${reference}: { run, ... })`,
      {
        path: 'model',
        value: reference,
      },
    );
  const entry: Entry = isFile(reference)
    ? { file: modelFile(reference, folder), shown: reference, code: 'MODEL' }
    : { package: reference, folder, shown: reference, code: 'MODEL' };
  const bundled = 'file' in entry ? await bundle(entry) : await bundlePackage(entry, builtIn);
  const checked = checkModel(await importBundle(bundled, entry), reference);
  const version = `${checked.version}+${hash('sha256', decidingCode(withoutPlaces(bundled.code))).slice(0, 16)}`;
  // The module's own object stays as it is.
  const model = guardModel(checked, reference);
  const own_notes = model.notes?.bind(model);
  const found = lintModel(bundled.code, (line, column) => placeInCode(bundled.code, line, column));
  if (found.length > 0) model.notes = (...of) => [...found, ...(own_notes?.(...of) ?? [])];
  return { model: Object.assign(model, { version }), code: bundled.code };
}

/**
 * esbuild names a CommonJS module by where it was found. The same code is the same model whether a package stands beside it, above it, or in a package
 * manager's store: what stands before the last node_modules does not count.
 */
function withoutPlaces(code: string): string {
  return code.replaceAll(/(=__commonJS\(\{")[^"\\]*\/node_modules\/|(=__commonJS\(\{")node_modules\//g, '$1$2');
}

function isFile(reference: string): boolean {
  return /^\.\.?[/\\]/.test(reference) || isAbsolute(reference);
}

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.wasm'];

function modelFile(reference: string, folder: string): string {
  if (!EXTENSIONS.includes(extname(reference).toLowerCase())) {
    const allowed = EXTENSIONS.join(', ');
    throw new EngineError('STUDY', `model: ${quoted(reference)} is not a kind of model file; allowed: ${allowed}`, {
      path: 'model',
      value: reference,
      allowed,
    });
  }
  return resolve(folder, reference);
}

async function bundlePackage(
  entry: Extract<Entry, { readonly package: string }>,
  builtIn: BuiltInModels,
): Promise<Bundle> {
  const { package: reference, folder } = entry;
  try {
    return await bundle(entry);
  } catch (error) {
    if (!(error instanceof EngineError) || !error.message.includes(`Could not resolve "${reference}"`)) throw error;
    const near = existsSync(join(folder, reference)) ? `./${reference}` : nearest(reference, builtIn.names);
    const allowed = `${builtIn.names.join(', ')}, ./file.ts, or an installed package`;
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new EngineError('STUDY', `model: there is no model ${quoted(reference)}; allowed: ${allowed}${hint}`, {
      path: 'model',
      value: reference,
      allowed,
      cause: error,
    });
  }
}
