import type { Kernel } from '../model/model.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import type { Study } from '../study/study.ts';
import type { ModelReference, ModelSetup } from './messages.ts';

/** What a worker needs to compute the experiment's chunks. */
export function modelSetup(experiment: LoadedStudy, kernel: Kernel): ModelSetup {
  const { study, inputs, shared } = experiment;
  return { model: modelReference(study), inputs, streams: study.streams.sharing, shared, kernel };
}

function modelReference(study: Study): ModelReference {
  return study.model_code === undefined ? { builtin: study.model.name } : { code: study.model_code, file: study.file };
}
