import type { Model } from '../model/model.ts';
import type { Difference } from '../study/identity.ts';

/** What a person can do where a run on disk is a different experiment from the study: it depends on what differs. */
export function waysOut(differences: readonly Difference[], { name, version, earlier_versions = {} }: Model): string {
  const of = (path: string): Difference | undefined => differences.find((each) => each.path === path);
  const old = of('model_version')?.old;
  if (typeof old === 'string' && Object.hasOwn(earlier_versions, old)) {
    return `The rows were computed by version ${old} of the model ${name}; this is version ${version}. ${earlier_versions[old]!} Nothing was changed.`;
  }
  if (of('metrics') !== undefined) {
    return (
      'Rows hold the metrics that the run was started with, in their order: any change means recomputing every row. ' +
      'Restore metrics (or leave the key out, if it was absent), or choose another --output. Nothing was changed.'
    );
  }
  return 'Nothing was changed. Restore it, or choose another --output; to leave out cells for now, use --cells.';
}
