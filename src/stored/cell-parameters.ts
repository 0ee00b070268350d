import { EngineError } from '../errors.ts';
import type { FilePort } from '../files/port.ts';
import type { Parameters } from '../model/model.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { allParameters } from '../study/cells.ts';
import { readAdvisory } from './advisory-file.ts';
import { parameters, shapeFault } from './check-shape.ts';
import { studyReferenceOf, type RunManifest } from './manifest.ts';
import { refuseOwnCode, storedStudy, type StudyFiles } from './stored-experiment.ts';
import { readSummary } from './summaries.ts';

/** The parameters of a run's cells. */
export interface CellParameters {
  /** In the model's order. */
  readonly names: readonly string[];
  of(cell_id: string): Parameters;
}

/**
 * The parameters of every cell of a run: from its study where that still exists unchanged, else from what the run recorded beside the rows
 * (summary.json, progress.json).
 */
export async function cellParameters(
  port: FilePort,
  output: string,
  manifest: RunManifest,
  files: StudyFiles,
): Promise<CellParameters> {
  try {
    await refuseOwnCode(port, output, files);
    const { experiment } = await storedStudy(port, output, files);
    const { cells, study } = experiment;
    return {
      names: Object.keys(study.model.parameters),
      of: (cell_id) => allParameters(cells.at(cells.indexOf(cell_id))),
    };
  } catch (error) {
    if (!(error instanceof EngineError) || files.study !== undefined) throw error;
    return writtenParameters(port, output, manifest, error);
  }
}

function writtenParameters(port: FilePort, output: string, manifest: RunManifest, why: EngineError): CellParameters {
  const parameters = new Map<string, Parameters>();
  const names = new Set(Object.keys(manifest.identity.defaults));
  for (const cell_id of Object.keys(manifest.identity.cells)) {
    const found = parametersBeside(port, output, cell_id);
    if (found === undefined) continue;
    parameters.set(cell_id, found);
    for (const name of Object.keys(found)) names.add(name);
  }
  return {
    names: [...names],
    of: (cell_id) => {
      const found = parameters.get(cell_id);
      if (found === undefined)
        throw unknownParameters(cell_id, `${studyText(output, manifest)} cannot be used (${why.message})`);
      return found;
    },
  };
}

export function unknownParameters(cell_id: string, study: string): EngineError {
  return new EngineError(
    'STUDY',
    `The parameters of cell ${cell_id} are unknown: its summary.json and progress.json are missing, and ${study}. Name the study file with --study.`,
    { path: cell_id },
  );
}

/** What is recorded of one cell's parameters beside its rows; undefined where nothing is. */
export function parametersBeside(port: FilePort, output: string, cell_id: string): Parameters | undefined {
  const { folder, progress } = layoutOf(output).cell(cell_id);
  return readSummary(port, folder)?.params ?? readAdvisory(port, progress, paramsOf);
}

function studyText(output: string, manifest: RunManifest): string {
  const reference = studyReferenceOf(output, manifest);
  return typeof reference === 'string' ? `the study ${reference}` : 'the study as it was recorded';
}

function paramsOf(progress: string): Parameters | undefined {
  const found = JSON.parse(progress) as { readonly params?: unknown } | null;
  return shapeFault(parameters, found?.params) === undefined ? (found?.params as Parameters) : undefined;
}
