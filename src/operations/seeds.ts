import { EngineError } from '../errors.ts';
import { studyOverlap, type StudyOverlap } from '../plan/overlap.ts';
import type { GeneratorName } from '../random/generator.ts';
import { streamSource, type Scheme } from '../random/seeding.ts';
import { describeSeed } from '../random/streams.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { resolveOptions, type RunOptions } from '../run/run-options.ts';
import { decidedExperiment } from '../steps/suite.ts';
import { placeOfCell } from '../study/find-cell.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { referenceOf, type GivenStudy, type StudyBase } from './given-study.ts';

/** Of a run: what decides its cells and their seeds. */
export interface SeedsOptions extends StudyBase, Pick<RunOptions, 'output' | 'permutations' | 'settings' | 'inputs'> {}

/** What a cell's generators start from: a number below 2^32, or the two words of a key (scheme philox). */
export type BaseSeed = number | readonly [number, number];

/** What the seeds of a cell start from. */
export interface CellSeed {
  readonly cell_id: string;
  readonly base_seed: BaseSeed;
}

/** The seed of one permutation. */
export interface PermutationSeed extends CellSeed {
  readonly perm_index: number;
  readonly generator: GeneratorName;
  /** What its generator starts from; of scheme philox the key of the cell, which counts its permutations. */
  readonly seed: BaseSeed;
}

/** The seeds of a study: of every cell, of any permutation, and which streams cells share. */
export interface StudySeeds {
  readonly scheme: Scheme;
  readonly generator: GeneratorName;
  readonly global: number;
  readonly stride: number;
  /** In the order of the study. */
  readonly cells: readonly CellSeed[];
  /** The exact audit of streams that cells share; what it says of pairs are places in `cells`. */
  readonly overlap: () => StudyOverlap;
  /** The seed of one permutation of a cell, which is named by its id or by parameters (`p=0.5,flips=100`). Throws USAGE where the study has no such cell or permutation. */
  readonly of: (cell: string, perm_index: number) => PermutationSeed;
}

/** What every permutation of a study starts from. Reads the study, and of its output what decides steps; writes nothing. */
export async function seeds(
  given: GivenStudy,
  { base, ...options }: SeedsOptions = {},
  { port }: Host = thisMachine,
): Promise<StudySeeds> {
  const experiment = await decidedExperiment(port, referenceOf(given, { base }), resolveOptions(options));
  const { study, cells } = experiment;
  const { scheme, generator, global, stride } = study.seed;
  return {
    scheme,
    generator,
    global,
    stride,
    cells: Array.from(cells, ({ cell_id }) => ({ cell_id, base_seed: baseOf(sourceOf(experiment, cell_id)) })),
    overlap: () => overlapOf(experiment),
    of: (cell, perm_index) => seedOf(experiment, cell, perm_index),
  };
}

/** The exact audit of the streams that the cells of a study share. */
export function overlapOf({ study, cells }: LoadedStudy): StudyOverlap {
  return studyOverlap(cells, study.seed, study.streams, study.permutations);
}

function seedOf(experiment: LoadedStudy, named: string, perm_index: number): PermutationSeed {
  const { study, cells } = experiment;
  const cell_id = cells.idAt(placeOfCell(study, cells, named, study.file));
  refusePastEnd(perm_index, study.permutations, 'the study has');
  const source = sourceOf(experiment, cell_id);
  const base_seed = baseOf(source);
  const seed = source.scheme === 'philox' ? base_seed : Number(describeSeed(source, perm_index));
  return { cell_id, perm_index, base_seed, generator: source.generator, seed };
}

function sourceOf({ study }: LoadedStudy, cell_id: string): ReturnType<typeof streamSource> {
  return streamSource(cell_id, study.seed, study.streams);
}

function baseOf(source: ReturnType<typeof streamSource>): BaseSeed {
  return source.scheme === 'philox' ? source.key : source.base_seed;
}

/** `whose`: of what they are the permutations, as a sentence has it. */
export function refusePastEnd(perm_index: number, permutations: number, whose: string): void {
  if (Number.isSafeInteger(perm_index) && perm_index >= 0 && perm_index < permutations) return;
  throw new EngineError(
    'USAGE',
    `--perm ${perm_index} is past the end: ${whose} permutations 0 to ${permutations - 1}.`,
    { path: '--perm', value: perm_index },
  );
}
