import type { Kernel } from '../model/model.ts';
import { isCodeOfCommand } from '../programs/program.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import type { Study } from '../study/study.ts';
import { setupHash, type GivenSetup, type ModelReference, type ModelSetup } from './setup.ts';

/** What the chunks of a study are computed with; its inputs as they are loaded already. */
export function setupOf({ study, common, inputs, shared }: LoadedStudy, kernel: Kernel): GivenSetup {
  const files = Object.entries(common.inputs).map(([name, sha256]) => [
    name,
    { sha256, path: study.inputs[name]!.path },
  ]);
  const setup: ModelSetup = {
    model: modelReference(study),
    inputs: Object.fromEntries(files) as ModelSetup['inputs'],
    streams: study.streams.sharing,
    ...(shared !== undefined && { shared }),
    kernel,
  };
  return { id: setupHash(setup), setup, inputs: { loaded: inputs } };
}

function modelReference({ model, model_code, file, folder }: Study): ModelReference {
  return model_code === undefined
    ? { builtin: model.name, version: model.version }
    : { code: model_code, file, ...(isCodeOfCommand(model_code) && { folder }) };
}
