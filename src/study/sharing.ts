import type { Model } from '../model/model.ts';
import type { Note } from '../model/note.ts';
import type { Antithetic, GeneratorName } from '../random/generator.ts';
import { SHARED_GROUP, type Sharing } from '../random/seeding.ts';
import type { Problems } from './problem.ts';
import type { RawStudy } from './schema.ts';

/** What the key `streams` of a study comes to. */
export function sharingOf(streams: RawStudy['streams']): Sharing {
  const { shared, antithetic } =
    typeof streams === 'string' ? { shared: streams === 'shared', antithetic: false } : streams;
  // Only where it is so: the identity of every other study stays what it was.
  const pairs: Antithetic = antithetic ? { antithetic: true } : {};
  if (shared === false) return { sharing: 'independent', ...pairs };
  return { sharing: 'shared', group: shared === true ? SHARED_GROUP : shared, ...pairs };
}

/** Antithetic pairs need a model whose draws can be mirrored, and which is asked for nothing but what means of pairs can answer. */
export function checkPairs(
  streams: RawStudy['streams'],
  model: Model,
  generator: GeneratorName,
  problems: Problems,
): void {
  if (sharingOf(streams).antithetic !== true) return;
  const { name, kernels = [], draws_by_itself } = model;
  const refuse = (why: string): void => {
    problems.add(['streams', 'antithetic'], `${why}; without antithetic the study is computed as it is`, {
      value: true,
    });
  };
  if (model.baseline !== undefined)
    refuse(`model ${name} has a baseline, and its place among means of pairs is neither a rank nor a p-value`);
  if (draws_by_itself === true) refuse(`model ${name} draws numbers of its own, which cannot be mirrored`);
  else if (kernels.includes(generator))
    refuse(`model ${name} draws generator ${generator} in kernels of its own, where it cannot be mirrored`);
}

/** What a person should know of a study's streams. */
export function streamNotes({ antithetic }: Sharing): Note[] {
  if (antithetic !== true) return [];
  return [
    {
      code: 'ANTITHETIC',
      message:
        'Each permutation is an antithetic pair, computed with its draws and with the mirrored ones, and its row is the mean of both. Means and their errors hold as they stand; ' +
        'percentiles, thresholds, goals and the spread are those of means of pairs, not of single permutations.',
    },
  ];
}
