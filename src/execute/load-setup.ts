import { hash } from 'node:crypto';
import { resolve } from 'node:path';

import { builtInModels } from '../models/registry.ts';
import type { InputFile, Model } from '../model/model.ts';
import { EngineError } from '../errors.ts';
import { describeError, errorOf, errorRecord } from '../model/error-record.ts';
import { modelOf, type ProgramData } from '../programs/program.ts';
import { moduleUrl } from '../study/module-url.ts';
import type { GivenInputs, ModelReference, ModelSetup } from './setup.ts';

/**
 * The model behind a reference. A user's own model comes as one bundled module and is imported from memory: nothing is written. `copy`: another one beside the first,
 * that shares none of the module's variables with it; asked for again it is the same.
 */
export async function loadReferencedModel(reference: ModelReference, copy?: 'copy'): Promise<Model> {
  if ('code' in reference) {
    try {
      const module = (await import(`${moduleUrl(reference.code)}${copy === undefined ? '' : `#${copy}`}`)) as {
        readonly default: Model | ProgramData;
      };
      return modelOf(
        module.default,
        [reference.folder ?? '.', '.'].map((folder) => resolve(folder)),
      );
    } catch (thrown) {
      const cause = errorOf(errorRecord(thrown));
      // It could be loaded in the main thread: it looks at where it is, or at something that changed since.
      const message = `${reference.file}: its model fails when a worker loads it: ${describeError(cause)}`;
      throw new EngineError('MODEL', message, { path: reference.file, cause });
    }
  }
  const { builtin, version } = reference;
  const model = await builtInModels.load(builtin);
  if (model === undefined) throw new EngineError('MODEL', `There is no built-in model "${builtin}".`);
  if (model.version === version) return model;
  throw new EngineError(
    'MODEL',
    `The built-in model ${builtin} is version ${model.version} here, but the rows need version ${version}. Use a version of permafrost that has it.`,
    { path: 'model', value: model.version, allowed: version },
  );
}

/** What `Model.load` makes of a setup's inputs, or a promise of it. */
export function inputsOf(model: Model, setup: ModelSetup, given: GivenInputs): unknown {
  if ('loaded' in given) return given.loaded;
  const files = Object.entries(setup.inputs).map(([name, { sha256, path }]): [string, InputFile] => {
    return [name, { path, bytes: checkedInput(name, { sha256, path }, given.files[sha256]) }];
  });
  return model.load?.(Object.fromEntries(files));
}

/** The bytes of an input. Throws DATA where they are not those that the rows are to be made from. */
export function checkedInput(
  name: string,
  { sha256, path }: ModelSetup['inputs'][string],
  bytes: Uint8Array | undefined,
): Uint8Array {
  if (bytes !== undefined && hash('sha256', bytes) === sha256) return bytes;
  const what = bytes === undefined ? 'is not there' : 'holds other bytes';
  throw new EngineError('DATA', `inputs.${name}: ${path} ${what}: the rows are to be made from SHA-256 ${sha256}.`, {
    path: `inputs.${name}`,
    allowed: sha256,
  });
}
